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

RtpSession::MediaLine::MediaLine(Shard& shard, MediaElement& owner, transport::EgressLine& egress, Pad as)
    : pad(as), source(shard, owner, as.type), sink(shard, egress, as.type) {
  source.set_pad(as);
}

RtpSession::RtpSession(Shard& shard, MediaElement& owner, transport::EgressLine& line, std::string cname)
    : shard_(shard),
      owner_(owner),
      egress_(line),
      cname_(std::move(cname)),
      audio_(shard, owner, line, MediaType::audio),
      video_(shard, owner, line, MediaType::video) {}

RtpSession::MediaLine& RtpSession::line(Pad pad) {
  if (pad.is_default()) return pad.type == MediaType::audio ? audio_ : video_;
  const auto known = std::ranges::find_if(further_, [&](const auto& line) { return line->pad == pad; });
  if (known != further_.end()) return **known;
  MediaLine& made = *further_.emplace_back(std::make_unique<MediaLine>(shard_, owner_, egress_, pad));
  const MediaLine& first = line(pad.type);
  made.source.set_rtt(first.source.rtt());
  made.sink.set_send_limits(first.sink.send_limits());
  made.sink.set_layer_bounds(first.sink.layer_bounds());
  return made;
}

std::vector<Pad> RtpSession::pads() const {
  std::vector<Pad> pads{audio_.pad, video_.pad};
  for (const auto& line : further_) pads.push_back(line->pad);
  return pads;
}

rtp::Ssrc RtpSession::own_ssrc() const {
  if (video_.negotiated) return video_.sink.ssrc();
  const auto negotiated = std::ranges::find_if(further_, [](const auto& line) { return line->negotiated; });
  return audio_.negotiated || negotiated == further_.end() ? audio_.sink.ssrc() : (*negotiated)->sink.ssrc();
}

void RtpSession::configure(const std::vector<sdp::NegotiatedMedia>& media) {
  const auto pad_of = [](const sdp::NegotiatedMedia& m) {
    return Pad(m.kind == sdp::MediaKind::audio ? MediaType::audio : MediaType::video, m.number);
  };
  std::vector<const sdp::NegotiatedMedia*> carried;
  for (const sdp::NegotiatedMedia& each : media) {
    if (!each.accepted() || each.kind == sdp::MediaKind::application) continue;
    carried.push_back(&each);
    line(pad_of(each));
  }
  extensions_ = {};
  lines_by_ssrc_.clear();
  each_line([&](MediaLine& line) {
    const auto found = std::ranges::find_if(carried, [&](const auto* m) { return pad_of(*m) == line.pad; });
    configure_line(line, found == carried.end() ? nullptr : *found);
  });
  configure_bandwidth();
  reduced_size_ = std::ranges::all_of(media, [](const auto& m) {
    return !m.accepted() || m.kind == sdp::MediaKind::application || m.rtcp_rsize;
  });
  bool transport_cc = false;
  each_line([&](const MediaLine& line) { transport_cc |= line.transport_cc; });
  if (!transport_cc) {
    transport_cc_.reset();
  } else if (!transport_cc_) {
    transport_cc_.emplace(own_ssrc());
  }
}

void RtpSession::configure_line(MediaLine& line, const sdp::NegotiatedMedia* media) {
  line.negotiated = media != nullptr;
  line.fec.reset();
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
  if (media->fec.red && media->fec.red_rtx) line.repaired[*media->fec.red_rtx & 0x7f] = *media->fec.red;
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
  received.key_frames = line.is_video() ? key_frame_method(*media) : rtp::KeyFrameMethod::none;
  if (!line.receives) received.formats.clear();
  configure_encodings(line, *media);
  received.encodings = encodings_of(*media);
  line.source.configure(std::move(received));
  if (line.receives && line.is_video() && media->fec.any()) line.fec = std::make_unique<FecIngest>(line.source, media->fec);
  sent.further = !line.pad.is_default();
  // What goes again as the same bytes has its number in them, which is remembered for one stream of a kind.
  const bool repairs = sent.retransmissions.size() == sent.formats.size();
  add_extensions(sent.extensions, *media, line.transport_cc && (repairs || !sent.further));
  sent.mid = media->mid;
  sent.most_bps = media->remote_bandwidth_bps.value_or(0);
  if (line.sends) {
    line.sink.configure(sent);
  } else {
    line.sink.pause();
  }
}

// The SSRCs that the description names, the encodings that it lists by rid or by the groups before that (RFC 8853; SIM), and
// which of them bring again what was lost of which (RFC 5576 §4.2; FID), or protect it (RFC 5956; FEC-FR).
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
    } else if ((group.semantics == "FID" || group.semantics == "FEC-FR") && group.ssrcs.size() == 2) {
      if (KnownSsrc* const ssrc = known(group.ssrcs[1])) ssrc->repairs = rtp::Ssrc{group.ssrcs[0]};
    }
  }
}

void RtpSession::set_rtt(base::Duration rtt) {
  each_line([&](MediaLine& line) { line.source.set_rtt(rtt); });
}

void RtpSession::restart_indices() {
  egress_.restart_indices();
  each_line([](MediaLine& line) { line.sink.restart_index(); });
}

