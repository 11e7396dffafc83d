#include "sim_peer.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "rtp/rtcp_reader.hpp"

namespace kaskado::sim {

namespace {

constexpr Duration kReportInterval = 1s;
constexpr rtp::MediaKind kKinds[] = {rtp::MediaKind::audio, rtp::MediaKind::video};

std::vector<SocketAddress> addresses_of(const PeerOptions& options) {
  if (!options.addresses.empty()) return options.addresses;
  return {SocketAddress::v4(
      {10, 0, static_cast<std::uint8_t>(options.number >> 8), static_cast<std::uint8_t>(options.number)},
      5000)};
}

// Each stream of each peer has its own; the lowest bit tells audio from video.
rtp::Ssrc ssrc_of(std::uint32_t peer, rtp::MediaKind kind) {
  return {0x1000'0000 + peer * 2 + (kind == rtp::MediaKind::video ? 1 : 0)};
}

sdp::MediaKind sdp_kind(rtp::MediaKind kind) {
  return kind == rtp::MediaKind::video ? sdp::MediaKind::video : sdp::MediaKind::audio;
}

}  // namespace

SimPeer::SimPeer(VirtualNetwork& network, SimServer& server, const PeerOptions& options)
    : network_(network),
      server_(server),
      options_(options),
      addresses_(addresses_of(options)),
      random_(options.seed * 1'000'003 + options.number),
      transport_(network, random_, 1, addresses_, ice::IceRole::controlling),
      cname_("peer" + std::to_string(options.number)),
      transport_cc_(ssrc_of(options.number, rtp::MediaKind::video)) {
  network_.join(*this, addresses_, options.up, options.down);
}

SimPeer::~SimPeer() {
  network_.leave(*this);
}

sdp::LocalCapabilities SimPeer::capabilities() const {
  sdp::LocalCapabilities capabilities = sdp::default_capabilities();
  capabilities.audio.resize(options_.audio ? 1 : 0);
  capabilities.video.resize(options_.video ? 1 : 0);
  capabilities.data_channels = options_.data;
  capabilities.rtx = options_.takes_retransmissions;
  capabilities.can_send = options_.publishes;
  capabilities.can_receive = options_.receives;
  return capabilities;
}

sdp::LocalTransportParameters SimPeer::parameters() const {
  sdp::LocalTransportParameters parameters;
  parameters.session_id = std::to_string(options_.number);
  parameters.session_version = sdp_version_;
  parameters.cname = cname_;
  parameters.fingerprint = {"sha-256", transport_.fingerprint().digest_text()};
  parameters.transports.push_back(
      {.ice_ufrag = transport_.credentials().ufrag,
       .ice_pwd = transport_.credentials().password,
       .setup = options_.setup == sdp::Setup::passive ? sdp::Setup::passive : sdp::Setup::active});
  for (const rtp::MediaKind kind : kKinds) {
    if (kind == rtp::MediaKind::audio ? !options_.audio : !options_.video) continue;
    const std::string track = kind == rtp::MediaKind::audio ? "a" : "v";
    parameters.sources.push_back({.ssrc = options_.publishes ? ssrc_of(options_.number, kind).value : 0,
                                  .stream = cname_,
                                  .track = track});
  }
  return parameters;
}

void SimPeer::call(const std::string& endpoint) {
  endpoint_ = endpoint;
  server_.on_candidate[endpoint] = [this](const std::string& text) { transport_.add_remote_candidate(text); };
  offer();
}

// What it offers. RFC 9143 §7.5.3: a stopped m-line leaves its bundle.
sdp::SessionDescription SimPeer::description() const {
  sdp::SessionDescription offer =
      sdp::make_offer({.audio = options_.audio, .video = options_.video, .data = options_.data}, capabilities(), parameters());
  for (sdp::MediaDescription& media : offer.media) {
    media.transport.setup = options_.setup;
    const bool video = media.kind == sdp::MediaKind::video;
    if (video && !options_.encodings.empty()) list_encodings(media);
    if (!stopped_.contains(video ? rtp::MediaKind::video : rtp::MediaKind::audio)) continue;
    media.port = 0;
    media.bundle_only = false;
    media.direction = sdp::Direction::inactive;
    for (sdp::Group& group : offer.groups) std::erase(group.mids, media.mid);
  }
  return offer;
}

// RFC 8853 §5.1, from the lowest on.
void SimPeer::list_encodings(sdp::MediaDescription& media) const {
  media.simulcast.emplace();
  media.ssrcs.clear();
  for (const SentEncoding& encoding : options_.encodings) {
    media.rids.push_back({encoding.rid, true, ""});
    media.simulcast->send.push_back({{encoding.rid}});
  }
}

void SimPeer::offer() {
  ++sdp_version_;
  const sdp::SessionDescription offer = description();
  const pipeline::Value answer = server_.call(endpoint_, "processOffer", {offer.to_string()});
  ASSERT_TRUE(answer.string());
  const auto parsed = sdp::SessionDescription::parse(*answer.string());
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  const auto negotiation = sdp::apply_answer(offer, *parsed, parameters());
  ASSERT_TRUE(negotiation.ok()) << negotiation.error().message;
  take(*negotiation);
  exchange_candidates();
}

void SimPeer::be_called(const std::string& endpoint) {
  endpoint_ = endpoint;
  server_.on_candidate[endpoint] = [this](const std::string& text) { transport_.add_remote_candidate(text); };
  const pipeline::Value offer = server_.call(endpoint_, "generateOffer", {});
  ASSERT_TRUE(offer.string());
  const auto parsed = sdp::SessionDescription::parse(*offer.string());
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  const auto negotiation = sdp::make_answer(*parsed, capabilities(), parameters());
  ASSERT_TRUE(negotiation.ok()) << negotiation.error().message;
  server_.call(endpoint_, "processAnswer", {negotiation->local.to_string()});
  take(*negotiation);
  exchange_candidates();
}

void SimPeer::restart_ice() {
  transport_.restart_ice();
  offer();
}

void SimPeer::offer_again(bool publishes, bool receives) {
  options_.publishes = publishes;
  options_.receives = receives;
  offer();
}

void SimPeer::offer_again_without(rtp::MediaKind kind) {
  stopped_.insert(kind);
  offer();
}

void SimPeer::offer_again_with(rtp::MediaKind kind) {
  stopped_.erase(kind);
  offer();
}

void SimPeer::exchange_candidates() {
  const bool first = sdp_version_ <= 1;
  // An endpoint that has gathered once does so by itself when ICE restarts.
  if (first) server_.call(endpoint_, "gatherCandidates");
  for (std::size_t i = 0; i < transport_.candidates(); ++i) {
    server_.add_candidate(endpoint_, transport_.candidate(i).to_string(), mid_);
  }
}

void SimPeer::take(const sdp::Negotiation& negotiation) {
  ASSERT_EQ(negotiation.transports.size(), 1u);
  const sdp::NegotiatedTransport& remote = negotiation.transports[0];
  const auto fingerprint = dtls::Fingerprint::parse(remote.remote_fingerprints.at(0).algorithm + " " +
                                                    remote.remote_fingerprints[0].value);
  ASSERT_TRUE(fingerprint.ok());
  transport_.set_remote({remote.remote_ufrag, remote.remote_pwd}, *fingerprint,
                        remote.setup == sdp::Setup::active ? dtls::DtlsRole::client : dtls::DtlsRole::server);
  for (const std::string& candidate : remote.remote_candidates) transport_.add_remote_candidate(candidate);
  for (const sdp::NegotiatedMedia& media : negotiation.media) {
    const rtp::MediaKind kind =
        media.kind == sdp_kind(rtp::MediaKind::video) ? rtp::MediaKind::video : rtp::MediaKind::audio;
    const bool sends = media.accepted() && sdp::sends(media.direction);
    if (!sends && sender(kind)) sender(kind)->stop();
    if (!media.accepted()) continue;
    mid_ = media.mid;
    if (media.kind == sdp::MediaKind::application) {
      transport_.use_data();
      continue;
    }
    if (sends) open_sender(media, kind);
    const std::uint64_t id = media.extension_id(sdp::extension::kTransportCc);
    if (id != 0) received_extensions_.set(rtp::ExtensionKind::transport_cc, static_cast<std::uint8_t>(id));
    if (sdp::receives(media.direction) && !receiver(kind)) {
      ASSERT_GE(media.remote_ssrcs.size(), 1u);  // the second is of retransmissions, which peers do not ask for
      receivers_.emplace_back(kind, rtp::Ssrc{media.remote_ssrcs[0].ssrc}, ssrc_of(options_.number, kind));
    }
    const auto& codec = media.codecs.at(0);
    if (!codec.receive_rtx_payload_type || media.remote_ssrc_groups.empty()) continue;
    const std::vector<std::uint32_t>& pair = media.remote_ssrc_groups[0].ssrcs;
    retransmissions_ = {rtp::Ssrc{pair.at(1)}, rtp::Ssrc{pair.at(0)}, {codec.receive_payload_type}};
  }
}

void SimPeer::open_encodings(const sdp::NegotiatedMedia& media) {
  for (std::size_t i = 0; i < options_.encodings.size(); ++i) {
    const SentEncoding& encoding = options_.encodings[i];
    const rtp::Ssrc ssrc{ssrc_of(options_.number, rtp::MediaKind::video).value + static_cast<std::uint32_t>(i) * 0x10'0000};
    if (!sender_of(ssrc)) {
      senders_.emplace_back(MediaSenderConfig{.ssrc = ssrc,
                                              .publisher = options_.number + static_cast<std::uint32_t>(i) * 1000,
                                              .first_sequence = options_.first_video_sequence,
                                              .seed = options_.seed * 7 + options_.number + i,
                                              .frame_interval = options_.video_interval,
                                              .packets_a_frame = encoding.packets_a_frame,
                                              .payload_bytes = encoding.payload_bytes});
    }
    sender_of(ssrc)->set_format({media.codecs.at(0).codec.payload_type, media.extension_id(sdp::extension::kMid),
                                 media.extension_id(sdp::extension::kTransportCc), media.mid,
                                 media.extension_id(sdp::extension::kRid), encoding.rid});
    if (sending_ && !sender_of(ssrc)->started()) sender_of(ssrc)->start(network_.now());
  }
}

void SimPeer::open_sender(const sdp::NegotiatedMedia& media, rtp::MediaKind kind) {
  if (kind == rtp::MediaKind::video && !options_.encodings.empty()) return open_encodings(media);
  if (!sender(kind)) {
    MediaSenderConfig config{.kind = kind,
                             .ssrc = ssrc_of(options_.number, kind),
                             .publisher = options_.number,
                             .seed = options_.seed * 7 + options_.number};
    if (kind == rtp::MediaKind::video) {
      config.first_sequence = options_.first_video_sequence;
      config.frame_interval = options_.video_interval;
    } else {
      config.first_sequence = 1000;
      config.frame_interval = 20ms;
      config.packets_a_frame = 1;
      config.payload_bytes = 90;
    }
    senders_.emplace_back(config);
  }
  sender(kind)->set_format({media.codecs.at(0).codec.payload_type, media.extension_id(sdp::extension::kMid),
                            media.extension_id(sdp::extension::kTransportCc), media.mid});
  if (sending_ && !sender(kind)->started()) sender(kind)->start(network_.now());
}

void SimPeer::start_media() {
  sending_ = true;
  for (MediaSender& stream : senders_) stream.start(network_.now());
}

void SimPeer::stop_media() {
  sending_ = false;
  for (MediaSender& stream : senders_) stream.stop();
}

MediaSender* SimPeer::sender(rtp::MediaKind kind) {
  const auto found = std::ranges::find(senders_, ssrc_of(options_.number, kind), &MediaSender::ssrc);
  return found == senders_.end() ? nullptr : &*found;
}

MediaReceiver* SimPeer::receiver(rtp::MediaKind kind) {
  const auto found = std::ranges::find(receivers_, kind, &MediaReceiver::kind);
  return found == receivers_.end() ? nullptr : &*found;
}

MediaSender* SimPeer::sender_of(rtp::Ssrc ssrc) {
  const auto found = std::ranges::find(senders_, ssrc, &MediaSender::ssrc);
  return found == senders_.end() ? nullptr : &*found;
}

MediaReceiver* SimPeer::receiver_of(rtp::Ssrc ssrc) {
  const auto found = std::ranges::find(receivers_, ssrc, &MediaReceiver::ssrc);
  return found == receivers_.end() ? nullptr : &*found;
}

void SimPeer::receive(std::span<Datagram> batch, Instant now) {
  for (Datagram& datagram : batch) {
    const PeerTransport::Opened opened = transport_.receive(datagram, now);
    if (opened.bytes.empty()) continue;
    if (opened.kind == transport::DatagramKind::rtp) {
      receive_rtp(opened.bytes, now);
    } else {
      receive_rtcp(opened.bytes, now);
    }
  }
  read_data(now);
  if (next_report_ == base::kNever && connected()) next_report_ = now + kReportInterval;
}

void SimPeer::read_data(Instant now) {
  while (transport_.data()) {
    auto event = transport_.data()->next_event(now);
    if (!event) break;
    if (const auto* opened = std::get_if<sctp::ChannelOpened>(&*event)) heard_data_.opened.push_back(opened->id);
    if (const auto* closed = std::get_if<sctp::ChannelClosed>(&*event)) heard_data_.closed.push_back(closed->id);
    if (auto* message = std::get_if<sctp::ChannelMessage>(&*event)) heard_data_.messages.push_back(std::move(*message));
  }
  if (transport_.data()) transport_.flush();
}

sctp::ChannelId SimPeer::open_channel(const sctp::ChannelParameters& parameters) {
  const sctp::ChannelId id = transport_.data()->open(parameters, network_.now()).value();
  transport_.flush();
  return id;
}

void SimPeer::close_channel(sctp::ChannelId id) {
  transport_.data()->close(id, network_.now());
  transport_.flush();
}

sctp::DataChannels::SendResult SimPeer::send_message(sctp::ChannelId id, std::string_view text) {
  const auto result = transport_.data()->send(
      id, false, std::make_shared<sctp::MessageBytes>(text.begin(), text.end()), network_.now());
  transport_.flush();
  return result;
}

void SimPeer::receive_rtp(base::Bytes packet, Instant now) {
  const auto header = rtp::parse_rtp(packet);
  ASSERT_TRUE(header);
  const bool repairs = retransmissions_.ssrc == header->ssrc;
  MediaReceiver* const stream = receiver_of(repairs ? retransmissions_.original : header->ssrc);
  ASSERT_TRUE(stream) << "an SSRC that no description named";
  if (options_.reports_transport_wide) {
    const auto extensions = rtp::read_extensions(packet, *header, received_extensions_);
    const auto number = rtp::transport_sequence(extensions, packet.data());
    ASSERT_TRUE(number);
    transport_cc_.receive({*number}, header->ssrc, now);
  }
  const base::Bytes payload = packet.subspan(header->payload_offset, header->payload_length);
  if (repairs) return receive_retransmission(*header, payload, now);
  stream->receive(*header, payload, now);
}

void SimPeer::receive_retransmission(rtp::RtpHeader header, base::Bytes payload, Instant now) {
  ASSERT_GE(payload.size(), 2u);
  header.sequence = {base::load_u16(payload.data())};
  header.ssrc = retransmissions_.original;
  header.payload_type = retransmissions_.payload_type;
  MediaReceiver& stream = *receiver_of(header.ssrc);
  if (stream.has(header.sequence)) {
    ++fillers_;
  } else {
    stream.receive(header, payload.subspan(2), now);
  }
}

void SimPeer::receive_rtcp(base::Bytes packet, Instant now) {
  rtp::RtcpReader reader(packet);
  while (const auto message = reader.next()) {
    if (const auto* sender = std::get_if<rtp::SenderReport>(&*message)) {
      if (MediaReceiver* stream = receiver_of(sender->sender))
        stream->receive_sender_report(sender->info, now);
      receive(sender->blocks);
    } else if (const auto* receiver = std::get_if<rtp::ReceiverReport>(&*message)) {
      ++heard_.receiver_reports;
      receive(receiver->blocks);
    } else if (const auto* names = std::get_if<rtp::SourceDescription>(&*message)) {
      for (const MediaReceiver& stream : receivers_) {
        if (const auto name = names->cname_of(stream.ssrc()); !name.empty())
          heard_.cnames[stream.ssrc()] = name;
      }
    } else if (const auto* nack = std::get_if<rtp::Nack>(&*message)) {
      if (MediaSender* stream = sender_of(nack->media())) stream->receive_nack(*nack, transport_, now);
    } else if (const auto* pli = std::get_if<rtp::PictureLossIndication>(&*message)) {
      if (MediaSender* stream = sender_of(pli->media)) stream->receive_picture_loss(now);
    } else if (const auto* remb = std::get_if<rtp::Remb>(&*message)) {
      heard_.rembs_bps.emplace_back(now, remb->bitrate_bps);
      if (options_.follows_remb) video_out().set_bitrate_bps(remb->bitrate_bps);
    } else if (const auto* goodbye = std::get_if<rtp::Goodbye>(&*message)) {
      for (const rtp::Ssrc ssrc : goodbye->sources) heard_.goodbyes.push_back(ssrc);
    } else if (std::holds_alternative<rtp::TransportFeedback>(*message)) {
      ++heard_.transport_feedbacks;
    }
  }
  EXPECT_FALSE(reader.malformed());
}

void SimPeer::receive(const rtp::ReportBlocks& blocks) {
  for (const rtp::ReportBlock block : blocks) heard_.blocks[block.ssrc] = block;
}

void SimPeer::overhear(const Datagram& datagram, Instant now, const Fate& fate) {
  if (datagram.kind() == transport::DatagramKind::rtp) {
    const auto header = rtp::parse_rtp(datagram.bytes);
    MediaReceiver* stream = header ? receiver_of(header->ssrc) : nullptr;
    if (!stream) return;
    const std::vector<std::uint8_t> opened = transport_.eavesdrop(datagram);
    const base::Bytes payload =
        base::Bytes(opened).subspan(std::min<std::size_t>(opened.size(), header->payload_offset));
    stream->overhear(header->sequence, read_payload(payload), now, fate);
    return;
  }
  const std::vector<std::uint8_t> rtcp = transport_.eavesdrop(datagram);
  rtp::RtcpReader reader(rtcp);
  while (const auto message = reader.next()) {
    const auto* nack = std::get_if<rtp::Nack>(&*message);
    MediaSender* stream = nack ? sender_of(nack->media()) : nullptr;
    if (stream) stream->overhear_nack(*nack, now, fate);
  }
}

void SimPeer::advance(Instant now) {
  if (transport_.deadline() <= now) transport_.advance(now);
  read_data(now);
  if (next_report_ == base::kNever && connected()) next_report_ = now + kReportInterval;
  for (MediaSender& stream : senders_) stream.advance(now, transport_, transport_sequence_);
  send_feedback(now);
  if (next_report_ <= now) send_reports(now);
}

void SimPeer::send_rtcp(const std::function<void(rtp::RtcpBuilder&)>& write) {
  std::uint8_t slot[1100];
  rtp::RtcpBuilder builder{slot};
  const rtp::Ssrc self = ssrc_of(options_.number, rtp::MediaKind::video);
  builder.receiver_report(self);
  builder.cname(self, cname_);
  write(builder);
  transport_.send_rtcp(builder.written());
}

void SimPeer::send_feedback(Instant now) {
  if (transport_cc_.deadline() <= now) {
    std::uint8_t slot[1100];
    rtp::RtcpBuilder builder{slot};
    transport_cc_.advance(now, builder);
    transport_.send_rtcp(builder.written());
  }
  for (MediaReceiver& stream : receivers_) {
    if (stream.deadline() > now) continue;
    stream.set_rtt(transport_.ice().round_trip());
    std::uint8_t slot[1100];
    rtp::RtcpBuilder builder{slot};
    stream.advance(now, builder);
    if (!builder.empty()) stream.note_sent(builder.written(), now, transport_.send_rtcp(builder.written()));
  }
}

void SimPeer::send_reports(Instant now) {
  next_report_ = now + kReportInterval;
  std::uint8_t slot[1100];
  rtp::RtcpBuilder builder{slot};
  std::vector<rtp::ReportBlock> blocks;
  for (const MediaReceiver& stream : receivers_) {
    if (!stream.arrived().empty()) blocks.push_back(stream.report(now));
  }
  const rtp::Ssrc self = ssrc_of(options_.number, rtp::MediaKind::video);
  bool sent = false;
  for (const MediaSender& stream : senders_) {
    const auto info = stream.info(now);
    if (!info) continue;
    builder.sender_report(stream.ssrc(), *info, sent ? std::span<const rtp::ReportBlock>{} : blocks);
    sent = true;
  }
  if (!sent) builder.receiver_report(self, blocks);
  builder.cname(self, cname_);
  const MediaReceiver* video = receiver(rtp::MediaKind::video);
  if (remb_bps_ && video) builder.remb(self, remb_bps_, std::array{video->ssrc()});
  transport_.send_rtcp(builder.written());
}

Instant SimPeer::deadline() const {
  Instant next = std::min({transport_.deadline(), next_report_, transport_cc_.deadline()});
  for (const MediaSender& stream : senders_) next = std::min(next, stream.deadline());
  for (const MediaReceiver& stream : receivers_) next = std::min(next, stream.deadline());
  return next;
}

}  // namespace kaskado::sim
