// The shards of the server, each on its own thread, and the ways between them.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "base/time.hpp"
#include "loop/compute_pool.hpp"
#include "pipeline/shard_network.hpp"
#include "pipeline/shard_thread.hpp"

namespace kaskado::pipeline {

class ShardGroup final : public ShardNetwork {
 public:
  // Makes the listener of the shard with that index.
  using Listeners = std::function<ShardListener(std::size_t index)>;

  // `count` shards, each pinned to a processor of its own while there are enough; 0 stands for one a processor.
  static base::Result<std::unique_ptr<ShardGroup>> start(
      int count, std::shared_ptr<const MediaConfiguration> configuration, const Listeners& listeners);
  // Ends all of them before the first is destroyed: they talk to each other until then.
  ~ShardGroup() override;

  std::size_t size() const { return shards_.size(); }
  // For all that takes long, of all shards.
  const std::shared_ptr<loop::ComputePool>& compute() const { return compute_; }
  // For all that waits for files and networks.
  const std::shared_ptr<loop::ComputePool>& io() const { return io_; }
  ShardThread& operator[](std::size_t index) const { return *shards_[index]; }

  void post(std::size_t from, std::size_t to, Command command) override;
  std::size_t shards() const override { return size(); }
  RelayRing& ring(std::size_t from, std::size_t to) override;
  RelayRing* find_ring(std::size_t from, std::size_t to) override;
  void wake(std::size_t to) override;

 private:
  // So many sources may keep others waiting at once, before others wait for them.
  static constexpr std::size_t kMostIoThreads = 256;

  // In the end, for recordings that have to be written to their ends.
  static constexpr std::chrono::seconds kMostWriting{5};

  ShardGroup() = default;

  std::atomic<RelayRing*>& place_of(std::size_t from, std::size_t to) { return rings_[from * shards_.size() + to]; }

  const std::shared_ptr<loop::ComputePool> compute_ = std::make_shared<loop::ComputePool>();
  const std::shared_ptr<loop::ComputePool> io_ = std::make_shared<loop::ComputePool>(kMostIoThreads, "io");
  std::shared_ptr<loop::Uploader> uploader_;
  std::vector<std::atomic<RelayRing*>> rings_;  // owned, by writer and reader; each is made by its writer
  std::vector<std::unique_ptr<ShardThread>> shards_;
  bool ended_ = false;
};

}  // namespace kaskado::pipeline
