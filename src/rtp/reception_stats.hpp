// Loss and jitter of one received stream, as its report block tells them (RFC 3550 §6.4.1, §A.3, §A.8).
#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "rtp/rtcp_message.hpp"

namespace kaskado::rtp {

class ReceptionStats {
 public:
  // Every packet counts, copies and late ones too (RFC 3550 §6.4.1).
  void count_packet() { ++received_; }
  // §A.8. `arrived` and the timestamp are compared modulo 2^32 in units of `clock_rate`.
  void measure_jitter(Timestamp timestamp, base::Instant arrived, std::uint32_t clock_rate);

  // Highest and base as SequenceTracker gives them. Negative where copies outnumber losses.
  std::int64_t cumulative_lost(std::uint64_t base, std::uint64_t highest) const {
    return static_cast<std::int64_t>(highest - base + 1) - static_cast<std::int64_t>(received_);
  }
  std::uint64_t received() const { return received_; }
  std::uint32_t jitter() const { return jitter_scaled_ >> 4; }

  // Fraction and cumulative loss, highest sequence and jitter of a block; the next fraction counts from here.
  void fill(ReportBlock& block, std::uint64_t base, std::uint64_t highest);

 private:
  std::uint64_t received_ = 0;
  std::uint64_t received_prior_ = 0;
  std::uint64_t expected_prior_ = 0;
  std::uint32_t transit_ = 0;
  std::uint32_t jitter_scaled_ = 0;  // times 16
  bool has_transit_ = false;
};

}  // namespace kaskado::rtp
