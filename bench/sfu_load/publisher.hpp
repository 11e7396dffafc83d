// One published stream: packets as its content has them, and those that a NACK names once more. What is sent
// again is the very same sealed datagram.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "content.hpp"
#include "histogram.hpp"
#include "peer_transport.hpp"
#include "rtp/rtcp_message.hpp"
#include "rtp/types.hpp"

namespace kaskado::bench {

struct PublisherCounters {
  std::uint64_t published = 0;  // retransmissions apart
  std::uint64_t retransmitted = 0;
  std::uint64_t nacked_too_late = 0;  // asked for what is not kept any more
  std::uint64_t key_frames_asked = 0;
};

class Publisher {
 public:
  Publisher(rtp::Ssrc ssrc, std::uint32_t clock_rate, base::Random& random);

  void set_payload_type(std::uint8_t payload_type) { payload_type_ = payload_type; }
  // The content's start is `first`. Once.
  void start(std::unique_ptr<Content> content, base::Instant first);
  bool started() const { return content_ != nullptr; }
  void stop() { next_at_ = base::kNever; }
  // Goes on after stop().
  void resume(base::Instant now);
  base::Instant deadline() const { return next_at_; }
  // Sends what is due, at most a burst of kMostAtOnce, and notes by how much it is late.
  void send_due(base::Instant now, PeerTransport& transport, Histogram& lateness);

  void receive_nack(const rtp::Nack& nack, PeerTransport& transport);
  void receive_key_frame_request();
  // Nothing before the first packet.
  std::optional<rtp::SenderInfo> sender_info(base::Instant now, base::WallTime wall) const;

  const PublisherCounters& counters() const { return counters_; }

 private:
  static constexpr std::size_t kHistory = 512;
  static constexpr int kMostAtOnce = 64;

  void send_next(PeerTransport& transport);

  const rtp::Ssrc ssrc_;
  const double clock_rate_;
  std::uint8_t payload_type_ = 0;
  std::uint64_t first_sequence_;
  std::uint32_t first_timestamp_;
  std::unique_ptr<Content> content_;
  base::Instant started_at_{};
  base::Instant next_at_ = base::kNever;
  std::uint64_t payload_bytes_ = 0;
  PublisherCounters counters_;
  std::vector<std::vector<std::uint8_t>> history_;  // sealed, by number modulo kHistory
};

}  // namespace kaskado::bench
