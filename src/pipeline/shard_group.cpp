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
  group->uploader_ = std::make_shared<loop::Uploader>(loop::Uploader::Limits(), configuration->trusted_certificates);
  group->rings_ = std::vector<std::atomic<RelayRing*>>(shards * shards);
  for (std::size_t i = 0; i < shards; ++i) {
    auto shard = ShardThread::start(static_cast<int>(i), pinned ? processors[i] : -1, configuration, listeners(i),
                                    {group.get(), group->compute_, group->io_, group->uploader_});
    if (!shard) return std::move(shard).error();
    group->shards_.push_back(std::move(shard).value());
  }
  return group;
}

ShardGroup::~ShardGroup() {
  for (const auto& shard : shards_) shard->end();
  ended_ = true;
  // What runs there posts to the shards.
  compute_->stop();
  io_->drain(kMostWriting);
  uploader_->drain(kMostWriting);
  io_->stop();
  shards_.clear();
  for (const std::atomic<RelayRing*>& ring : rings_) delete ring.load();
}

void ShardGroup::post(std::size_t, std::size_t to, Command command) {
  if (!ended_) shards_[to]->post_always(std::move(command));
}

RelayRing& ShardGroup::ring(std::size_t from, std::size_t to) {
  std::atomic<RelayRing*>& place = place_of(from, to);
  if (!place.load(std::memory_order_relaxed)) place.store(new RelayRing, std::memory_order_release);
  return *place.load(std::memory_order_relaxed);
}

RelayRing* ShardGroup::find_ring(std::size_t from, std::size_t to) {
  return place_of(from, to).load(std::memory_order_acquire);
}

void ShardGroup::wake(std::size_t to) {
  if (!ended_) shards_[to]->wake_relays();
}

}  // namespace kaskado::pipeline
