// One received SSRC: judges each packet, measures the stream, keeps what subscribers may ask for again, and
// asks its sender for what is missing.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/drop_reason.hpp"
#include "base/time.hpp"
#include "rtp/dependency_descriptor.hpp"
#include "rtp/key_frame.hpp"
#include "rtp/key_frame_requester.hpp"
#include "rtp/media_packet.hpp"
#include "rtp/nack_generator.hpp"
#include "rtp/rate_meter.hpp"
#include "rtp/reception_stats.hpp"
#include "rtp/sequence_tracker.hpp"
#include "rtp/source_stream.hpp"

namespace kaskado::rtp {

struct ReceivePayload {
  PayloadType type;
  VideoCodec codec = VideoCodec::none;
};

struct ReceiveStreamConfig {
  Ssrc ssrc;
  Ssrc feedback_sender;         // the SSRC that our RTCP to this sender goes by
  std::uint32_t stream_id = 1;  // unique within the shard, not 0
  MediaKind kind = MediaKind::video;
  std::uint32_t clock_rate = 90000;
  std::span<const ReceivePayload> payloads;  // copied
  bool nack = true;
  NackParams nack_params;
  KeyFrameMethod key_frames = KeyFrameMethod::pli;
  std::size_t history_packets = 512;
  base::Duration history_age = std::chrono::seconds{2};
};

struct Verdict {
  base::DropReason drop = base::DropReason::none;
  bool recovered = false;  // it had been lost and came because of a NACK
  bool restarted = false;  // the sender started anew: a new epoch
  std::uint64_t extended_sequence = 0;
};

struct ReceiveStats {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;        // of RTP payloads
  std::int64_t packets_lost = 0;  // since the sender last started anew, without what FEC has brought
  base::Duration jitter{};
  std::uint8_t fraction_lost = 0;  // of the last report, of 256
  std::uint64_t bitrate_bps = 0;
  std::uint64_t frames_per_second = 0;
  std::uint64_t frames = 0;
  std::uint64_t key_frames = 0;
  std::uint64_t nacks_sent = 0;
  std::uint64_t packets_requested = 0;
  std::uint64_t packets_recovered = 0;
  std::uint64_t plis_sent = 0;
  std::uint64_t firs_sent = 0;
  std::uint64_t duplicates = 0;
};

// What has come of each layer of a stream whose packets describe them; wraps.
struct LayerBytes {
  static constexpr std::size_t kEach = 4;
  static constexpr std::size_t kLayers = kEach * kEach;
  static constexpr std::size_t index(std::size_t spatial, std::size_t temporal) { return (spatial % kEach) * kEach + temporal % kEach; }

  std::array<std::uint32_t, kLayers> bytes{};
};

// Owned by one shard. accept() allocates at the first packet only, and at the first of a stream with dependency descriptors.
class ReceiveStream : public SourceStream {
 public:
  explicit ReceiveStream(const ReceiveStreamConfig& config);

  // Completes `packet` (source, extended sequence, key frame) and keeps a reference in the history. What is
  // dropped must not be forwarded.
  Verdict accept(MediaPacket& packet, base::Instant now);
  void receive_sender_report(const SenderInfo& info, base::Instant now) { clock_.receive(info, now); }

  // A subscriber joined, switched or asked.
  void request_key_frame(base::Instant now) { key_frame_requester_.request(now); }
  void set_rtt(base::Duration rtt) { nacks_.set_rtt(rtt); }
  void hold_nacks(base::Instant until) { nacks_.hold(until); }

  // Appends the NACK and key frame request that are due.
  void advance(base::Instant now, RtcpBuilder& builder);
  base::Instant deadline() const;
  // For the next report; the fraction lost counts from call to call. Of what the path has lost, whatever FEC has brought of it: by that the
  // sender decides how much to protect.
  ReportBlock report_block(base::Instant now);

  Ssrc ssrc() const { return config_.ssrc; }
  // A packet of this number has been sent, and has not come.
  bool lacks(SequenceNumber sequence) const;
  // The number's place in the stream; to be asked once a packet has come.
  std::uint64_t extended(SequenceNumber sequence) const { return extend(sequence, sequences_.highest()); }
  std::uint64_t highest() const { return sequences_.highest(); }
  bool has_come(std::uint64_t extended) const { return sequences_.has_come(extended); }
  // Not more than one packet has come of it.
  bool is_new() const { return packets_ <= 1; }
  MediaKind kind() const { return config_.kind; }
  std::uint64_t bitrate_bps(base::Instant now) { return bytes_per_second_.per_second(now) * 8; }
  ReceiveStats stats(base::Instant now);
  // Of whole packets.
  std::uint64_t packet_bytes() const { return packet_bytes_; }
  const LayerBytes& layer_bytes() const { return layer_bytes_; }

 private:
  static constexpr std::uint8_t kUnknownPayload = 0xff;

  void start_anew();
  VideoLayer read_layer(VideoCodec codec, const MediaPacket& packet);
  bool is_first_of_key_frame(const MediaPacket& packet);
  void measure(const MediaPacket& packet, bool newest, base::Instant now);

  ReceiveStreamConfig config_;
  std::array<std::uint8_t, 128> codecs_;  // VideoCodec by payload type, or kUnknownPayload
  SequenceTracker sequences_;
  ReceptionStats reception_;
  RateMeter bytes_per_second_;
  RateMeter frames_per_second_;
  Timestamp newest_timestamp_;
  Timestamp key_frame_timestamp_;
  std::uint64_t key_frame_start_ = 0;  // extended sequence of the newest key frame's first packet
  std::uint8_t fraction_lost_ = 0;
  std::int64_t restored_ = 0;  // by FEC since the sender last started anew, less copies that RTX has brought
  std::uint64_t packets_ = 0;
  std::uint64_t payload_bytes_ = 0;
  std::uint64_t packet_bytes_ = 0;
  LayerBytes layer_bytes_;
  std::uint64_t frames_ = 0;
  std::uint64_t key_frames_ = 0;
  std::uint64_t duplicates_ = 0;
  std::unique_ptr<DependencyStructure> structure_;  // of the newest key frame, where there are dependency descriptors
  NackGenerator nacks_;
  KeyFrameRequester key_frame_requester_;
};

}  // namespace kaskado::rtp
