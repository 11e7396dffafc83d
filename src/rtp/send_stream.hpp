// One subscriber's view of a source: SSRC, sequence, timestamps, payload types and extension ids of its own, and what is
// wanted of its layers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/drop_reason.hpp"
#include "base/time.hpp"
#include "rtp/bandwidth/sent_packets.hpp"
#include "rtp/egress_extensions.hpp"
#include "rtp/layer_filter.hpp"
#include "rtp/media_packet.hpp"
#include "rtp/packet_history.hpp"
#include "rtp/rtcp_message.hpp"
#include "rtp/sequence_map.hpp"
#include "rtp/source_clock.hpp"

namespace kaskado::rtp {

struct SendPayload {
  PayloadType source;
  PayloadType output;
  bool operator==(const SendPayload&) const = default;
};

struct SendStreamConfig {
  Ssrc ssrc;
  MediaKind kind = MediaKind::video;
  std::uint32_t clock_rate = 90000;
  std::span<const SendPayload> payloads;  // copied
  ExtensionMap extensions;                // the subscriber's
  std::string_view mid;                   // copied; empty where there is none
  // Random, and the sequence below 2^15 so that an early loss does not hide a wrap (RFC 3711 §3.3.1).
  SequenceNumber first_sequence;
  Timestamp first_timestamp;
  // Another stream of its kind goes by the same transport: this one may have no number of the transport
  // unless what it sends again goes by a stream of its own.
  bool further = false;
};

enum class SwitchMode : std::uint8_t {
  at_once,       // nothing more of the former source
  at_key_frame,  // the former source goes on until the new one's key frame starts; audio: its first packet
};

// What stamp() made. Most payloads are not copied: they are packet.payload(), sealed behind the header.
struct Stamped {
  std::uint64_t packet_index = 0;  // 48 bits, ROC << 16 | SEQ (RFC 3711 §3.3.1)
  std::uint16_t header_bytes = 0;
  base::DropReason drop = base::DropReason::none;
  // Where in the slot the number for transport-wide congestion control belongs; 0 where the subscriber takes none.
  std::uint16_t sequence_at = 0;
  bool repair = false;              // a packet of the retransmission stream
  std::uint16_t changed_bytes = 0;  // of a payload that stands in the slot, for it is another than the packet's

  base::Bytes payload(const MediaPacket& packet, base::Bytes slot) const {
    return changed_bytes == 0 ? packet.payload() : slot.subspan(header_bytes, changed_bytes);
  }
};

// Where what is sent again goes (RFC 4588): a stream of its own beside the one that it repairs.
struct RetransmissionStream {
  Ssrc ssrc;
  struct Payload {
    PayloadType original;
    PayloadType retransmission;
    bool operator==(const Payload&) const = default;
  };
  std::span<const Payload> payloads;  // copied; of those that are not among them, the same packets go again
  SequenceNumber first_sequence;      // as SendStreamConfig has it
};

struct SendStats {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  // of RTP payloads
  std::uint64_t retransmitted_packets = 0;
  std::uint64_t retransmitted_bytes = 0;
  std::uint64_t nacks = 0;  // messages received
  std::uint64_t plis = 0;
  std::uint64_t firs = 0;
  std::uint64_t rembs = 0;
  std::uint64_t remb_bps = 0;
  std::uint8_t fraction_lost = 0;  // as the subscriber reports, of 256
  std::int32_t packets_lost = 0;
  base::Duration jitter{};
  base::Duration rtt{};  // 0 where not known
};

// Owned by one shard. stamp() and restamp() touch the two cache lines of the object itself and no others,
// save when something out of the ordinary comes: a switch, a late packet before a left-out one, another
// codec; and of sources with layers.
class alignas(64) SendStream {
 public:
  explicit SendStream(const SendStreamConfig& config);
  SendStream(SendStream&&) noexcept = default;
  SendStream& operator=(SendStream&&) noexcept = default;
  ~SendStream() = default;

  // The slot must hold kMaxDatagramBytes.
  Stamped stamp(const MediaPacket& packet, base::MutableBytes slot);

