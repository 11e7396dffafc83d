#include "peer.hpp"

#include <algorithm>
#include <array>
#include <variant>

#include "clocks.hpp"
#include "rtp/rtcp_builder.hpp"
#include "rtp/rtcp_reader.hpp"
#include "rtp/rtp_packet.hpp"
#include "sdp/capabilities.hpp"

namespace kaskado::bench {

namespace {

constexpr int kMostBatches = 32;  // of one visit
constexpr base::Duration kReportInterval = std::chrono::seconds{1};

rtp::Ssrc ssrc_of(const PeerSpec& spec) {
  return {0x4b00'0000u + spec.id};
}
std::string name_of(const PeerSpec& spec) {
  return "bench" + std::to_string(spec.id);
}

}  // namespace

base::Result<std::unique_ptr<Peer>> Peer::make(const PeerSpec& spec, Surroundings& shared, ice::IceRole role,
                                               base::Instant now) {
  // A publisher gets nothing but RTCP.
  const bool whole = spec.publishes || !spec.record.empty();
  auto socket = PeerSocket::open({.sample_every = whole ? 1 : shared.sample_every, .runs = shared.runs}, shared.ip);
  if (!socket) return socket.error();
  std::unique_ptr<Peer> peer(new Peer(spec, shared, std::move(*socket), role, now));
  if (!spec.frames.empty()) {
    auto file = IvfFile::read(spec.frames);
    if (!file) return file.error();
    if (file->frames.empty()) return base::Error{spec.frames + " has no frame"};
    peer->frames_ = std::make_shared<const IvfFile>(std::move(*file));
  }
  if (!spec.record.empty()) {
    auto recorder = Recorder::open(spec.record, spec.video_codec);
    if (!recorder) return recorder.error();
    peer->recorder_ = std::move(*recorder);
  }
  return peer;
}

Peer::Peer(const PeerSpec& spec, Surroundings& shared, PeerSocket socket, ice::IceRole role,
           base::Instant now)
    : spec_(spec), shared_(shared), transport_(shared, std::move(socket), role, now) {
  if (spec.publishes) {
    publisher_.emplace(ssrc_of(spec), spec.audio ? 48'000 : 90'000, shared.random);
  } else {
    check_.emplace(spec.source);
    // Where nothing is lost, what is missing is the server's doing, and is to be seen.
    if (shared.loss.any() && !spec.audio) nacks_.emplace();
  }
}

sdp::LocalCapabilities Peer::capabilities() const {
  sdp::LocalCapabilities capabilities = sdp::default_capabilities();
  capabilities.audio.resize(1);  // Opus
  const std::string_view video = codec::encoding_name(spec_.video_codec);
  std::erase_if(capabilities.video, [&](const sdp::CodecCapability& other) { return other.name != video; });
  capabilities.extensions.clear();
  capabilities.audio[0].feedback.clear();  // browsers ask for no audio again
  std::erase(capabilities.video[0].feedback, "transport-cc");
  capabilities.can_send = spec_.publishes;
  capabilities.can_receive = !spec_.publishes;
  return capabilities;
}

sdp::LocalTransportParameters Peer::parameters() const {
  sdp::LocalTransportParameters parameters;
  parameters.session_id = std::to_string(spec_.id);
  parameters.session_version = 1;
  parameters.cname = name_of(spec_);
  const auto fingerprint = shared_.certificate->fingerprint();
  parameters.fingerprint = {"sha-256", fingerprint.ok() ? fingerprint->digest_text() : std::string()};
  parameters.transports.push_back({.ice_ufrag = transport_.credentials().ufrag,
                                   .ice_pwd = transport_.credentials().password,
                                   .candidates = {transport_.candidate().to_string()},
                                   .end_of_candidates = true,
                                   .setup = sdp::Setup::active});
  if (spec_.publishes)
    parameters.sources.push_back({.ssrc = ssrc_of(spec_).value, .stream = name_of(spec_), .track = "t"});
  return parameters;
}

std::string Peer::offer() {
  offered_ = sdp::make_offer({.audio = spec_.audio, .video = !spec_.audio}, capabilities(), parameters());
  for (sdp::MediaDescription& media : offered_->media) media.transport.setup = sdp::Setup::actpass;
  return offered_->to_string();
}

base::Result<void> Peer::take_answer(const std::string& text, base::Instant now) {
  if (!offered_) return base::Error{"an answer without an offer"};
  const auto answer = sdp::SessionDescription::parse(text);
  if (!answer) return base::Error{answer.error().message};
  const auto negotiation = sdp::apply_answer(*offered_, *answer, parameters());
  if (!negotiation) return base::Error{negotiation.error().message};
  return take(*negotiation, now);
}

base::Result<std::string> Peer::answer(const std::string& text, base::Instant now) {
  const auto offer = sdp::SessionDescription::parse(text);
  if (!offer) return base::Error{offer.error().message};
  const auto negotiation = sdp::make_answer(*offer, capabilities(), parameters());
  if (!negotiation) return base::Error{negotiation.error().message};
  if (auto taken = take(*negotiation, now); !taken) return std::move(taken).error();
  return negotiation->local.to_string();
}

base::Result<void> Peer::take(const sdp::Negotiation& negotiation, base::Instant now) {
  const sdp::NegotiatedMedia* media = nullptr;
  for (const sdp::NegotiatedMedia& candidate : negotiation.media)
    if (candidate.accepted()) media = &candidate;
  if (!media) return base::Error{"the server refused the m-line"};
  if (spec_.publishes ? !sdp::sends(media->direction) : !sdp::receives(media->direction))
    return base::Error{"the server does not want the m-line's direction"};
  const sdp::NegotiatedTransport& remote = negotiation.transports.at(media->transport);
  if (remote.remote_fingerprints.empty()) return base::Error{"the server tells no fingerprint"};
  const auto fingerprint = dtls::Fingerprint::parse(remote.remote_fingerprints[0].algorithm + " " +
                                                    remote.remote_fingerprints[0].value);
  if (!fingerprint) return fingerprint.error();
  const dtls::DtlsRole role =
      remote.setup == sdp::Setup::active ? dtls::DtlsRole::client : dtls::DtlsRole::server;
  if (!transport_.set_remote({remote.remote_ufrag, remote.remote_pwd}, remote.remote_ice_lite, *fingerprint,
                             role, now))
    return base::Error{"the server's ICE credentials cannot be used"};
  for (const std::string& candidate : remote.remote_candidates)
    if (auto added = add_candidate(candidate, now); !added) return added;
  if (publisher_) publisher_->set_payload_type(media->codecs.at(0).codec.payload_type);
  return {};
}

base::Result<void> Peer::add_candidate(const std::string& text, base::Instant now) {
  const auto candidate = ice::Candidate::parse(text);
  if (!candidate) return candidate.error();
  transport_.add_remote_candidate(*candidate, now);
  return {};
}

void Peer::visit(base::Instant now, Histogram* latency) {
  // What comes before the server's address is known waits in the socket, as its first check may.
  for (int i = 0; i < kMostBatches && transport_.socket().connected(); ++i) {
    const std::span<Datagram> batch = transport_.socket().receive(shared_.batch);
    for (Datagram& datagram : batch) receive(datagram, now, latency);
    if (!shared_.batch.is_full()) break;
  }
  if (transport_.deadline() <= now) transport_.advance(now);
  if (!transport_.connected()) return;
  report_where_due(now);
  ask_again_where_due(now);
}

void Peer::receive(Datagram& datagram, base::Instant now, Histogram* latency) {
  if (shared_.loss.takes()) return;
  const bool is_media = datagram.bytes.size() >= kTrimmedBytes && datagram.bytes[0] >> 6 == 2;
  if (!is_media) {
    transport_.receive(datagram.bytes, now);
  } else if (!transport_.connected()) {
    // Nothing can be said of it; what is RTP will be missing.
  } else if (rtp::is_rtcp(datagram.bytes)) {
    receive_rtcp(datagram.bytes, now);
  } else if (check_) {
    receive_rtp(datagram, now, latency);
  }
}

void Peer::receive_rtp(Datagram& datagram, base::Instant now, Histogram* latency) {
  const rtp::SequenceNumber sequence{base::load_u16(datagram.bytes.data() + 2)};
  const auto extended = check_->note({base::load_u32(datagram.bytes.data() + 8)}, sequence);
  if (extended && nacks_) nacks_->receive(*extended, false, now);
  const bool is_sampled = recorder_ || sequence.value % shared_.sample_every == 0;
  if (!extended || !is_sampled) return;
  const srtp::OpenResult opened = transport_.open_rtp(datagram.bytes);
  const base::Bytes packet = datagram.bytes.first(opened.length);
  const auto header = rtp::parse_rtp(packet);
  if (!header) return check_->note_undecryptable();
  if (recorder_)
    recorder_->add(*header, packet.subspan(header->payload_offset, header->payload_length), datagram.arrived);
  if (spec_.transcoded) return;
  const auto mark = read_payload(packet.subspan(header->payload_offset, header->payload_length));
  check_->note_payload(*extended, mark);
  if (mark && latency) latency->add(base::Duration{datagram.arrived.unix_ns - mark->sent.unix_ns});
}

void Peer::receive_rtcp(base::MutableBytes packet, base::Instant now) {
  rtp::RtcpReader reader(packet.first(transport_.open_rtcp(packet).length));
  bool any = false;
  while (const auto message = reader.next()) {
    any = true;
    if (const auto* sender = std::get_if<rtp::SenderReport>(&*message)) {
      last_sender_report_ = sender->info.ntp;
      sender_report_at_ = now;
    } else if (!publisher_) {
      continue;
    } else if (const auto* nack = std::get_if<rtp::Nack>(&*message)) {
      publisher_->receive_nack(*nack, transport_);
    } else if (std::holds_alternative<rtp::PictureLossIndication>(*message) ||
               std::holds_alternative<rtp::FullIntraRequest>(*message)) {
      publisher_->receive_key_frame_request();
    }
  }
  if (!any || reader.malformed()) ++bad_rtcp_;
}

base::Result<void> Peer::start(const SendPlan& plan, base::Instant first) {
  if (!frames_)
    return publisher_->start(make_marked_packets(spec_.id, spec_.audio, plan), first), base::Result<void>();
  auto frames = make_coded_frames({frames_, plan.frames_per_second, spec_.sent_log});
  if (!frames) return frames.error();
  publisher_->start(std::move(*frames), first);
  return {};
}

rtp::ReportBlock Peer::report_block(base::Instant now) const {
  rtp::ReportBlock block;
  block.ssrc = *check_->ssrc();
  block.cumulative_lost = static_cast<std::int32_t>(std::min<std::uint64_t>(check_->holes(), 0x7fffff));
  block.extended_highest_sequence = static_cast<std::uint32_t>(check_->highest());
  if (sender_report_at_ != base::kNever) {
    block.last_sender_report = last_sender_report_.compact();
    block.delay_since_last_sender_report = rtp::to_compact_ntp(now - sender_report_at_);
  }
  return block;
}

void Peer::report_where_due(base::Instant now) {
  const bool is_first_visit = reports_.deadline() == base::kNever;
  if (!is_first_visit && now < reports_.deadline()) return;
  reports_.draw(now, kReportInterval, shared_.random);
  if (!is_first_visit) report(now);
}

void Peer::report(base::Instant now) {
  std::array<std::uint8_t, 256> memory;
  rtp::RtcpBuilder builder(memory);
  const auto info = publisher_ ? publisher_->sender_info(now, wall_now()) : std::nullopt;
  if (info) {
    builder.sender_report(ssrc_of(spec_), *info);
  } else if (check_ && check_->ssrc()) {
    builder.receiver_report(ssrc_of(spec_), std::array{report_block(now)});
  } else {
    return;
  }
  builder.cname(ssrc_of(spec_), name_of(spec_));
  transport_.send_rtcp(builder.written());
}

void Peer::ask_again_where_due(base::Instant now) {
  if (!nacks_ || nacks_->deadline() > now) return;
  std::array<std::uint8_t, 512> memory;
  rtp::RtcpBuilder builder(memory);
  builder.receiver_report(ssrc_of(spec_), std::array{report_block(now)});
  builder.cname(ssrc_of(spec_), name_of(spec_));
  nacks_->advance(now, ssrc_of(spec_), *check_->ssrc(), builder);
  transport_.send_rtcp(builder.written());
}

}  // namespace kaskado::bench
