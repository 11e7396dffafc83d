#include "control/shard_backend.hpp"

#include <algorithm>

namespace kaskado::control {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;

ShardBackend::ShardBackend(std::span<const std::unique_ptr<pipeline::ShardThread>> shards,
                           Post post_to_control)
    : shards_(shards), post_to_control_(std::move(post_to_control)), pipelines_(shards.size()) {}

std::size_t ShardBackend::shard_for_new_pipeline() {
  return static_cast<std::size_t>(std::ranges::min_element(pipelines_) - pipelines_.begin());
}

// Runs `work` on the shard and brings what it gives back to the control thread; work that throws is answered
// as well. A shard whose mailbox is full takes no work, and says so at once.
template <typename T, typename Work>
void ShardBackend::run(std::size_t shard, Reply<T> reply, Work work, EventOrder events) {
  auto shared_reply = std::make_shared<Reply<T>>(std::move(reply));
  const auto answer = [this, shard, shared_reply](pipeline::Shard& s, ApiResult<T> result) {
    post_to_control_(shard, [shared_reply, result = std::make_shared<ApiResult<T>>(std::move(result))] {
      (*shared_reply)(std::move(*result));
    });
    s.objects().tell_held_events();
  };
  const bool taken = shards_[shard]->post(
      [answer, work = std::move(work), events](pipeline::Shard& s) {
        if (events == EventOrder::after_reply) s.objects().hold_events();
        answer(s, work(s));
      },
      [answer](pipeline::Shard& s) {
        answer(s, ApiError{ErrorCode::UNEXPECTED_ERROR, "Internal error"});
      });
  if (!taken) {
    (*shared_reply)(
        ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, "The media thread is overloaded, try again later"});
  }
}

void ShardBackend::create(std::size_t shard, const pipeline::ClassInfo& info, std::string id,
                          pipeline::Arguments arguments, Reply<void> reply) {
  const bool is_pipeline = id.find('/') == std::string::npos;
  if (is_pipeline) ++pipelines_[shard];
  run<void>(
      shard,
      [this, shard, is_pipeline, reply = std::move(reply)](ApiResult<void> result) {
        if (is_pipeline && !result) --pipelines_[shard];
        reply(std::move(result));
      },
      [&info, id = std::move(id), arguments = std::move(arguments)](pipeline::Shard& s) {
        return s.objects().create(info, id, arguments);
      });
}

void ShardBackend::invoke(std::size_t shard, std::string id, const pipeline::OperationInfo& operation,
                          pipeline::Arguments arguments, Reply<pipeline::Value> reply) {
  const auto invoke = [&operation, id = std::move(id), arguments = std::move(arguments)](pipeline::Shard& s) {
    return s.objects().invoke(id, operation, arguments);
  };
  run<pipeline::Value>(shard, std::move(reply), invoke, EventOrder::after_reply);
}

void ShardBackend::release(std::size_t shard, std::string id, Reply<std::vector<std::string>> reply) {
  run<std::vector<std::string>>(
      shard,
      [this, shard, reply = std::move(reply)](ApiResult<std::vector<std::string>> released) {
        if (released) {
          pipelines_[shard] -= static_cast<std::size_t>(std::ranges::count_if(
              *released, [](const auto& gone) { return gone.find('/') == std::string::npos; }));
        }
        reply(std::move(released));
      },
      [id = std::move(id)](pipeline::Shard& s) -> ApiResult<std::vector<std::string>> {
        return s.objects().release(id);
      });
}

}  // namespace kaskado::control