  // What comes of the new source continues sequence and time without a hole; video starts at a key frame, for
  // which the caller asks while wants_key_frame(). A source that is not set pauses the stream.
  void switch_source(SourceId source, SwitchMode mode = SwitchMode::at_once);
  bool wants_key_frame() const { return kind_ == MediaKind::video && awaited_.is_set(); }
  SourceId source() const { return source_; }
  // After a new negotiation. To be called while there is no source: what is sent again must be the same bytes as
  // at first, and only what came since the last switch is.
  void set_extensions(const ExtensionMap& extensions, std::string_view mid);
  // The subscriber has new keys, for which indices begin without a rollover (RFC 3711 §3.3.1): nothing sent before
  // can be sent again, and the source goes on as after a switch.
  void restart_index();
  // What is sent again goes there from now on; nothing is configured at first.
  void set_retransmission(const RetransmissionStream& stream);
  // From now on packets of `primary`, which is one of the output types, go as redundant audio (RFC 2198) of the type `red`, and
  // bring the packet before them once more; nothing is sent again then. Without types as they are.
  void set_redundancy(std::optional<PayloadType> primary, PayloadType red = {});
  // How long the subscriber is to keep pictures at least, below 2.5 s. Only where what is lost goes again by a stream of its own:
  // else it has to be the same bytes again.
  void set_playout_delay(base::Duration least);
  // What is wanted of sources with layers, from the next frame at which that can begin. From the first call on
  // picture ids go on without a leap from one source to the next.
  void set_layer_limits(const LayerLimits& limits);
  // A spatial layer is wanted that only a key frame can begin.
  bool layer_wants_key_frame() const;
  // Goes with a switch to a source of another codec. Not known types are dropped without leaving a hole.
  void set_payloads(std::span<const SendPayload> payloads, std::uint32_t clock_rate);

  // NACK: for each number of the message, the packet to restamp, or null where it was not sent since the last
  // switch, is gone from the source's history, or went again less than an RTT ago.
  const MediaPacket* find_lost(SequenceNumber lost, const PacketHistory& history, base::Instant now);
  // Of the last few packets that went out, the one whose length is nearest to `bytes`, to repeat(); null where none is left
  // in the source's history, or there is no retransmission stream.
  const MediaPacket* find_filler(std::size_t bytes, const PacketHistory& history) const;
  // A packet of the retransmission stream that repairs nothing: what a probe is made of.
  Stamped repeat(const MediaPacket& packet, base::MutableBytes slot);
  // The same header and index as the first time, byte for byte, if sequence_at gets the number that it had; or a packet of the retransmission stream.
  Stamped restamp(const MediaPacket& packet, base::MutableBytes slot);

  // Feedback from the subscriber. True where a key frame is wanted of the source; a repeated FIR is not a new
  // wish (RFC 5104 §4.3.1.1).
  bool receive_picture_loss();
  bool receive_full_intra(std::uint8_t command_number);
  void receive_nack();
  void receive_remb(std::uint64_t bitrate_bps);
  void receive_report(const ReportBlock& block, base::Instant now, const base::ClockAnchor& anchor);

  // For a sender report; nothing before the first packet. `source_clock` is that of source()'s stream, or
  // null.
  std::optional<SenderInfo> sender_info(base::Instant now, const base::ClockAnchor& anchor,
                                        const SourceClock* source_clock) const;

  Ssrc ssrc() const { return ssrc_; }
  MediaKind kind() const { return kind_; }
  // As the transport's control tells it from others.
  SentStream sent_as() const {
    if (further_) return SentStream::further;
    return kind_ == MediaKind::audio ? SentStream::audio : SentStream::video;
  }
  base::Duration rtt() const;
  SendStats stats() const;

 private:
  static constexpr std::uint8_t kNoPayload = 0xff;
  struct Cold;
  struct ColdDeleter {
    void operator()(Cold* cold) const;
  };

  base::DropReason adopt(const MediaPacket& packet);
  bool look_up_payload(PayloadType type);
  Stamped stamp_unusual(const MediaPacket& packet, base::MutableBytes slot);
  std::optional<std::uint64_t> index_of(std::uint64_t extended) const;
  Stamped write(const MediaPacket& packet, std::uint64_t index, base::MutableBytes slot) const;
  Stamped write_layered(const MediaPacket& packet, std::uint64_t index, base::MutableBytes slot) const;
  Stamped with_redundancy(const Stamped& plain, const MediaPacket& packet, base::MutableBytes slot);
  Stamped write_again(const MediaPacket& packet, base::MutableBytes slot);
  Stamped as_retransmission(const Stamped& first, const MediaPacket& packet, base::MutableBytes slot);
  bool admits_layer(const MediaPacket& packet);
  void count(const MediaPacket& packet, std::uint64_t index);

  // First line: what each packet reads and writes.
  SourceId source_;
  SourceId awaited_;
  SequenceMap sequence_;
  base::Instant last_arrival_{};  // of the packet with the highest index
  Timestamp last_timestamp_;
  std::uint32_t timestamp_offset_ = 0;
  Ssrc ssrc_;
  PayloadType source_payload_{kNoPayload};  // the pair of the last packet
  PayloadType output_payload_{kNoPayload};
  MediaKind kind_;
  bool started_ : 1 = false;
  bool layered_ : 1 = false;
  bool redundant_ : 1 = false;
  bool further_ : 1;
  // Second line.
  std::uint64_t packets_ = 0;
  std::uint64_t payload_bytes_ = 0;
  std::uint64_t mid_until_ = UINT64_MAX;  // the first index that goes without a mid
  EgressExtensions extensions_;
  std::unique_ptr<Cold, ColdDeleter> cold_;
};

static_assert(sizeof(SendStream) == 128);

}  // namespace kaskado::rtp
