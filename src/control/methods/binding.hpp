// Binding with the objects that the caller may name.
#pragma once

#include "control/call.hpp"
#include "control/parameters.hpp"

namespace kaskado::control {

// bind_parameters(), and all objects among the arguments must be of one pipeline: that of `target`, or of the
// first of them where there is no target (40004 CONNECT_ERROR). The server manager has none and may be given
// any.
pipeline::ApiResult<pipeline::Arguments> bind_for(const Call& call, const ObjectEntry* target,
                                                  std::span<const pipeline::ParameterInfo> parameters,
                                                  const pipeline::Object* given);

}  // namespace kaskado::control
