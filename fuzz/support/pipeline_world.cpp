#include "fuzz/support/pipeline_world.hpp"

#include <algorithm>

#include "elements/api.hpp"
#include "pipeline/api.hpp"
#include "rtp/rtcp_reader.hpp"
#include "rtp/rtp_packet.hpp"
#include "sdp/session_description.hpp"
#include "srtp/layout.hpp"

namespace kaskado::fuzz {

using base::DropReason;
using pipeline::Value;
using transport::DatagramKind;

namespace {

constexpr std::size_t kMtuBytes = 1200;
const std::string kPipeline = "pipeline";

base::SocketAddress our_address() {
  return base::SocketAddress::v4({192, 0, 2, 1}, 40000);
}

ice::Candidate host_candidate(const base::SocketAddress& address) {
  ice::Candidate host;
  host.foundation = "1";
  host.priority = ice::candidate_priority(ice::CandidateType::host, 65535);
  host.address = address;
  return host;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

}  // namespace

pipeline::MediaConfiguration PipelineWorld::configuration() {
  pipeline::MediaConfiguration configuration;
  configuration.certificates.ecdsa = certificate(0);
  return configuration;
}

base::Path PipelineWorld::far_path(std::size_t endpoint) {
  return {0, base::SocketAddress::v4({192, 0, 2, static_cast<std::uint8_t>(10 + endpoint)}, 5000)};
}

PipelineWorld::PipelineWorld()
    : configuration_(configuration()),
      shard_(
          configuration_, random_, {now_, {1'800'000'000'000'000'000}},
          [](const pipeline::Event& event) { require(!event.source.empty() && event.info); },
          [this](base::Outbox& outbox) { flush(outbox); }) {
  go_to(now_);
  shard_.add_port({0, "virt0", our_address()});
  require(shard_.objects().create(pipeline::kMediaPipelineClass, kPipeline, {}).ok());
  for (std::size_t endpoint = 0; endpoint < kEndpoints; ++endpoint) renew(endpoint);
}

// Nothing is left of a pipeline that is gone, and nothing more is due.
PipelineWorld::~PipelineWorld() {
  require(shard_.objects().release(kPipeline).size() == 1 + kEndpoints);
  shard_.outbox().clear();
  require(shard_.objects().size() == 0 && shard_.demux().paths() == 0);
  require(shard_.packets().in_use() == 0 && shard_.deadline() == base::kNever);
}

void PipelineWorld::renew(std::size_t endpoint) {
  Far& far = far_[endpoint];
  if (!far.endpoint.empty()) require(shard_.objects().release(far.endpoint).size() == 1);
  flush(shard_.outbox());
  far.transport = nullptr;  // before its demux
  far = Far();
  far.endpoint = "endpoint" + std::to_string(++last_object_);
  const auto made = shard_.objects().create(elements::kWebRtcEndpointClass, far.endpoint,
                                            {Value(kPipeline), false, false, false, "ECDSA", "NO_VALUE"});
  require(made.ok());
  far.demux = std::make_unique<transport::Demux>();
  far.transport = std::make_unique<transport::WebRtcTransport>(
      0, transport::WebRtcTransportConfig{certificate(1), ice::IceRole::controlling, kMtuBytes}, *far.demux, random_);
  far.transport->add_local_candidate(host_candidate(far_path(endpoint).remote), 0, now_);
}

pipeline::ApiResult<Value> PipelineWorld::invoke(const std::string& object, const std::string& operation,
                                                 pipeline::Arguments arguments) {
  const pipeline::MediaObject* found = shard_.objects().find(object);
  require(found);
  const pipeline::OperationInfo* info = found->info().find_operation(operation);
  require(info);
  arguments.resize(std::max(arguments.size(), info->parameters.size()));
  shard_.set_now(now_);
  auto result = shard_.objects().invoke(object, *info, arguments);
  require(result.ok() || !result.error().message.empty());
  flush(shard_.outbox());
  return result;
}

Value PipelineWorld::call(std::size_t endpoint, const std::string& operation, pipeline::Arguments arguments) {
  auto result = invoke(far_[endpoint].endpoint, operation, std::move(arguments));
  return result ? std::move(result).value() : Value();
}

std::string PipelineWorld::with_credentials(const Far& far, std::string description) const {
  replace_all(description, "UFRAG", far.transport->local_credentials().ufrag);
  replace_all(description, "PASSWORD", far.transport->local_credentials().password);
  replace_all(description, "FINGERPRINT", far.transport->certificate().fingerprint().value().digest_text());
  return description;
}

// An answer has the offer's m-lines (RFC 3264 §6), and what we write can be read.
void PipelineWorld::offer(std::size_t endpoint, std::string description) {
  description = with_credentials(far_[endpoint], std::move(description));
  const Value answer = call(endpoint, "processOffer", {description});
  if (!answer.string()) return;
  const auto offered = sdp::SessionDescription::parse(description);
  const auto answered = sdp::SessionDescription::parse(*answer.string());
  require(offered.ok() && answered.ok() && offered->media.size() == answered->media.size());
  take_description(endpoint, *answer.string());
}

void PipelineWorld::answer(std::size_t endpoint, std::string description) {
  const Value ours =
      call(endpoint, "processAnswer", {with_credentials(far_[endpoint], std::move(description))});
  if (ours.string()) take_description(endpoint, *ours.string());
}

// The far transport takes up what the endpoint says, and candidates are exchanged.
void PipelineWorld::take_description(std::size_t endpoint, const std::string& ours) {
  Far& far = far_[endpoint];
  const auto session = sdp::SessionDescription::parse(ours);
  require(session.ok());
  for (const sdp::MediaDescription& media : session->media) {
    const sdp::TransportAttributes attributes = session->transport_of(media);
    if (media.refused() || attributes.fingerprints.empty()) continue;
    const auto& [algorithm, value] = attributes.fingerprints[0];
    transport::RemoteParameters remote;
    remote.ice = {attributes.ice_ufrag, attributes.ice_pwd};
    remote.fingerprint = dtls::Fingerprint::parse(algorithm + " " + value).value();
    remote.local_dtls_role =
        attributes.setup == sdp::Setup::active ? dtls::DtlsRole::server : dtls::DtlsRole::client;
    require(far.transport->set_remote(remote, now_));
    far.transport->add_remote_candidate(host_candidate(our_address()), now_);
    call(endpoint, "gatherCandidates");
    add_candidate(endpoint, host_candidate(far_path(endpoint).remote).to_string(), media.mid);
    return;
  }
}

void PipelineWorld::add_candidate(std::size_t endpoint, const std::string& candidate,
                                  const std::string& mid) {
  pipeline::Object told;
  told.set("candidate", candidate);
  told.set("sdpMid", mid);
  told.set("sdpMLineIndex", 0);
  call(endpoint, "addIceCandidate", {told});
}

void PipelineWorld::connect(std::size_t source, std::size_t sink, bool connected) {
  call(source, connected ? "connect" : "disconnect", {Value(far_[sink].endpoint), {}, {}, {}});
}

void PipelineWorld::send_rtp(std::size_t endpoint, base::Bytes packet) {
  Far& far = far_[endpoint];
  const std::size_t header_bytes = srtp::rtp_header_bytes(packet);
  if (!far.transport->line().is_open() || header_bytes == 0 || packet.size() > kMtuBytes) return;
  const base::MutableBytes slot = far_outbox_.slot();
  std::copy_n(packet.begin(), header_bytes, slot.begin());
  far.transport->line().send_rtp(far_outbox_, slot, header_bytes, packet.subspan(header_bytes),
                                 srtp::rtp_sequence(packet.data()));
  collect_far(far);
}

void PipelineWorld::send_rtcp(std::size_t endpoint, base::Bytes compound) {
  Far& far = far_[endpoint];
  if (!far.transport->line().is_open() || compound.size() < srtp::kRtcpHeaderBytes) return;
  if (compound.size() > kMtuBytes) return;
  const base::MutableBytes slot = far_outbox_.slot();
  std::copy(compound.begin(), compound.end(), slot.begin());
  far.transport->line().send_rtcp(far_outbox_, slot, compound.size());
  collect_far(far);
}

void PipelineWorld::collect_far(Far& far) {
  for (const base::Egress& egress : far_outbox_.pending()) {
    const base::Bytes bytes = std::as_const(far_outbox_).bytes(egress);
    if (egress.path.remote == our_address()) far.to_us.emplace_back(bytes.begin(), bytes.end());
  }
  far_outbox_.clear();
}

void PipelineWorld::flush(base::Outbox& outbox) {
  for (const base::Egress& egress : outbox.pending()) {
    const base::Bytes bytes = std::as_const(outbox).bytes(egress);
    require(!bytes.empty() && egress.path.port_index == 0);
    for (std::size_t endpoint = 0; endpoint < kEndpoints; ++endpoint) {
      if (egress.path == far_path(endpoint)) far_[endpoint].to_far.emplace_back(bytes.begin(), bytes.end());
    }
  }
  outbox.clear();
}

// What is under way arrives: at the shard in batches, as sockets give them.
void PipelineWorld::deliver() {
  for (std::size_t endpoint = 0; endpoint < kEndpoints; ++endpoint) {
    Far& far = far_[endpoint];
    std::vector<loop::ReceivedDatagram> batch;
    for (const Octets& bytes : std::exchange(far.to_us, {})) {
      base::PacketRef packet = shard_.packets().acquire();
      require(bool{packet} && bytes.size() <= base::kMaxDatagramBytes);
      std::copy(bytes.begin(), bytes.end(), packet->bytes);
      packet->length = static_cast<std::uint16_t>(bytes.size());
      packet->arrived = now_;
      batch.push_back({std::move(packet), far_path(endpoint).remote});
    }
    shard_.on_batch(0, batch, now_);
    flush(shard_.outbox());
    for (const Octets& bytes : std::exchange(far.to_far, {})) receive_as_far(far, bytes);
  }
}

// What we send is of a kind that the peer can read to its end.
void PipelineWorld::receive_as_far(Far& far, base::Bytes datagram) {
  const base::Path path{0, our_address()};
  if (!far.demux->find(path, datagram)) return;
  const base::PacketRef packet = far_packets_.acquire();
  std::copy(datagram.begin(), datagram.end(), packet->bytes);
  packet->length = static_cast<std::uint16_t>(datagram.size());
  const transport::Received received = far.transport->receive(*packet, path, now_, far_outbox_);
  collect_far(far);
  if (received.drop == DropReason::srtp_before_dtls || received.drop == DropReason::unknown_peer) return;
  const base::Bytes opened = std::as_const(*packet).span();
  if (received.kind == DatagramKind::rtp) {
    require(received.drop == DropReason::none && rtp::parse_rtp(opened));
  } else if (received.kind == DatagramKind::rtcp) {
    require(received.drop == DropReason::none);
    rtp::RtcpReader reader(opened);
    while (reader.next()) {
    }
    require(!reader.malformed());
  }
}

void PipelineWorld::run(base::Duration pause) {
  constexpr std::size_t kMostAtOnce = 1000, kMostASecond = 1000;
  const std::size_t most =
      kMostAtOnce + kMostASecond * static_cast<std::size_t>(pause / std::chrono::seconds(1));
  const base::Instant end = now_ + pause;
  for (std::size_t steps = 0;; ++steps) {
    require(steps <= most);
    const bool is_quiet = std::all_of(std::begin(far_), std::end(far_),
                                      [](const Far& far) { return far.to_us.empty() && far.to_far.empty(); });
    const base::Instant next = is_quiet ? next_deadline() : std::min(now_ + kDelay, next_deadline());
    if (next > end) break;
    const bool has_arrived = next >= now_ + kDelay;
    go_to(std::max(now_, next));
    advance_due();
    if (has_arrived || !is_quiet) deliver();
  }
  go_to(end);
}

base::Instant PipelineWorld::next_deadline() const {
  base::Instant next = shard_.deadline();
  for (const Far& far : far_) next = std::min(next, far.transport->deadline());
  return next;
}

void PipelineWorld::advance_due() {
  if (shard_.deadline() <= now_) {
    shard_.advance(now_);
    require(shard_.deadline() > now_);
    flush(shard_.outbox());
  }
  for (Far& far : far_) {
    if (far.transport->deadline() > now_) continue;
    far.transport->advance(now_, far_outbox_);
    collect_far(far);
  }
}

void PipelineWorld::go_to(base::Instant when) {
  now_ = when;
  dtls::set_virtual_gettimeofday(now_);
}

}  // namespace kaskado::fuzz
