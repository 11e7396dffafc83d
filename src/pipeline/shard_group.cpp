#include "pipeline/shard_group.hpp"

#include <utility>

#include "loop/processors.hpp"

namespace kaskado::pipeline {

base::Result<std::unique_ptr<ShardGroup>> ShardGroup::start(int count,
                                                            std::shared_ptr<const MediaConfiguration> configuration,
                                                            const Listeners& listeners) {
  const std::vector<int> processors = loop::usable_processors();
  const std::size_t shards = count == 0 ? processors.size() : static_cast<std::size_t>(count);
  // More shards than processors are the kernel's to spread.
  const bool pinned = shards <= processors.size();
  std::unique_ptr<ShardGroup> group(new ShardGroup);
  group->rings_.resize(shards * shards);
  for (std::size_t i = 0; i < shards; ++i) {
    auto shard = ShardThread::start(static_cast<int>(i), pinned ? processors[i] : -1, configuration, listeners(i),
                                    group.get());
    if (!shard) return std::move(shard).error();
    group->shards_.push_back(std::move(shard).value());
  }
  return group;
}

ShardGroup::~ShardGroup() {
  for (const auto& shard : shards_) shard->end();
  ended_ = true;
}

void ShardGroup::post(std::size_t, std::size_t to, Command command) {
  if (!ended_) shards_[to]->post_always(std::move(command));
}

RelayRing& ShardGroup::ring(std::size_t from, std::size_t to) {
  auto& ring = rings_[from * shards_.size() + to];
  if (!ring) ring = std::make_unique<RelayRing>();
  return *ring;
}

}  // namespace kaskado::pipeline
