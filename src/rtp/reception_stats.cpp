#include "rtp/reception_stats.hpp"

#include <algorithm>

#include "rtp/sequence_tracker.hpp"

namespace kaskado::rtp {

void ReceptionStats::measure_jitter(Timestamp timestamp, base::Instant arrived, std::uint32_t clock_rate) {
  const auto arrival = static_cast<std::uint32_t>(to_ticks(arrived.time_since_epoch(), clock_rate));
  const std::uint32_t transit = arrival - timestamp.value;
  if (has_transit_) {
    const auto difference = static_cast<std::int32_t>(transit - transit_);
    const std::uint32_t distance =
        difference < 0 ? 0u - static_cast<std::uint32_t>(difference) : static_cast<std::uint32_t>(difference);
    jitter_scaled_ += distance - ((jitter_scaled_ + 8) >> 4);
  }
  transit_ = transit;
  has_transit_ = true;
}

void ReceptionStats::fill(ReportBlock& block, std::uint64_t base, std::uint64_t highest) {
  const std::uint64_t expected = highest - base + 1;
  const auto expected_interval = static_cast<std::int64_t>(expected - expected_prior_);
  const auto received_interval = static_cast<std::int64_t>(received_ - received_prior_);
  expected_prior_ = expected;
  received_prior_ = received_;
  const std::int64_t lost_interval = expected_interval - received_interval;
  block.fraction_lost = 0;
  if (expected_interval > 0 && lost_interval > 0)
    block.fraction_lost =
        static_cast<std::uint8_t>(std::min<std::int64_t>((lost_interval << 8) / expected_interval, 255));
  block.cumulative_lost = static_cast<std::int32_t>(
      std::clamp<std::int64_t>(cumulative_lost(base, highest), -0x800000, 0x7fffff));
  block.extended_highest_sequence = static_cast<std::uint32_t>(highest - SequenceTracker::kFirstCycle);
  block.jitter = jitter();
}

}  // namespace kaskado::rtp
