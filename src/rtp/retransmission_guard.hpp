// Keeps a subscriber's NACKs from costing more than they are worth.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/time.hpp"

namespace kaskado::rtp {

// The same packet goes again once an RTT at most, and all of them together take no more than the stream
// itself since the last NACK, with a burst allowed.
class RetransmissionGuard {
 public:
  // `media_bytes` is what the stream has sent so far, without retransmissions.
  bool allow(std::uint64_t index, std::size_t bytes, std::uint64_t media_bytes, base::Duration rtt,
             base::Instant now) {
    budget_ = std::min(budget_ + (media_bytes - media_bytes_), kBurstBytes);
    media_bytes_ = media_bytes;
    Sent& last = sent_[index % sent_.size()];
    if (last.index == index && now - last.when < rtt) return false;
    if (bytes > budget_) return false;
    budget_ -= bytes;
    last = {index, now};
    return true;
  }

 private:
  static constexpr std::uint64_t kBurstBytes = 256 * 1024;
  // By the low bits of the index: two that meet forget the older one, which then may go too soon.
  struct Sent {
    std::uint64_t index = UINT64_MAX;
    base::Instant when{};
  };
  std::array<Sent, 64> sent_;
  std::uint64_t budget_ = kBurstBytes;
  std::uint64_t media_bytes_ = 0;
};

}  // namespace kaskado::rtp
