// Peers by a small key of fixed size: one probe of one cache line finds most of them, however long ago the
// table was touched last. std::unordered_map takes three lines: the bucket, the node before and the node.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace kaskado::transport {

// A session of the shard, small and reused, so that it can index tables.
using PeerId = std::uint32_t;
inline constexpr PeerId kNobody = 0xffffffff;

// `Key` is a value of 28 bytes at the most, and Hash()(key, seed) spreads it over 64 bits. Grows to twice as
// many places as keys, and never shrinks. Owned by one shard.
template <typename Key, typename Hash>
class PeerTable {
 public:
  explicit PeerTable(std::uint64_t seed) : seed_(seed), places_(kLeastPlaces) {}

  // kNobody where the key is not there.
  PeerId find(const Key& key) const { return places_[place_of(key)].peer; }
  // Fetches what find() will look at into the cache, without waiting for it.
  void prefetch(const Key& key) const { __builtin_prefetch(&places_[home_of(key)]); }

  // `peer` takes the place of the one before.
  void set(const Key& key, PeerId peer) {
    assert(peer != kNobody);
    std::size_t place = place_of(key);
    if (places_[place].peer == kNobody) {
      if (2 * (used_ + 1) > places_.size()) {
        grow();
        place = place_of(key);
      }
      ++used_;
      places_[place].key = key;
    }
    places_[place].peer = peer;
  }

  void erase(const Key& key) {
    std::size_t gap = place_of(key);
    if (places_[gap].peer == kNobody) return;
    --used_;
    // Those behind move up where the gap would cut them off from their home.
    for (std::size_t next = after(gap); places_[next].peer != kNobody; next = after(next)) {
      const std::size_t from_home = (next - home_of(places_[next].key)) & (places_.size() - 1);
      const std::size_t from_gap = (next - gap) & (places_.size() - 1);
      if (from_home < from_gap) continue;
      places_[gap] = places_[next];
      gap = next;
    }
    places_[gap].peer = kNobody;
  }

  std::size_t size() const { return used_; }

 private:
  static constexpr std::size_t kLeastPlaces = 64;
  struct alignas(32) Place {
    Key key;
    PeerId peer = kNobody;
  };
  static_assert(sizeof(Place) == 32, "two a cache line");

  std::size_t after(std::size_t place) const { return (place + 1) & (places_.size() - 1); }
  std::size_t home_of(const Key& key) const { return Hash()(key, seed_) & (places_.size() - 1); }
  // Where the key stands, or would.
  std::size_t place_of(const Key& key) const {
    std::size_t place = home_of(key);
    while (places_[place].peer != kNobody && !(places_[place].key == key)) place = after(place);
    return place;
  }
  void grow() {
    std::vector<Place> before(2 * places_.size());
    before.swap(places_);
    for (const Place& place : before) {
      if (place.peer != kNobody) places_[place_of(place.key)] = place;
    }
  }

  std::uint64_t seed_;
  std::vector<Place> places_;  // a power of two of them
  std::size_t used_ = 0;
};

}  // namespace kaskado::transport
