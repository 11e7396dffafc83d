// Where a packet stands in its stream: new, late, a copy, or from a sender that started anew (RFC 3550 §A.1,
// without probation: SSRCs are known from signalling or authenticated by SRTP).
#pragma once

#include <array>
#include <cstdint>

#include "base/drop_reason.hpp"
#include "rtp/types.hpp"

namespace kaskado::rtp {

struct Placement {
  base::DropReason drop = base::DropReason::none;
  bool restarted = false;  // the first packet of a new epoch
  bool newest = false;     // the highest so far
  std::uint64_t extended = 0;
};

class SequenceTracker {
 public:
  // Extended numbers start one cycle up, so that a packet older than the first one has a number too.
  static constexpr std::uint64_t kFirstCycle = 0x10000;

  Placement place(SequenceNumber sequence);

  bool started() const { return started_; }
  std::uint64_t base() const { return base_; }
  std::uint64_t highest() const { return highest_; }
  // Within kWindow; whether what is older came is not known any more.
  bool has_come(std::uint64_t extended) const {
    return started_ && extended <= highest_ && highest_ - extended < kWindow && (seen_[extended / 64 % seen_.size()] >> extended % 64 & 1);
  }

  static constexpr std::uint64_t kWindow = 1024;  // RFC 3550's MAX_MISORDER, and how far back copies are known

 private:
  static constexpr std::uint16_t kMaxDropout = 3000;  // RFC 3550 §A.1

  void start(SequenceNumber sequence);
  Placement place_newer(std::uint64_t extended);
  Placement place_older(std::uint64_t extended);
  Placement place_jump(SequenceNumber sequence);
  std::uint64_t& word(std::uint64_t extended) { return seen_[extended / 64 % seen_.size()]; }

  std::array<std::uint64_t, kWindow / 64> seen_{};  // one bit a packet
  std::uint64_t base_ = 0;
  std::uint64_t highest_ = 0;
  std::uint32_t bad_sequence_ = kNoBadSequence;  // what would follow the last jump
  bool started_ = false;

  static constexpr std::uint32_t kNoBadSequence = 0x10000;
};

}  // namespace kaskado::rtp
