// One published stream: packets paced evenly or frame by frame, key frames when somebody asks, and the
// packets that a NACK names once more. What is sent again is the very same sealed datagram.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.hpp"
#include "histogram.hpp"
#include "peer_transport.hpp"
#include "rtp/rtcp_message.hpp"
#include "rtp/types.hpp"

namespace kaskado::bench {

struct SendPlan {
  double packets_per_second = 260;
  std::size_t packet_bytes = 1200;  // of RTP before it is sealed, header included
  double frames_per_second = 30;    // audio has a frame a packet
  bool burst = false;               // a frame's packets leave at once
};

struct PublisherCounters {
  std::uint64_t published = 0;  // retransmissions apart
  std::uint64_t retransmitted = 0;
  std::uint64_t nacked_too_late = 0;  // asked for what is not kept any more
  std::uint64_t key_frames_asked = 0;
};

class Publisher {
 public:
  Publisher(std::uint32_t id, rtp::Ssrc ssrc, bool audio, base::Random& random);

  void set_payload_type(std::uint8_t payload_type) { payload_type_ = payload_type; }
  // The first packet is due at `first`.
  void start(const SendPlan& plan, base::Instant first);
  void stop() { next_at_ = base::kNever; }
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
  std::uint64_t frame_of(std::uint64_t number) const;
  base::Instant due_at(std::uint64_t number) const;
  rtp::Timestamp timestamp_of(std::uint64_t number) const;
  std::size_t write_header(base::MutableBytes slot, std::uint64_t number) const;
  void write_payload(base::MutableBytes payload, std::uint64_t number);

  const std::uint32_t id_;
  const rtp::Ssrc ssrc_;
  const bool audio_;
  std::uint8_t payload_type_ = 0;
  std::uint64_t first_sequence_;
  std::uint32_t first_timestamp_;
  SendPlan plan_;
  base::Instant started_at_{};
  base::Instant next_at_ = base::kNever;
  bool key_frame_wanted_ = true;
  bool in_key_frame_ = false;
  std::uint64_t payload_bytes_ = 0;
  PublisherCounters counters_;
  std::vector<std::vector<std::uint8_t>> history_;  // sealed, by number modulo kHistory
};

}  // namespace kaskado::bench
