// The way from one shard to another.
#pragma once

#include <cstddef>
#include <functional>

#include "pipeline/relay_slot.hpp"

namespace kaskado::pipeline {

class Shard;

// Outlives the shards. Each function is called on the thread of `from` unless it says otherwise.
class ShardNetwork {
 public:
  using Command = std::function<void(Shard&)>;

  virtual ~ShardNetwork() = default;
  // Runs `command` on the shard `to`, behind what `from` has posted to it before. It is not run where that
  // shard ends.
  virtual void post(std::size_t from, std::size_t to, Command command) = 0;
  virtual std::size_t shards() const = 0;
  // Written by `from`, read by `to`; made when it is asked for first.
  virtual RelayRing& ring(std::size_t from, std::size_t to) = 0;
  // The reader's: nullptr where there is none yet. Called on the thread of `to`.
  virtual RelayRing* find_ring(std::size_t from, std::size_t to) = 0;
  // Lets `to` look into its rings soon. Media is not kept waiting behind commands.
  virtual void wake(std::size_t to) = 0;
};

}  // namespace kaskado::pipeline
