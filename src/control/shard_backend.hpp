// The object backend of the real server: commands go into the shards' mailboxes, replies and events come back
// onto the control loop.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/executor.hpp"
#include "base/time.hpp"
#include "control/object_backend.hpp"
#include "control/placement.hpp"
#include "pipeline/shard_group.hpp"

namespace kaskado::control {

class ShardBackend final : public ObjectBackend {
 public:
  using Post = std::function<void(std::size_t shard, std::function<void()>)>;

  // `spread_load` as Placement has it. `post_to_control` brings a task from the shard's thread, which calls it,
  // to the control thread. The shards outlive this.
  // What classes prepare runs on `compute`; without one they cannot be created.
  ShardBackend(const pipeline::ShardGroup& shards, double spread_load, Post post_to_control,
               std::shared_ptr<base::Executor> compute = nullptr);

  std::size_t shard_for_new_pipeline() override;
  std::size_t shard_for_new_element(const pipeline::ClassInfo& info, std::size_t home) override;
  void create(Place place, const pipeline::ClassInfo& info, std::string id, pipeline::Arguments arguments,
              Reply<void> reply) override;
  void invoke(std::size_t shard, std::string id, const pipeline::OperationInfo& operation,
              pipeline::Arguments arguments, Reply<pipeline::Value> reply) override;
  void shard_statistics(Reply<pipeline::Value> reply) override;
  void release(std::size_t shard, std::string id, Reply<std::vector<std::string>> reply) override;

 private:
  // Called on the thread of the shard that has the result.
  template <typename T>
  using Answer = std::function<void(pipeline::Shard&, pipeline::ApiResult<T>)>;

  template <typename T>
  Answer<T> answer_to(std::shared_ptr<Reply<T>> reply);
  template <typename T, typename Work>
  void run(std::size_t shard, Reply<T> reply, Work work);
  // Prepares in the compute pool and goes on from there to the shard.
  void create_prepared(Place place, const pipeline::ClassInfo& info, std::string id, pipeline::Arguments arguments,
                       Reply<void> reply);
  // Not more often than it is worth while.
  void measure_loads();

  const pipeline::ShardGroup& shards_;
  Post post_to_control_;
  const std::shared_ptr<base::Executor> compute_;
  Placement placement_;
  base::Instant measured_at_;
  std::vector<base::Duration> used_;  // of each shard's processor, until then
};

}  // namespace kaskado::control
