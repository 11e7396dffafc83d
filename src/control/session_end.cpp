#include "control/session_end.hpp"

namespace kaskado::control {

void end_session(Context& context, Session& session, bool release) {
  ObjectTable& table = context.objects.table();
  context.subscriptions.remove_session(session.key);
  if (release) context.objects.collect(table.created_and_held_by(session.key));
  context.objects.collect(table.drop_all(session.key));
  context.sessions.close(session);
}

bool end_idle_session(Context& context) {
  for (const SessionKey key : context.sessions.expired(context.now, base::Duration::zero())) {
    if (context.objects.table().holds_any(key)) continue;
    end_session(context, *context.sessions.find(key), false);
    return true;
  }
  return false;
}

}  // namespace kaskado::control
