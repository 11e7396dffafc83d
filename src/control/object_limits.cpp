#include "control/object_limits.hpp"

namespace kaskado::control {

using namespace pipeline;

namespace {

bool reached(std::size_t made, std::size_t most) {
  return most != 0 && made >= most;
}

}  // namespace

std::optional<std::string> ObjectLimits::refusal(const Made& made, bool is_pipeline) const {
  const SessionQuotas& quotas = settings_.quotas;
  if (is_pipeline && is_draining_) return "The server is draining and takes no new pipelines";
  if (all_.objects >= settings_.max_objects) return "The server has as many objects as it may have";
  if (is_pipeline && reached(made.pipelines, quotas.max_pipelines)) {
    return "The session has as many pipelines as it may have (maxPipelines is " +
           std::to_string(quotas.max_pipelines) + ")";
  }
  if (reached(made.objects, quotas.max_objects)) {
    return "The session has as many objects as it may have (maxObjects is " +
           std::to_string(quotas.max_objects) + ")";
  }
  return shortage_ ? shortage_() : std::nullopt;
}

ApiResult<void> ObjectLimits::admit(SessionKey session, bool is_pipeline) {
  const auto found = made_.find(session);
  if (auto refused = refusal(found == made_.end() ? Made() : found->second, is_pipeline)) {
    return ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, *std::move(refused)};
  }
  for (Made* made : {&made_[session], &all_}) {
    ++made->objects;
    made->pipelines += is_pipeline;
  }
  return {};
}

void ObjectLimits::gone(SessionKey session, bool is_pipeline) {
  Made& own = made_[session];
  for (Made* made : {&own, &all_}) {
    --made->objects;
    made->pipelines -= is_pipeline;
  }
  if (own.objects == 0) made_.erase(session);
}

}  // namespace kaskado::control
