#include "pipeline/rtp_session.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/text.hpp"
#include "pipeline/media_element.hpp"
#include "pipeline/shard.hpp"
#include "rtp/red.hpp"
#include "rtp/rtcp_reader.hpp"

namespace kaskado::pipeline {

namespace {

// What fits the smallest MTU that WebRTC's senders assume, with what sealing adds.
constexpr std::size_t kMaxRtcpBytes = 1200 - transport::EgressLine::kRtcpOverheadBytes;

// Far more than a session sends or receives; a peer that names more SSRCs gets the rest matched by mid.
constexpr std::size_t kMaxKnownSsrcs = 64;

// Of one m-line at once; packets of more are dropped.
constexpr std::size_t kMaxEncodings = 6;

bool has_feedback(const sdp::NegotiatedMedia& media, std::string_view what) {
  return std::ranges::any_of(media.codecs, [&](const sdp::NegotiatedCodec& codec) {
    return std::ranges::find(codec.codec.feedback, what) != codec.codec.feedback.end();
  });
}

rtp::KeyFrameMethod key_frame_method(const sdp::NegotiatedMedia& media) {
  if (has_feedback(media, "nack pli")) return rtp::KeyFrameMethod::pli;
  return has_feedback(media, "ccm fir") ? rtp::KeyFrameMethod::fir : rtp::KeyFrameMethod::none;
}

// By rids, or by the groups that browsers had before those.
std::size_t encodings_of(const sdp::NegotiatedMedia& media) {
  if (media.simulcast) return std::min(media.simulcast->receive.size(), kMaxEncodings);
  for (const sdp::SsrcGroup& group : media.remote_ssrc_groups) {
    if (group.semantics == "SIM") return std::min(group.ssrcs.size(), kMaxEncodings);
  }
  return 0;
}

void add_extensions(rtp::ExtensionMap& map, const sdp::NegotiatedMedia& media, bool transport_cc = true) {
  for (const sdp::ExtensionMap& extension : media.extensions) {
    const auto kind = rtp::extension_kind_of(extension.uri);
    if (kind == rtp::ExtensionKind::transport_cc && !transport_cc) continue;
    if (kind && extension.id < 256) map.set(*kind, static_cast<std::uint8_t>(extension.id));
  }
}

}  // namespace

RtpSession::RtpSession(Shard& shard, MediaElement& owner, transport::EgressLine& line, std::string cname)
    : shard_(shard),
      egress_(line),
      cname_(std::move(cname)),
      audio_{MediaType::audio, {shard, owner, MediaType::audio}, {shard, line, MediaType::audio}, {}},
      video_{MediaType::video, {shard, owner, MediaType::video}, {shard, line, MediaType::video}, {}} {}

void RtpSession::configure(const std::vector<sdp::NegotiatedMedia>& media) {
  const auto first_of = [&](sdp::MediaKind kind) {
    const auto found = std::ranges::find_if(media, [&](const auto& m) { return m.kind == kind && m.accepted(); });
    return found == media.end() ? nullptr : &*found;
  };
  extensions_ = {};
  lines_by_ssrc_.clear();
  configure_line(audio_, first_of(sdp::MediaKind::audio));
  configure_line(video_, first_of(sdp::MediaKind::video));
  configure_bandwidth();
  reduced_size_ = std::ranges::all_of(media, [](const auto& m) {
    return !m.accepted() || m.kind == sdp::MediaKind::application || m.rtcp_rsize;
  });
  const bool transport_cc = audio_.transport_cc || video_.transport_cc;
  if (!transport_cc) {
    transport_cc_.reset();
  } else if (!transport_cc_) {
    transport_cc_.emplace(video_.negotiated ? video_.sink.ssrc() : audio_.sink.ssrc());
  }
}

void RtpSession::configure_bandwidth() {
  const bool controlled = (audio_.transport_cc && audio_.sends) || (video_.transport_cc && video_.sends);
  if (controlled == (bandwidth_ != nullptr)) return;
  if (controlled) {
    // An SSRC is random enough for where to begin.
    egress_.control_from(static_cast<std::uint16_t>(video_.sink.ssrc().value));
    bandwidth_ = std::make_unique<SendBandwidth>(egress_);
  } else {
    bandwidth_.reset();
    egress_.stop_control();
    video_.sink.set_estimate(0);
  }
}

void RtpSession::configure_line(MediaLine& line, const sdp::NegotiatedMedia* media) {
  line.negotiated = media != nullptr;
  line.receives = media && sdp::receives(media->direction);
  line.sends = media && sdp::sends(media->direction);
  line.remb = media && has_feedback(*media, "goog-remb");
  line.transport_cc = media && media->extension_id(rtp::uri_of(rtp::ExtensionKind::transport_cc)) != 0 &&
                      has_feedback(*media, "transport-cc");
  if (!media) {
    line.source.configure({});
    return line.sink.pause();
  }
  line.mid = media->mid;
  add_extensions(extensions_, *media);
  RtpSourceConfig received;
  RtpSinkConfig sent;
  line.repaired = no_payloads();
  line.red = kNoPayload;
  for (const sdp::NegotiatedCodec& codec : media->codecs) {
    if (base::equals_ignoring_case(codec.codec.name, "red")) {
      line.red = codec.receive_payload_type;
      // Whoever wants it sent names it before what it consists of.
      if (sent.formats.empty()) sent.redundancy = rtp::PayloadType{codec.codec.payload_type};
      continue;
    }
    if (codec.receive_rtx_payload_type) line.repaired[*codec.receive_rtx_payload_type & 0x7f] = codec.receive_payload_type;
    if (codec.rtx_payload_type) sent.retransmissions.push_back({{codec.codec.payload_type}, {*codec.rtx_payload_type}});
    sdp::RtpCodec encoding = codec.codec;
    encoding.feedback = {};  // is the m-line's own, and most of what a codec takes in memory
    received.formats.push_back({{codec.receive_payload_type}, encoding});
    sent.formats.push_back({{codec.codec.payload_type}, std::move(encoding)});
  }
  received.feedback_sender = line.sink.ssrc();
  received.nack = has_feedback(*media, "nack");
  received.key_frames = line.type == MediaType::video ? key_frame_method(*media) : rtp::KeyFrameMethod::none;
  if (!line.receives) received.formats.clear();
  configure_encodings(line, *media);
  received.encodings = encodings_of(*media);
  line.source.configure(std::move(received));
  add_extensions(sent.extensions, *media, line.transport_cc);
  sent.mid = media->mid;
  sent.most_bps = media->remote_bandwidth_bps.value_or(0);
  if (line.sends) {
    line.sink.configure(sent);
  } else {
    line.sink.pause();
  }
}

// The SSRCs that the description names, the encodings that it lists by rid or by the groups before that (RFC 8853; SIM), and
// which of them bring again what was lost of which (RFC 5576 §4.2; FID).
void RtpSession::configure_encodings(MediaLine& line, const sdp::NegotiatedMedia& media) {
  line.rids.clear();
  for (const auto& stream : media.simulcast ? media.simulcast->receive : sdp::Simulcast::Streams{}) {
    line.rids.push_back(stream.front().rid);
  }
  for (const sdp::SsrcDescription& ssrc : media.remote_ssrcs) {
    if (lines_by_ssrc_.size() < kMaxKnownSsrcs) lines_by_ssrc_[rtp::Ssrc{ssrc.ssrc}] = {&line, true};
  }
  const auto known = [&](std::uint32_t ssrc) {
    const auto found = lines_by_ssrc_.find(rtp::Ssrc{ssrc});
    return found == lines_by_ssrc_.end() ? nullptr : &found->second;
  };
  for (const sdp::SsrcGroup& group : media.remote_ssrc_groups) {
    if (group.semantics == "SIM" && line.rids.empty()) {
      for (std::size_t i = 0; i < group.ssrcs.size(); ++i) {
        if (KnownSsrc* const ssrc = known(group.ssrcs[i])) ssrc->encoding = i;
      }
    } else if (group.semantics == "FID" && group.ssrcs.size() == 2) {
      if (KnownSsrc* const ssrc = known(group.ssrcs[1])) ssrc->repairs = rtp::Ssrc{group.ssrcs[0]};
    }
  }
}

void RtpSession::set_remb_params(const rtp::RembParams& params) {
  remb_params_ = params;
  remb_.reset();
}

void RtpSession::set_rtt(base::Duration rtt) {
  audio_.source.set_rtt(rtt);
  video_.source.set_rtt(rtt);
}

void RtpSession::restart_indices() {
  egress_.restart_indices();
  audio_.sink.restart_index();
  video_.sink.restart_index();
}

void RtpSession::start(base::Instant now) {
  resume(now);
  video_.sink.line_opened();
}

void RtpSession::resume(base::Instant now) {
  quiet_turns_ = 0;
  reports_.draw(now, kReportInterval, shard_.random());
}

base::DropReason RtpSession::receive_rtp(base::PacketRef packet, base::Instant now) {
  auto media = rtp::read_media_packet(std::move(packet), extensions_);
  if (!media) return base::DropReason::bad_rtp;
  // Whatever becomes of the packet: the sender's estimate is about the way here.
  if (transport_cc_) {
    const std::uint8_t* bytes = media->packet->bytes;
    if (const auto sequence = rtp::transport_sequence(media->extensions, bytes)) {
      transport_cc_->receive({*sequence}, media->header.ssrc, media->packet->arrived);
    }
  }
  const KnownSsrc route = route_of(*media);
  MediaLine* const line = route.line;
  if (!line) return base::DropReason::unknown_ssrc;
  if (!line->receives) return base::DropReason::direction_not_negotiated;
  last_received_ = now;
  media_received_ = true;
  if (is_resting()) resume(now);
  if (media->header.payload_type.value == line->red) {
    if (const base::DropReason drop = unwrap_red(*media, *line, now); drop != base::DropReason::none) return drop;
  }
  if (line->repaired[media->header.payload_type.value & 0x7f] == kNoPayload)
    return line->source.receive(std::move(*media), now, route.encoding);
  if (const base::DropReason drop = unwrap(*media, route); drop != base::DropReason::none) return drop;
  const auto original = lines_by_ssrc_.find(media->header.ssrc);
  return line->source.receive(std::move(*media), now,
                              original == lines_by_ssrc_.end() ? RtpSource::kNoEncoding : original->second.encoding);
}

base::DropReason RtpSession::unwrap_red(rtp::MediaPacket& packet, MediaLine& line, base::Instant now) {
  const auto blocks = rtp::RedBlocks::parse(packet.payload());
  if (!blocks) return base::DropReason::bad_payload;
  const rtp::ReceiveStream* const stream = line.source.stream_of(packet.header.ssrc);
  auto back = static_cast<std::uint16_t>(blocks->redundant().size());
  for (const rtp::RedBlock& block : blocks->redundant()) {
    rtp::MediaPacket lost{.header = {.ssrc = packet.header.ssrc,
                                     .timestamp = {packet.header.timestamp.value - block.earlier},
                                     .sequence = {static_cast<std::uint16_t>(packet.header.sequence.value - back--)},
                                     .payload_type = block.type,
                                     .payload_offset = rtp::kFixedHeaderBytes,
                                     .payload_length = block.length},
                          .abs_send_time = packet.abs_send_time};
    if (block.length == 0 || !stream || !stream->lacks(lost.header.sequence)) continue;
    lost.packet = shard_.packets().acquire();
    if (!lost.packet) break;
    rtp::write_fixed_header(lost.header, lost.packet->bytes);
    std::memcpy(lost.packet->bytes + rtp::kFixedHeaderBytes, packet.payload().data() + block.offset, block.length);
    lost.packet->length = static_cast<std::uint16_t>(rtp::kFixedHeaderBytes + block.length);
    lost.packet->arrived = packet.packet->arrived;
    line.source.receive(std::move(lost), now);
  }
  packet.header.payload_type = blocks->primary().type;
  packet.header.payload_offset = static_cast<std::uint16_t>(packet.header.payload_offset + blocks->primary().offset);
  packet.header.payload_length = blocks->primary().length;
  return base::DropReason::none;
}

// RFC 4588 §4: the payload begins with the sequence number of the packet that was lost. Of which stream it was says the
// rid that is repaired (RFC 8852 §3.2), the description, or that there is only one.
base::DropReason RtpSession::unwrap(rtp::MediaPacket& packet, const KnownSsrc& route) {
  constexpr std::uint16_t kOriginalSequenceBytes = 2;
  rtp::RtpHeader& header = packet.header;
  if (header.payload_length < kOriginalSequenceBytes) return base::DropReason::padding_only;
  std::optional<rtp::Ssrc> original = route.repairs;
  if (!original) {
    const rtp::ReceiveStream* const stream = route.line->source.stream_of_encoding(route.encoding);
    if (!stream) return base::DropReason::unknown_ssrc;
    original = stream->ssrc();
  }
  std::uint8_t* const payload = packet.packet->bytes + header.payload_offset;
  header.sequence = {base::load_u16(payload)};
  header.ssrc = *original;
  header.payload_type = {route.line->repaired[header.payload_type.value & 0x7f]};
  header.payload_length = static_cast<std::uint16_t>(header.payload_length - kOriginalSequenceBytes);
  std::memmove(payload, payload + kOriginalSequenceBytes, header.payload_length);
  packet.packet->length = static_cast<std::uint16_t>(header.payload_offset + header.payload_length);
  header.padding_bytes = 0;
  return base::DropReason::none;
}

std::size_t RtpSession::encoding_named(const MediaLine& line, const rtp::MediaPacket& packet, rtp::ExtensionKind kind) const {
  const std::string_view rid = rtp::text_of(kind, packet.extensions, packet.packet->bytes);
  const auto found = std::ranges::find(line.rids, rid);
  return rid.empty() || found == line.rids.end() ? RtpSource::kNoEncoding
                                                 : static_cast<std::size_t>(found - line.rids.begin());
}

RtpSession::KnownSsrc RtpSession::route_of(const rtp::MediaPacket& packet) {
  const std::string_view mid = rtp::text_of(rtp::ExtensionKind::mid, packet.extensions, packet.packet->bytes);
  const auto known = lines_by_ssrc_.find(packet.header.ssrc);
  const bool named = packet.extensions.has(rtp::ExtensionKind::rid) || packet.extensions.has(rtp::ExtensionKind::repaired_rid);
  if (mid.empty() && !named && known != lines_by_ssrc_.end()) return known->second;
  KnownSsrc route = known == lines_by_ssrc_.end() ? KnownSsrc{nullptr} : known->second;
  route.line = line_of(packet, mid);
  if (!route.line) return route;
  const bool repairs = route.line->repaired[packet.header.payload_type.value & 0x7f] != kNoPayload;
  const std::size_t encoding =
      encoding_named(*route.line, packet, repairs ? rtp::ExtensionKind::repaired_rid : rtp::ExtensionKind::rid);
  if (encoding != RtpSource::kNoEncoding) route.encoding = encoding;
  if (known != lines_by_ssrc_.end()) {
    known->second = route;  // the newest names count
  } else if (lines_by_ssrc_.size() < kMaxKnownSsrcs) {
    lines_by_ssrc_.emplace(packet.header.ssrc, route);
  }
  return route;
}

// RFC 8843 §9.2: by mid where the packet has one; else by SSRC; else by a payload type that only one m-line has.
RtpSession::MediaLine* RtpSession::line_of(const rtp::MediaPacket& packet, std::string_view mid) {
  const auto known = lines_by_ssrc_.find(packet.header.ssrc);
  if (mid.empty() && known != lines_by_ssrc_.end()) return known->second.line;
  MediaLine* found = nullptr;
  for (MediaLine* line : {&audio_, &video_}) {
    if (!line->negotiated) continue;
    const rtp::PayloadType type = packet.header.payload_type;
    const bool fits = mid.empty() ? line->source.format(type) || type.value == line->red || line->repaired[type.value & 0x7f] != kNoPayload : line->mid == mid;
    if (fits && found) return nullptr;
    if (fits) found = line;
  }
  return found;
}

base::DropReason RtpSession::receive_rtcp(base::Bytes packet, base::Instant now, base::Outbox& outbox) {
  last_received_ = now;
  rtp::RtcpReader reader(packet);
  while (const auto message = reader.next()) {
    if (const auto* sender = std::get_if<rtp::SenderReport>(&*message)) {
      receive(*sender, now);
    } else if (const auto* receiver = std::get_if<rtp::ReceiverReport>(&*message)) {
      receive_blocks(receiver->blocks, now);
    } else if (const auto* nack = std::get_if<rtp::Nack>(&*message)) {
      if (RtpSink* sink = sink_of(nack->media())) sink->receive_nack(*nack, now, outbox);
    } else if (const auto* pli = std::get_if<rtp::PictureLossIndication>(&*message)) {
      if (RtpSink* sink = sink_of(pli->media)) sink->receive_picture_loss(now);
    } else if (const auto* fir = std::get_if<rtp::FullIntraRequest>(&*message)) {
      for (const rtp::FullIntraCommand command : fir->commands) {
        if (RtpSink* sink = sink_of(command.media)) sink->receive_full_intra(command.command_number, now);
      }
    } else if (const auto* remb = std::get_if<rtp::Remb>(&*message)) {
      receive_remb(*remb, now);
    } else if (const auto* feedback = std::get_if<rtp::TransportFeedback>(&*message)) {
      receive_feedback(*feedback, now, outbox);
    } else if (const auto* goodbye = std::get_if<rtp::Goodbye>(&*message)) {
      for (const rtp::Ssrc ssrc : goodbye->sources) {
        audio_.source.end_stream(ssrc);
        video_.source.end_stream(ssrc);
        const auto known = lines_by_ssrc_.find(ssrc);
        if (known != lines_by_ssrc_.end() && !known->second.signalled) lines_by_ssrc_.erase(known);
      }
    }
  }
  advance_bandwidth(now, outbox);
  return reader.malformed() ? base::DropReason::bad_rtcp : base::DropReason::none;
}

void RtpSession::receive_feedback(const rtp::TransportFeedback& feedback, base::Instant now, base::Outbox& outbox) {
  if (!bandwidth_) return;
  bandwidth_->set_useful_bps(video_.sink.useful_bps());
  video_.sink.repair(bandwidth_->receive(feedback, now), now, outbox);
}

void RtpSession::advance_bandwidth(base::Instant now, base::Outbox& outbox) {
  if (!bandwidth_) return;
  if (egress_.next_release() <= now) egress_.release(outbox, now);
  if (const auto video_bps = bandwidth_->advance(now, outbox)) video_.sink.set_estimate(*video_bps, bandwidth_->may_be_more(now));
  const std::size_t probe_bytes = bandwidth_->due_probe_bytes(now);
  if (probe_bytes > 0 && video_.sink.repeat(probe_bytes, now, outbox) == 0) bandwidth_->stop_probe();
  rtp::SendStream* const video = video_.sink.stream();
  if (!video) return;
  const auto wait = bandwidth_->advance_playout(video->rtt(), now);
  if (!wait) return;
  video->set_playout_delay(*wait);
  video_.sink.set_lossy(*wait != base::Duration{});
}

void RtpSession::receive(const rtp::SenderReport& report, base::Instant now) {
  audio_.source.receive_sender_report(report.sender, report.info, now);
  video_.source.receive_sender_report(report.sender, report.info, now);
  receive_blocks(report.blocks, now);
}

void RtpSession::receive_blocks(const rtp::ReportBlocks& blocks, base::Instant now) {
  for (const rtp::ReportBlock block : blocks) {
    if (RtpSink* sink = sink_of(block.ssrc)) sink->receive_report(block, now);
  }
}

// A REMB speaks of all streams that it names together; what is left for video is what matters.
void RtpSession::receive_remb(const rtp::Remb& remb, base::Instant now) {
  for (const rtp::Ssrc ssrc : remb.media) {
    if (ssrc == video_.sink.ssrc()) video_.sink.receive_remb(remb.bitrate_bps, now);
  }
}

RtpSink* RtpSession::sink_of(rtp::Ssrc ssrc) {
  if (video_.sink.ssrc() == ssrc) return &video_.sink;
  return audio_.sink.ssrc() == ssrc ? &audio_.sink : nullptr;
}

void RtpSession::end_run(base::Outbox& outbox) {
  audio_.source.end_run(outbox);
  video_.source.end_run(outbox);
}

bool RtpSession::take_traffic() {
  const bool received = std::exchange(media_received_, false);
  return egress_.take_traffic() || received;
}

void RtpSession::advance(base::Instant now, base::Outbox& outbox) {
  advance_bandwidth(now, outbox);
  const base::MutableBytes slot = outbox.slot();
  rtp::RtcpBuilder builder(slot.first(kMaxRtcpBytes));
  if (now >= reports_.deadline()) {
    quiet_turns_ = take_traffic() ? 0 : quiet_turns_ + 1;
    reports_.draw(now, kReportInterval, shard_.random());
    if (is_resting()) reports_.stop();
    write_reports(now, builder);
    video_.sink.renew_wish();
  }
  const std::size_t reports_end = builder.written().size();
  if (reports_end == 0 && !reduced_size_) {
    // RFC 3550 §6.1: feedback does not go without a report and a name in front of it.
    const rtp::Ssrc self = video_.negotiated ? video_.sink.ssrc() : audio_.sink.ssrc();
    builder.receiver_report(self);
    builder.cname(self, cname_);
  }
  const std::size_t feedback_start = builder.written().size();
  audio_.source.advance(now, builder);
  video_.source.advance(now, builder);
  write_remb(now, builder);
  if (transport_cc_) transport_cc_->advance(now, builder);
  const std::size_t length = builder.written().size();
  const bool anything = reports_end > 0 || length > feedback_start;
  if (anything && egress_.is_open()) egress_.send_rtcp(outbox, slot, length);
}

void RtpSession::write_reports(base::Instant now, rtp::RtcpBuilder& builder) {
  std::vector<rtp::ReportBlock> blocks;
  audio_.source.append_reports(blocks, now);
  video_.source.append_reports(blocks, now);
  bool sent = false;
  for (MediaLine* line : {&audio_, &video_}) {
    const auto info = line->sink.sender_info(now);
    if (!info) continue;
    // The blocks go with the first report of the compound.
    builder.sender_report(line->sink.ssrc(), *info, sent ? std::span<const rtp::ReportBlock>{} : blocks);
    builder.cname(line->sink.ssrc(), cname_);
    sent = true;
  }
  if (sent || blocks.empty()) return;
  const rtp::Ssrc self = video_.negotiated ? video_.sink.ssrc() : audio_.sink.ssrc();
  builder.receiver_report(self, blocks);
  builder.cname(self, cname_);
}

// What the publisher should not exceed: the least of what the subscribers ask for, of the application's limit
// and, where the peer does not estimate by transport-wide feedback itself, of our own estimate.
void RtpSession::write_remb(base::Instant now, rtp::RtcpBuilder& builder) {
  if (!wants_remb() || now < next_remb_) return;
  next_remb_ = now + rtp::RembGenerator::kInterval;
  std::uint64_t bitrate_bps = limits_.max_bps ? limits_.max_bps : UINT64_MAX;
  if (!video_.transport_cc) bitrate_bps = std::min(bitrate_bps, estimate_bps(now));
  if (const std::uint64_t relayed_bps = video_.source.relayed_remb_bps(now)) bitrate_bps = std::min(bitrate_bps, relayed_bps);
  if (bitrate_bps == UINT64_MAX) return;
  last_remb_bps_ = std::max(bitrate_bps, limits_.min_bps);
  std::vector<rtp::Ssrc> ssrcs;
  for (const auto& stream : video_.source.streams()) ssrcs.push_back(stream->ssrc());
  builder.remb(video_.sink.ssrc(), last_remb_bps_, ssrcs);
}

std::uint64_t RtpSession::estimate_bps(base::Instant now) {
  if (!remb_) remb_.emplace(remb_params_);
  rtp::ReceivedInterval interval;
  std::int64_t packets = 0, lost = 0;
  for (const auto& stream : video_.source.streams()) {
    const rtp::ReceiveStats stats = stream->stats(now);
    interval.bitrate_bps += stats.bitrate_bps;
    packets += static_cast<std::int64_t>(stats.packets);
    lost += stats.packets_lost;
  }
  // Streams that have ended, and retransmissions, make them fall.
  const std::int64_t new_packets = std::max<std::int64_t>(packets - std::exchange(packets_before_, packets), 0);
  const std::int64_t new_lost = std::max<std::int64_t>(lost - std::exchange(lost_before_, lost), 0);
  interval.packets = static_cast<std::uint32_t>(new_packets);
  if (new_lost > 0) interval.fraction_lost = static_cast<std::uint8_t>(new_lost * 255 / (new_lost + new_packets));
  remb_->advance(interval, now);
  return remb_->bitrate_bps();
}

bool RtpSession::wants_remb() const {
  return video_.remb && video_.receives && !video_.source.streams().empty() && !is_resting();
}

base::Instant RtpSession::deadline() const {
  base::Instant next = std::min({reports_.deadline(), audio_.source.deadline(), video_.source.deadline()});
  if (transport_cc_) next = std::min(next, transport_cc_->deadline());
  if (wants_remb()) next = std::min(next, next_remb_);
  if (bandwidth_) next = std::min(next, bandwidth_->deadline());
  return next;
}

void RtpSession::say_goodbye(base::Outbox& outbox) {
  if (!egress_.is_open()) return;
  const base::MutableBytes slot = outbox.slot();
  rtp::RtcpBuilder builder(slot.first(kMaxRtcpBytes));
  std::vector<rtp::Ssrc> sources;
  for (RtpSink* sink : {&audio_.sink, &video_.sink}) {
    if (sink->stream()) sources.push_back(sink->ssrc());
  }
  if (sources.empty()) return;
  builder.receiver_report(sources.front());
  builder.cname(sources.front(), cname_);
  builder.goodbye(sources);
  egress_.send_rtcp(outbox, slot, builder.written().size());
}

}  // namespace kaskado::pipeline
