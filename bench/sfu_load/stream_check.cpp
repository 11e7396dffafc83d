#include "stream_check.hpp"

#include <algorithm>

namespace kaskado::bench {

std::optional<std::uint64_t> StreamCheck::note(rtp::Ssrc ssrc, rtp::SequenceNumber sequence) {
  if (!ssrc_) {
    ssrc_ = ssrc;
    // A cycle above zero, so that there is room below for what comes late.
    first_ = highest_ = 0x10000u + sequence.value;
    seen_.set(highest_ % kWindow);
    ++counters_.packets;
    return highest_;
  }
  if (ssrc != *ssrc_) {
    ++counters_.foreign;
    return std::nullopt;
  }
  const std::uint64_t extended = rtp::extend(sequence, highest_);
  if (extended <= highest_) return note_late(extended);
  if (extended - highest_ >= kWindow) seen_.reset();
  for (std::uint64_t skipped = highest_ + 1; skipped < extended && extended - highest_ < kWindow; ++skipped)
    seen_.reset(skipped % kWindow);
  highest_ = extended;
  seen_.set(extended % kWindow);
  ++counters_.packets;
  return extended;
}

std::optional<std::uint64_t> StreamCheck::note_late(std::uint64_t extended) {
  if (highest_ - extended >= kWindow) {
    ++counters_.out_of_window;
    return std::nullopt;
  }
  if (extended >= first_ && seen_.test(extended % kWindow)) {
    ++counters_.duplicates;
    return std::nullopt;
  }
  first_ = std::min(first_, extended);
  seen_.set(extended % kWindow);
  ++counters_.reordered;
  ++counters_.packets;
  return extended;
}

void StreamCheck::note_payload(std::uint64_t extended, const std::optional<PayloadMark>& mark) {
  ++counters_.sampled;
  if (!mark) {
    ++counters_.changed;
    return;
  }
  const std::uint64_t distance = extended - mark->number;
  if (!distance_) distance_ = distance;
  if (mark->publisher != publisher_ || distance != *distance_) ++counters_.misnumbered;
}

}  // namespace kaskado::bench
