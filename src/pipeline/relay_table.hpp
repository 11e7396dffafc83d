// The relayed sources of a shard, by the numbers that other shards know them by.
#pragma once

#include <cstdint>
#include <unordered_map>

namespace kaskado::pipeline {

class RelayedSource;

class RelayTable {
 public:
  // The number is not used again.
  std::uint32_t add(RelayedSource& source) {
    sources_.emplace(++last_, &source);
    return last_;
  }
  void remove(std::uint32_t relay) { sources_.erase(relay); }
  RelayedSource* find(std::uint32_t relay) const {
    const auto found = sources_.find(relay);
    return found == sources_.end() ? nullptr : found->second;
  }

 private:
  std::uint32_t last_ = 0;
  std::unordered_map<std::uint32_t, RelayedSource*> sources_;
};

}  // namespace kaskado::pipeline
