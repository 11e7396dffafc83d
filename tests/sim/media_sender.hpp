// One stream that a test peer publishes: packets that look like VP8 or like audio, of which each carries its
// id.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "hop_ledger.hpp"
#include "peer_transport.hpp"
#include "rtp/rtcp_message.hpp"
#include "rtp/types.hpp"

namespace kaskado::sim {

// The payload of a packet; what is in it follows from its id and length, so that a change is seen.
std::vector<std::uint8_t> make_payload(PacketId id, bool first_of_frame, bool key_frame, std::size_t length);
// Nothing where it is not one of make_payload's, whole and unchanged.
std::optional<PacketId> read_payload(base::Bytes payload);

struct MediaSenderConfig {
  rtp::MediaKind kind = rtp::MediaKind::video;
  rtp::Ssrc ssrc;
  std::uint32_t publisher = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t seed = 0;
  Duration frame_interval = 33ms;
  std::size_t packets_a_frame = 2;
  std::size_t packets_a_key_frame = 6;
  std::size_t payload_bytes = 700;
};

class MediaSender {
 public:
  // Ids of header extensions and the payload type, as negotiated; 0 leaves an extension out.
  struct Format {
    std::uint8_t payload_type = 0;
    std::uint8_t mid_id = 0;
    std::uint8_t transport_cc_id = 0;
    std::string mid;
    std::uint8_t rid_id = 0;
    std::string rid = {};
  };

  explicit MediaSender(const MediaSenderConfig& config);

  void set_format(const Format& format) { format_ = format; }
  void start(Instant now);
  void stop() { next_frame_ = base::kNever; }
  // Frames are as large as that from now on, key frames three times.
  void set_bitrate_bps(std::uint64_t bps);
  bool started() const { return next_frame_ != base::kNever; }
  // Sends the frame that is due. `transport_sequence` counts all packets of the transport.
  void advance(Instant now, PeerTransport& transport, std::uint16_t& transport_sequence);
  Instant deadline() const { return next_frame_; }

  void receive_nack(const rtp::Nack& nack, PeerTransport& transport, Instant now);
  void receive_picture_loss(Instant now);
  // As above, but of a NACK that somebody sent and that may not arrive.
  void overhear_nack(const rtp::Nack& nack, Instant now, const Fate& fate);
  std::optional<rtp::SenderInfo> info(Instant now) const;

  rtp::Ssrc ssrc() const { return config_.ssrc; }
  const HopLedger& ledger() const { return ledger_; }
  std::uint32_t sent() const { return next_number_; }
  // Of a packet of its own.
  std::uint64_t sequence_of(PacketId id) const { return config_.first_sequence + id.number; }
  rtp::Timestamp timestamp_of(PacketId id) const { return timestamps_.at(id.number); }
  std::uint64_t payload_bytes_of(PacketId id) const { return payload_bytes_.at(id.number); }
  // Messages, also those that were lost.
  int nacks_overheard() const { return nacks_overheard_; }
  const std::vector<Instant>& picture_losses() const { return picture_losses_; }
  const std::vector<Instant>& key_frames() const { return key_frames_; }

 private:
  // What a retransmission repeats, byte for byte.
  struct Packet {
    Instant sent;
    std::vector<std::uint8_t> header;
    std::vector<std::uint8_t> payload;
  };
  // Longer than any receiver asks.
  static constexpr Duration kHistory = 8s;

  void send_frame(Instant now, PeerTransport& transport, std::uint16_t& transport_sequence);
  std::vector<std::uint8_t> make_header(std::uint64_t sequence, rtp::Timestamp timestamp, bool marker,
                                        std::uint16_t transport_sequence) const;
  void transmit(std::uint64_t sequence, const Packet& packet, PeerTransport& transport, Instant now);
  rtp::Timestamp timestamp_at(Instant when) const;

  MediaSenderConfig config_;
  base::SeededRandom random_;
  Format format_;
  std::uint32_t first_timestamp_;
  std::uint32_t next_number_ = 0;
  Instant next_frame_ = base::kNever;
  bool key_frame_wanted_ = true;
  std::map<std::uint64_t, Packet> history_;
  HopLedger ledger_;
  std::uint32_t payload_bytes_sent_ = 0;
  std::vector<rtp::Timestamp> timestamps_;    // by number
  std::vector<std::uint32_t> payload_bytes_;  // the same
  int nacks_overheard_ = 0;
  std::vector<Instant> picture_losses_;
  std::vector<Instant> key_frames_;
};

}  // namespace kaskado::sim