void RtpSession::start(base::Instant now) {
  resume(now);
  each_video([](MediaLine& line) { line.sink.line_opened(); });
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
  KnownSsrc route = route_of(*media);
  MediaLine* const line = route.line;
  if (!line) return base::DropReason::unknown_ssrc;
  if (!line->receives) return base::DropReason::direction_not_negotiated;
  last_received_ = now;
  media_received_ = true;
  if (is_resting()) resume(now);
  if (line->repaired[media->header.payload_type.value & 0x7f] != kNoPayload) {
    if (const base::DropReason drop = unwrap(*media, route); drop != base::DropReason::none) return drop;
    const auto original = lines_by_ssrc_.find(media->header.ssrc);
    route.encoding = original == lines_by_ssrc_.end() ? RtpSource::kNoEncoding : original->second.encoding;
  }
  if (line->fec) return line->fec->receive(std::move(*media), extensions_, route.repairs, now);
  if (media->header.payload_type.value == line->red) {
    if (const base::DropReason drop = unwrap_red(*media, *line, now); drop != base::DropReason::none) return drop;
  }
  return line->source.receive(std::move(*media), now, route.encoding);
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
  blocks->leave_primary(packet);
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
  packet.delivery = rtp::Delivery::retransmitted;
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
  const rtp::PayloadType type = packet.header.payload_type;
  MediaLine* found = nullptr;
  int fitting = 0;
  each_line([&](MediaLine& line) {
    if (!line.negotiated) return;
    const bool fits = mid.empty() ? line.takes(type) : line.mid == mid;
    if (!fits) return;
    found = &line;
    ++fitting;
  });
  return fitting == 1 ? found : nullptr;
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
        each_line([&](MediaLine& line) { line.source.end_stream(ssrc); });
        const auto known = lines_by_ssrc_.find(ssrc);
        if (known != lines_by_ssrc_.end() && !known->second.signalled) lines_by_ssrc_.erase(known);
      }
    }
  }
  advance_bandwidth(now, outbox);
  return reader.malformed() ? base::DropReason::bad_rtcp : base::DropReason::none;
}

void RtpSession::receive(const rtp::SenderReport& report, base::Instant now) {
  each_line([&](MediaLine& line) { line.source.receive_sender_report(report.sender, report.info, now); });
  receive_blocks(report.blocks, now);
}

void RtpSession::receive_blocks(const rtp::ReportBlocks& blocks, base::Instant now) {
  for (const rtp::ReportBlock block : blocks) {
    if (RtpSink* sink = sink_of(block.ssrc)) sink->receive_report(block, now);
  }
}

RtpSink* RtpSession::sink_of(rtp::Ssrc ssrc) {
  RtpSink* found = nullptr;
  each_line([&](MediaLine& line) {
    if (line.sink.ssrc() == ssrc) found = &line.sink;
  });
  return found;
}

void RtpSession::end_run(base::Outbox& outbox) {
  each_line([&](MediaLine& line) { line.source.end_run(outbox); });
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
    each_video([](MediaLine& line) { line.sink.renew_wish(); });
  }
  const std::size_t reports_end = builder.written().size();
  if (reports_end == 0 && !reduced_size_) {
    // RFC 3550 §6.1: feedback does not go without a report and a name in front of it.
    builder.receiver_report(own_ssrc());
    builder.cname(own_ssrc(), cname_);
  }
  const std::size_t feedback_start = builder.written().size();
  each_line([&](MediaLine& line) {
    line.source.advance(now, builder);
    if (line.fec) line.fec->advance(now);
  });
  write_remb(now, builder);
  if (transport_cc_) transport_cc_->advance(now, builder);
  const std::size_t length = builder.written().size();
  const bool anything = reports_end > 0 || length > feedback_start;
  if (anything && egress_.is_open()) egress_.send_rtcp(outbox, slot, length);
}

void RtpSession::write_reports(base::Instant now, rtp::RtcpBuilder& builder) {
  std::vector<rtp::ReportBlock> blocks;
  each_line([&](MediaLine& line) { line.source.append_reports(blocks, now); });
  bool sent = false;
  each_line([&](MediaLine& line) {
    const auto info = line.sink.sender_info(now);
    if (!info) return;
    // The blocks go with the first report of the compound.
    builder.sender_report(line.sink.ssrc(), *info, sent ? std::span<const rtp::ReportBlock>{} : blocks);
    builder.cname(line.sink.ssrc(), cname_);
    sent = true;
  });
  if (sent || blocks.empty()) return;
  builder.receiver_report(own_ssrc(), blocks);
  builder.cname(own_ssrc(), cname_);
}

base::Instant RtpSession::deadline() const {
  base::Instant next = std::min({reports_.deadline(), audio_.source.deadline(), video_.source.deadline()});
  for (const auto& line : further_) next = std::min(next, line->source.deadline());
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
  each_line([&](MediaLine& line) {
    if (line.sink.stream()) sources.push_back(line.sink.ssrc());
  });
  if (sources.empty()) return;
  builder.receiver_report(sources.front());
  builder.cname(sources.front(), cname_);
  builder.goodbye(sources);
  egress_.send_rtcp(outbox, slot, builder.written().size());
}

}  // namespace kaskado::pipeline
