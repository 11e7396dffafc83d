// What operators ask; no Kurento client does.
#include <utility>

#include "control/methods/methods.hpp"

namespace kaskado::control::methods {

// Neither opens a session.
void shard_statistics(const CallRef& call) {
  call->context.objects.shard_statistics([call](pipeline::ApiResult<pipeline::Value> shards) {
    if (!shards) return void(call->answer(shards.error()));
    pipeline::Object result;
    result.set("shards", std::move(shards).value());
    call->answer(pipeline::Value(std::move(result)));
  });
}

// Clients that are kept apart from each other may not end each other's work.
void drain(const CallRef& call) {
  if (call->context.isolates_sessions) {
    const RpcError refused{kServerError, "Sessions are isolated here: only SIGUSR1 drains this server", {}};
    return void(call->answer(refused));
  }
  ObjectLimits& limits = call->context.objects.limits();
  limits.drain();
  pipeline::Object result;
  result.set("pipelines", static_cast<std::int64_t>(limits.pipelines()));
  call->answer(pipeline::Value(std::move(result)));
}

}  // namespace kaskado::control::methods
