#include "rtp/sequence_tracker.hpp"

namespace kaskado::rtp {

void SequenceTracker::start(SequenceNumber sequence) {
  seen_ = {};
  base_ = highest_ = kFirstCycle + sequence.value;
  word(highest_) |= 1ull << (highest_ % 64);
  bad_sequence_ = kNoBadSequence;
  started_ = true;
}

Placement SequenceTracker::place(SequenceNumber sequence) {
  if (!started_) {
    start(sequence);
    return {.newest = true, .extended = highest_};
  }
  const auto ahead = static_cast<std::uint16_t>(sequence.value - low_bits(highest_).value);
  if (ahead != 0 && ahead < kMaxDropout) return place_newer(highest_ + ahead);
  const auto behind = static_cast<std::uint16_t>(-ahead);
  if (behind < kWindow) return place_older(highest_ - behind);
  return place_jump(sequence);
}

Placement SequenceTracker::place_newer(std::uint64_t extended) {
  if (extended - highest_ >= kWindow) {
    seen_ = {};
  } else {
    for (std::uint64_t passed = highest_ + 1; passed <= extended; ++passed)
      word(passed) &= ~(1ull << (passed % 64));
  }
  highest_ = extended;
  word(extended) |= 1ull << (extended % 64);
  bad_sequence_ = kNoBadSequence;
  return {.newest = true, .extended = extended};
}

Placement SequenceTracker::place_older(std::uint64_t extended) {
  const std::uint64_t bit = 1ull << (extended % 64);
  if (word(extended) & bit) return {.drop = base::DropReason::duplicate_packet, .extended = extended};
  word(extended) |= bit;
  if (extended < base_) base_ = extended;
  return {.extended = extended};
}

// Two packets in a row after a jump: the other side started anew without telling us (RFC 3550 §A.1).
Placement SequenceTracker::place_jump(SequenceNumber sequence) {
  if (sequence.value == bad_sequence_) {
    start(sequence);
    return {.restarted = true, .newest = true, .extended = highest_};
  }
  bad_sequence_ = static_cast<std::uint16_t>(sequence.value + 1);
  return {.drop = base::DropReason::sequence_jump};
}

}  // namespace kaskado::rtp
