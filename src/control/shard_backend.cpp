#include "control/shard_backend.hpp"

#include <algorithm>
#include <utility>

#include "elements/api.hpp"
#include "loop/loop.hpp"
#include "control/shard_report.hpp"
#include "pipeline/pipeline_mirror.hpp"

namespace kaskado::control {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::Value;

ShardBackend::ShardBackend(const pipeline::ShardGroup& shards, double spread_load, Post post_to_control)
    : shards_(shards),
      post_to_control_(std::move(post_to_control)),
      placement_(shards.size(), spread_load),
      measured_at_(loop::monotonic_now()),
      used_(shards.size()) {}

void ShardBackend::measure_loads() {
  constexpr base::Duration kInterval = std::chrono::milliseconds{100};
  const base::Instant now = loop::monotonic_now();
  const base::Duration past = now - measured_at_;
  if (past < kInterval) return;
  measured_at_ = now;
  std::vector<double> loads;
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    const base::Duration used = shards_[i].processor_time();
    loads.push_back(std::chrono::duration<double>(used - std::exchange(used_[i], used)) / past);
  }
  placement_.measured(loads);
}

std::size_t ShardBackend::shard_for_new_pipeline() {
  measure_loads();
  return placement_.for_pipeline();
}

std::size_t ShardBackend::shard_for_new_element(const pipeline::ClassInfo& info, std::size_t home) {
  // Only what sends to somebody outside has work that is worth the copy.
  if (!info.is_a(elements::kBaseRtpEndpointClass)) return home;
  measure_loads();
  return placement_.for_endpoint(home);
}

template <typename T>
ShardBackend::Answer<T> ShardBackend::answer_to(std::shared_ptr<Reply<T>> reply) {
  return [this, reply = std::move(reply)](pipeline::Shard& s, ApiResult<T> result) {
    post_to_control_(s.index(), [reply, result = std::make_shared<ApiResult<T>>(std::move(result))] {
      (*reply)(std::move(*result));
    });
    s.objects().tell_held_events();
  };
}

// Runs `work` on the shard, which answers now or later; work that throws is answered as well. A shard whose
// mailbox is full takes no work, and says so at once.
template <typename T, typename Work>
void ShardBackend::run(std::size_t shard, Reply<T> reply, Work work, EventOrder events) {
  auto shared_reply = std::make_shared<Reply<T>>(std::move(reply));
  const Answer<T> answer = answer_to(shared_reply);
  const bool taken = shards_[shard].post(
      [answer, work = std::move(work), events](pipeline::Shard& s) {
        if (events == EventOrder::after_reply) s.objects().hold_events();
        work(s, answer);
      },
      [answer](pipeline::Shard& s) {
        answer(s, ApiError{ErrorCode::UNEXPECTED_ERROR, "Internal error"});
      });
  if (!taken) {
    (*shared_reply)(
        ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, "The media thread is overloaded, try again later"});
  }
}

void ShardBackend::create(Place place, const pipeline::ClassInfo& info, std::string id,
                          pipeline::Arguments arguments, Reply<void> reply) {
  const bool is_pipeline = id.find('/') == std::string::npos;
  if (is_pipeline) placement_.pipeline_made(place.home);
  run<void>(
      place.home,
      [this, place, is_pipeline, reply = std::move(reply)](ApiResult<void> result) {
        if (is_pipeline && !result) placement_.pipeline_gone(place.home);
        reply(std::move(result));
      },
      [place, &info, id = std::move(id), arguments = std::move(arguments)](pipeline::Shard& s,
                                                                          const Answer<void>& answer) {
        if (place.shard != place.home) return pipeline::create_on(place.shard, s, info, id, arguments, answer);
        answer(s, s.objects().create(info, id, arguments));
      });
}

void ShardBackend::invoke(std::size_t shard, std::string id, const pipeline::OperationInfo& operation,
                          pipeline::Arguments arguments, Reply<Value> reply) {
  const auto invoke = [&operation, id = std::move(id), arguments = std::move(arguments)](
                          pipeline::Shard& s, const Answer<Value>& answer) {
    answer(s, s.objects().invoke(id, operation, arguments));
  };
  run<Value>(shard, std::move(reply), invoke, EventOrder::after_reply);
}

// Each shard's answer waits in the list for the others'.
void ShardBackend::shard_statistics(Reply<Value> reply) {
  struct Gathered {
    pipeline::Array shards;
    std::size_t missing;
    Reply<Value> reply;
  };
  auto gathered = std::make_shared<Gathered>(Gathered{pipeline::Array(shards_.size()), shards_.size(), std::move(reply)});
  for (std::size_t i = 0; i < shards_.size(); ++i) {
    run<Value>(
        i,
        [gathered, i](ApiResult<Value> told) {
          if (told) gathered->shards[i] = std::move(told).value();
          if (--gathered->missing == 0) gathered->reply(Value(std::move(gathered->shards)));
        },
        [thread = &shards_[i]](pipeline::Shard& s, const Answer<Value>& answer) {
          answer(s, to_value(thread->statistics()));
        });
  }
}

void ShardBackend::release(std::size_t shard, std::string id, Reply<std::vector<std::string>> reply) {
  run<std::vector<std::string>>(
      shard,
      [this, shard, reply = std::move(reply)](ApiResult<std::vector<std::string>> released) {
        if (released && std::ranges::any_of(*released, [](const auto& gone) { return gone.find('/') == std::string::npos; }))
          placement_.pipeline_gone(shard);
        reply(std::move(released));
      },
      [id = std::move(id)](pipeline::Shard& s, const Answer<std::vector<std::string>>& answer) {
        answer(s, s.objects().release(id));
      });
}

}  // namespace kaskado::control
