// The statuses inside transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).
#pragma once

#include <optional>
#include <span>

#include "base/time.hpp"
#include "rtp/rtcp_builder.hpp"
#include "rtp/rtcp_message.hpp"

namespace kaskado::rtp {

// Arrival times are counted in these (§3.1.5).
inline constexpr base::Duration kFeedbackTick = std::chrono::microseconds{250};
inline constexpr std::int64_t kTicksPerReference = 256;  // reference times count 64 ms (§3.1)

struct PacketStatus {
  SequenceNumber sequence;  // transport-wide
  bool received = false;
  base::Duration arrival{};  // on the receiver's clock, modulo 2^24 · 64 ms; only where received
};

// Walks the statuses of one message. Chunks or deltas that break off end it early.
class TransportFeedbackReader {
 public:
  explicit TransportFeedbackReader(const TransportFeedback& feedback);
  std::optional<PacketStatus> next();
  bool malformed() const { return malformed_; }

 private:
  std::uint8_t next_symbol();
  bool add_delta(std::uint8_t symbol);

  base::ByteReader chunks_;
  base::ByteReader deltas_;
  std::uint16_t chunk_ = 0;
  std::uint16_t left_in_chunk_ = 0;
  std::uint16_t left_;
  std::uint16_t sequence_;
  std::int64_t ticks_;
  bool malformed_ = false;
};

// An arrival that did not happen.
inline constexpr base::Instant kNotReceived = base::Instant::min();
inline constexpr std::size_t kMaxFeedbackStatuses = 512;

// How many statuses surely fit into a message of so many bytes.
std::size_t feedback_statuses_that_fit(std::size_t bytes);

// Writes one message for the packets from `first` on. Gives how many statuses went in, 0 where not even the
// header fits or nothing was received; the caller goes on from there with the next message. A step in time
// that 16 bits do not hold ends the message early.
std::size_t write_transport_feedback(RtcpBuilder& builder, Ssrc sender, Ssrc media, SequenceNumber first,
                                     std::span<const base::Instant> arrivals, std::uint8_t feedback_count);

}  // namespace kaskado::rtp
