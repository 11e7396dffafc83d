// A backend over registries on the same thread, one a shard. It answers at once, or when the test says so.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control/object_backend.hpp"
#include "pipeline/object_registry.hpp"

namespace kaskado::control_test {

class ImmediateBackend final : public control::ObjectBackend {
 public:
  explicit ImmediateBackend(std::function<void(pipeline::Event)> on_event, std::size_t shards = 2) {
    for (std::size_t i = 0; i < shards; ++i) {
      shards_.push_back(std::make_unique<pipeline::ObjectRegistry>(
          nullptr, [] { return base::WallTime{1'700'000'000'123'000'000}; }, on_event));
    }
  }

  // While true, commands wait for run_next() or run_all().
  bool is_held = false;

  std::size_t waiting() const { return commands_.size(); }
  void run_next() {
    const auto command = std::move(commands_.front());
    commands_.pop_front();
    command();
  }
  // Out of order: the newest first.
  void run_last() {
    const auto command = std::move(commands_.back());
    commands_.pop_back();
    command();
  }
  void run_all() {
    while (!commands_.empty()) run_next();
  }

  pipeline::ObjectRegistry& shard(std::size_t index) { return *shards_[index]; }
  std::size_t objects() const {
    std::size_t count = 0;
    for (const auto& shard : shards_) count += shard->size();
    return count;
  }

  std::size_t shard_for_new_pipeline() override { return next_shard_++ % shards_.size(); }
  std::size_t shard_for_new_element(const pipeline::ClassInfo&, std::size_t home) override { return home; }
  void shard_statistics(control::Reply<pipeline::Value> reply) override {
    run([reply = std::move(reply)] { reply(pipeline::Value(pipeline::Array{})); });
  }
  void create(control::Place place, const pipeline::ClassInfo& info, std::string id,
              pipeline::Arguments arguments, control::Reply<void> reply) override {
    run([this, shard = place.shard, &info, id = std::move(id), arguments = std::move(arguments), reply = std::move(reply)] {
      pipeline::Prepared prepared;
      if (info.prepare) {
        auto made = info.prepare(info, id, arguments);
        if (!made) return reply(made.error());
        prepared = *made;
      }
      reply(shards_[shard]->create(info, id, arguments, std::move(prepared)));
    });
  }
  void invoke(std::size_t shard, std::string id, const pipeline::OperationInfo& operation,
              pipeline::Arguments arguments, control::Reply<pipeline::Value> reply) override {
    run([this, shard, &operation, id = std::move(id), arguments = std::move(arguments),
         reply = std::move(reply)] {
      // Behind the events that the operation causes, which the control plane has to be ready for.
      struct Call {
        bool is_running = true;
        std::optional<pipeline::ApiResult<pipeline::Value>> result;
      };
      const auto call = std::make_shared<Call>();
      shards_[shard]->invoke(id, operation, arguments, [call, reply](pipeline::ApiResult<pipeline::Value> result) {
        if (!call->is_running) return reply(std::move(result));
        call->result = std::move(result);
      });
      call->is_running = false;
      if (call->result) reply(*std::move(call->result));
    });
  }
  void release(std::size_t shard, std::string id, control::Reply<std::vector<std::string>> reply) override {
    run([this, shard, id = std::move(id), reply = std::move(reply)] { reply(shards_[shard]->release(id)); });
  }

 private:
  void run(std::function<void()> command) {
    if (is_held) {
      commands_.push_back(std::move(command));
    } else {
      command();
    }
  }

  std::vector<std::unique_ptr<pipeline::ObjectRegistry>> shards_;
  std::deque<std::function<void()>> commands_;
  std::size_t next_shard_ = 0;
};

}  // namespace kaskado::control_test
