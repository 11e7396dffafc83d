// How sessions end.
#pragma once

#include "control/call.hpp"

namespace kaskado::control {

// Drops the session's holds and releases what nobody holds any more. With `release`, what it has created and
// still holds goes at once, whoever else holds it.
void end_session(Context& context, Session& session, bool release);

// Ends the oldest session that has neither a connection nor an object. False where there is none.
bool end_idle_session(Context& context);

}  // namespace kaskado::control
