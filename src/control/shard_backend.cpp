#include "control/shard_backend.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "elements/api.hpp"
#include "loop/loop.hpp"
#include "control/shard_report.hpp"
#include "pipeline/pipeline_mirror.hpp"

namespace kaskado::control {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::Value;

namespace {

base::LogComponent g_log("backend");

void create_at(Place place, pipeline::Shard& home, const pipeline::ClassInfo& info, const std::string& id,
               const pipeline::Arguments& arguments, const pipeline::Prepared& prepared, const pipeline::Created& answer) {
  if (place.shard != place.home) return pipeline::create_on(place.shard, home, info, id, arguments, prepared, answer);
  answer(home, home.objects().create(info, id, arguments, prepared));
}

// One run of a class's `prepare`, in the compute pool.
class Preparation final : public base::Work {
 public:
  using Prepare = std::function<ApiResult<pipeline::Prepared>()>;
  using GoOn = std::function<void(ApiResult<pipeline::Prepared>)>;
  Preparation(Prepare prepare, GoOn go_on) : prepare_(std::move(prepare)), go_on_(std::move(go_on)) {}

  bool run() override {
    go_on_(prepared());
    return false;
  }
  void abandon() override { go_on_(ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, "The server is stopping"}); }

 private:
  ApiResult<pipeline::Prepared> prepared() const {
    try {
      return prepare_();
    } catch (const std::exception& failure) {
      LOG_ERROR(g_log, "preparing an object failed: %s", failure.what());
      return ApiError{ErrorCode::UNEXPECTED_ERROR, "Internal error"};
    }
  }

  const Prepare prepare_;
  const GoOn go_on_;
};

}  // namespace

ShardBackend::ShardBackend(const pipeline::ShardGroup& shards, double spread_load, Post post_to_control,
                           std::shared_ptr<base::Executor> compute)
    : shards_(shards),
      post_to_control_(std::move(post_to_control)),
      compute_(std::move(compute)),
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
  };
}

// Runs `work` on the shard, which answers now or later; work that throws is answered as well. A shard whose
// mailbox is full takes no work, and says so at once.
template <typename T, typename Work>
void ShardBackend::run(std::size_t shard, Reply<T> reply, Work work) {
  auto shared_reply = std::make_shared<Reply<T>>(std::move(reply));
  const Answer<T> answer = answer_to(shared_reply);
  const bool taken = shards_[shard].post(
      [answer, work = std::move(work)](pipeline::Shard& s) { work(s, answer); },
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
  auto created = [this, place, is_pipeline, reply = std::move(reply)](ApiResult<void> result) {
    if (is_pipeline && !result) placement_.pipeline_gone(place.home);
    reply(std::move(result));
  };
  if (info.prepare) return create_prepared(place, info, std::move(id), std::move(arguments), std::move(created));
  run<void>(place.home, std::move(created),
            [place, &info, id = std::move(id), arguments = std::move(arguments)](
                pipeline::Shard& s, const Answer<void>& answer) { create_at(place, s, info, id, arguments, {}, answer); });
}

void ShardBackend::create_prepared(Place place, const pipeline::ClassInfo& info, std::string id,
                                   pipeline::Arguments arguments, Reply<void> reply) {
  auto shared_reply = std::make_shared<Reply<void>>(std::move(reply));
  const Answer<void> answer = answer_to(shared_reply);
  const auto go_on = [shards = &shards_, place, answer, &info, id, arguments](ApiResult<pipeline::Prepared> prepared) {
    (*shards)[place.home].post_always([=, &info, prepared = std::move(prepared)](pipeline::Shard& s) {
      if (!prepared) return answer(s, prepared.error());
      create_at(place, s, info, id, arguments, *prepared, answer);
    });
  };
  const bool taken = compute_ && compute_->post(std::make_shared<Preparation>(
                                     [&info, id, arguments] { return info.prepare(info, id, arguments); }, go_on));
  if (!taken) (*shared_reply)(ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, "Nothing computes here"});
}

void ShardBackend::invoke(std::size_t shard, std::string id, const pipeline::OperationInfo& operation,
                          pipeline::Arguments arguments, Reply<Value> reply) {
  const auto invoke = [&operation, id = std::move(id), arguments = std::move(arguments)](
                          pipeline::Shard& s, const Answer<Value>& answer) {
    s.objects().invoke(id, operation, arguments,
                       [&s, answer](ApiResult<Value> result) { answer(s, std::move(result)); });
  };
  run<Value>(shard, std::move(reply), invoke);
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
