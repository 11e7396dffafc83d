#include "rtp/receive_stream.hpp"

#include <algorithm>

namespace kaskado::rtp {

ReceiveStream::ReceiveStream(const ReceiveStreamConfig& config)
    : SourceStream({config.stream_id, 0}, config.clock_rate, PacketHistory(config.history_packets, config.history_age)),
      config_(config),
      nacks_(config.nack_params),
      key_frame_requester_(config.kind == MediaKind::video ? config.key_frames : KeyFrameMethod::none) {
  codecs_.fill(kUnknownPayload);
  for (const ReceivePayload& payload : config.payloads)
    codecs_[payload.type.value & 0x7f] = static_cast<std::uint8_t>(payload.codec);
  config_.payloads = {};
}

void ReceiveStream::start_anew() {
  ++source_.epoch;
  reception_ = {};
  restored_ = 0;
  history_.clear();
  nacks_.reset();
  clock_.reset();
  key_frame_start_ = 0;
}

Verdict ReceiveStream::accept(MediaPacket& packet, base::Instant now) {
  const std::uint8_t codec = codecs_[packet.header.payload_type.value & 0x7f];
  if (codec == kUnknownPayload) return {.drop = base::DropReason::unknown_payload_type};
  const Placement place = sequences_.place(packet.header.sequence);
  if (place.restarted) start_anew();
  if (place.drop == base::DropReason::duplicate_packet) {
    reception_.count_packet();
    if (packet.delivery == Delivery::retransmitted) --restored_;  // a copy makes up for no loss
    ++duplicates_;
  }
  if (place.drop != base::DropReason::none) return {.drop = place.drop};

  packet.source = source_;
  packet.extended_sequence = place.extended;
  packet.layer = read_layer(static_cast<VideoCodec>(codec), packet);
  packet.starts_key_frame =
      starts_key_frame(static_cast<VideoCodec>(codec), packet.payload()) && is_first_of_key_frame(packet);
  const bool recovered = config_.nack && nacks_.receive(place.extended, packet.starts_key_frame, now);
  if (packet.delivery == Delivery::recovered) {
    ++restored_;
  } else {
    reception_.count_packet();
    // What was asked for again took its time, which is no jitter of the path.
    if (!recovered) reception_.measure_jitter(packet.header.timestamp, now, config_.clock_rate);
  }
  measure(packet, place.newest, now);
  history_.insert(packet);
  if (packet.starts_key_frame) key_frame_requester_.key_frame_started();
  return {.recovered = recovered, .restarted = place.restarted, .extended_sequence = place.extended};
}

// Payloads describe themselves where they can; AV1's do not.
VideoLayer ReceiveStream::read_layer(VideoCodec codec, const MediaPacket& packet) {
  if (codec != VideoCodec::av1) return read_video_layer(codec, packet.payload());
  const base::Bytes extension = packet.extensions.of(ExtensionKind::dependency_descriptor, packet.packet->bytes);
  if (extension.empty()) return {};
  DependencyStructure next;
  const auto descriptor = read_dependency_descriptor(extension, next);
  if (!descriptor) return {};
  if (descriptor->has_structure) {
    if (!structure_) structure_ = std::make_unique<DependencyStructure>();
    *structure_ = next;
  }
  return structure_ ? layer_of(*descriptor, *structure_) : VideoLayer{};
}

bool ReceiveStream::lacks(SequenceNumber sequence) const {
  if (!sequences_.started()) return false;
  const std::uint64_t extended = extend(sequence, sequences_.highest());
  return extended > sequences_.base() && !history_.find(extended);
}

// Parameter sets and each slice of a key frame may look like its start: only the earliest of its packets is.
bool ReceiveStream::is_first_of_key_frame(const MediaPacket& packet) {
  const bool same_frame = key_frame_start_ != 0 && packet.header.timestamp == key_frame_timestamp_;
  if (same_frame && packet.extended_sequence > key_frame_start_) return false;
  if (!same_frame && packet.extended_sequence < key_frame_start_) return true;  // late, of one before
  key_frame_timestamp_ = packet.header.timestamp;
  key_frame_start_ = packet.extended_sequence;
  return true;
}

void ReceiveStream::measure(const MediaPacket& packet, bool newest, base::Instant now) {
  ++packets_;
  payload_bytes_ += packet.header.payload_length;
  packet_bytes_ += packet.packet->length;
  if (packet.layer.described)
    layer_bytes_.bytes[LayerBytes::index(packet.layer.spatial, packet.layer.temporal)] += packet.packet->length;
  bytes_per_second_.add(packet.packet->length, now);
  if (newest && (frames_ == 0 || packet.header.timestamp != newest_timestamp_)) {
    newest_timestamp_ = packet.header.timestamp;
    ++frames_;
    key_frames_ += packet.starts_key_frame;
    frames_per_second_.add(1, now);
  }
}

void ReceiveStream::advance(base::Instant now, RtcpBuilder& builder) {
  nacks_.advance(now, config_.feedback_sender, config_.ssrc, builder);
  if (nacks_.take_gave_up()) key_frame_requester_.request(now);
  key_frame_requester_.advance(now, config_.feedback_sender, config_.ssrc, builder);
  history_.expire(now);
}

base::Instant ReceiveStream::deadline() const {
  return std::min({nacks_.deadline(), key_frame_requester_.deadline(), history_.deadline()});
}

ReportBlock ReceiveStream::report_block(base::Instant now) {
  ReportBlock block;
  block.ssrc = config_.ssrc;
  if (sequences_.started()) reception_.fill(block, sequences_.base(), sequences_.highest());
  fraction_lost_ = block.fraction_lost;
  block.last_sender_report = clock_.last_sender_report();
  block.delay_since_last_sender_report = clock_.delay_since_last_sender_report(now);
  return block;
}

ReceiveStats ReceiveStream::stats(base::Instant now) {
  ReceiveStats stats;
  stats.packets = packets_;
  stats.bytes = payload_bytes_;
  if (sequences_.started())
    stats.packets_lost = reception_.cumulative_lost(sequences_.base(), sequences_.highest()) - restored_;
  stats.jitter = from_ticks(reception_.jitter(), config_.clock_rate);
  stats.fraction_lost = fraction_lost_;
  stats.bitrate_bps = bitrate_bps(now);
  stats.frames_per_second = frames_per_second_.per_second(now);
  stats.frames = frames_;
  stats.key_frames = key_frames_;
  stats.nacks_sent = nacks_.messages();
  stats.packets_requested = nacks_.requested();
  stats.packets_recovered = nacks_.recovered();
  (key_frame_requester_.method() == KeyFrameMethod::fir ? stats.firs_sent : stats.plis_sent) = key_frame_requester_.sent();
  stats.duplicates = duplicates_;
  return stats;
}

}  // namespace kaskado::rtp
