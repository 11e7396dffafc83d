// The object backend of the real server: commands go into the shards' mailboxes, replies and events come back
// onto the control loop.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "control/object_backend.hpp"
#include "pipeline/shard_thread.hpp"

namespace kaskado::control {

class ShardBackend final : public ObjectBackend {
 public:
  using Post = std::function<void(std::size_t shard, std::function<void()>)>;

  // `post_to_control` brings a task from the shard's thread, which calls it, to the control thread. The shards
  // outlive this.
  ShardBackend(std::span<const std::unique_ptr<pipeline::ShardThread>> shards, Post post_to_control);

  std::size_t shard_for_new_pipeline() override;
  void create(std::size_t shard, const pipeline::ClassInfo& info, std::string id,
              pipeline::Arguments arguments, Reply<void> reply) override;
  void invoke(std::size_t shard, std::string id, const pipeline::OperationInfo& operation,
              pipeline::Arguments arguments, Reply<pipeline::Value> reply) override;
  void release(std::size_t shard, std::string id, Reply<std::vector<std::string>> reply) override;

 private:
  // What an operation causes is told after its answer: a candidate must not overtake the description that it
  // belongs to. The end of an object is told before: with the answer its subscriptions are gone.
  enum class EventOrder { before_reply, after_reply };

  template <typename T, typename Work>
  void run(std::size_t shard, Reply<T> reply, Work work, EventOrder events = EventOrder::before_reply);

  std::span<const std::unique_ptr<pipeline::ShardThread>> shards_;
  Post post_to_control_;
  std::vector<std::size_t> pipelines_;  // living ones, by shard
};

}  // namespace kaskado::control
