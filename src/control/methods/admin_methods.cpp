// What operators ask; no Kurento client does.
#include <utility>

#include "control/methods/methods.hpp"

namespace kaskado::control::methods {

// Opens no session.
void shard_statistics(const CallRef& call) {
  call->context.objects.shard_statistics([call](pipeline::ApiResult<pipeline::Value> shards) {
    if (!shards) return void(call->answer(shards.error()));
    pipeline::Object result;
    result.set("shards", std::move(shards).value());
    call->answer(pipeline::Value(std::move(result)));
  });
}

}  // namespace kaskado::control::methods
