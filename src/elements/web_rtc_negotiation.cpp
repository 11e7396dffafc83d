// The part of WebRtcEndpoint that offers, answers and exchanges candidates.
#include <algorithm>
#include <map>
#include <numeric>

#include "base/text.hpp"
#include "elements/log.hpp"
#include "elements/web_rtc_endpoint.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::MediaType;

namespace {

// Of the peer, while nothing is negotiated; further ones are refused.
constexpr std::size_t kMaxEarlyCandidates = 64;

// RFC 8122 §5: of several, the one of the strongest hash that we know.
std::optional<dtls::Fingerprint> fingerprint_of(const sdp::NegotiatedTransport& remote) {
  std::optional<dtls::Fingerprint> best;
  for (const sdp::Fingerprint& written : remote.remote_fingerprints) {
    auto parsed = dtls::Fingerprint::parse(written.algorithm + " " + written.value);
    if (parsed && (!best || parsed->algorithm() > best->algorithm())) best = std::move(parsed).value();
  }
  return best;
}

// What the peer wrote of each transport of the negotiation, as the transports take it; an error where that
// cannot be used.
ApiResult<std::vector<transport::RemoteParameters>> remote_parameters(const sdp::Negotiation& negotiation) {
  const auto unusable = [](const char* why) {
    return ApiError{ErrorCode::SDP_PARSE_ERROR, std::string("Invalid SDP: ") + why};
  };
  std::vector<transport::RemoteParameters> all;
  for (const sdp::NegotiatedTransport& remote : negotiation.transports) {
    const auto is_media = [&](std::size_t m_line) {
      const sdp::MediaKind kind = negotiation.media[m_line].kind;
      return kind == sdp::MediaKind::audio || kind == sdp::MediaKind::video;
    };
    const ice::Credentials credentials{remote.remote_ufrag, remote.remote_pwd};
    const auto fingerprint = fingerprint_of(remote);
    if (!fingerprint) return unusable("a=fingerprint names no known hash function or is malformed");
    if (!credentials.usable()) return unusable("a=ice-ufrag or a=ice-pwd cannot be used");
    all.push_back({.ice = credentials,
                   .ice_lite = remote.remote_ice_lite,
                   .fingerprint = *fingerprint,
                   .local_dtls_role = remote.setup == sdp::Setup::passive ? dtls::DtlsRole::server
                                                                          : dtls::DtlsRole::client,
                   .has_media = std::ranges::any_of(remote.media, is_media)});
  }
  return all;
}

// Nothing of data.
std::optional<pipeline::Pad> pad_of(sdp::MediaKind kind, std::uint8_t number) {
  if (kind == sdp::MediaKind::audio) return pipeline::Pad(MediaType::audio, number);
  if (kind == sdp::MediaKind::video) return pipeline::Pad(MediaType::video, number);
  return std::nullopt;
}

// RFC 8838 §4.1: by mid, and by index where there is none.
std::optional<std::size_t> m_line_of(const IceCandidate& candidate, const sdp::SessionDescription& local) {
  const auto index = candidate.sdp_mid.empty()
                         ? static_cast<std::size_t>(candidate.sdp_m_line_index)
                         : static_cast<std::size_t>(std::ranges::find(local.media, candidate.sdp_mid,
                                                                      &sdp::MediaDescription::mid) -
                                                    local.media.begin());
  return index < local.media.size() ? std::optional(index) : std::nullopt;
}

}  // namespace

WebRtcConnection& WebRtcEndpoint::open_connection(ice::IceRole role) {
  const pipeline::MediaConfiguration& configuration = shard().configuration();
  const pipeline::Certificates& certificates = configuration.certificates;
  transport::WebRtcTransportConfig config{
      .certificate = key_type_ == CertificateKeyType::rsa ? certificates.rsa.get() : certificates.ecdsa,
      .role = role,
      .mtu_bytes = static_cast<std::size_t>(configuration.mtu_bytes),
      .dscp = dscp_,
      .ice_lite = configuration.ice_lite};
  connections_.push_back(std::make_unique<WebRtcConnection>(
      ++last_stream_id_, stream_label_,
      std::make_unique<pipeline::WebRtcSession>(shard(), *this, *this, std::move(config), cname_), shard(), *this));
  equip(connections_.back()->session().rtp());
  return *connections_.back();
}

WebRtcEndpoint::Assignment WebRtcEndpoint::assign(const std::vector<std::vector<std::size_t>>& groups) {
  Assignment connections;
  for (const auto& group : groups) {
    const auto found = std::ranges::find_if(connections_, [&](const Connection& connection) {
      return std::ranges::find(connections, connection.get()) == connections.end() &&
             std::ranges::any_of(group, [&](std::size_t m_line) { return connection->carries(m_line); });
    });
    if (found == connections_.end() && connections_.size() == kMaxConnections) break;
    connections.push_back(found != connections_.end() ? found->get()
                                                      : &open_connection(ice::IceRole::controlled));
  }
  return connections;
}

sdp::LocalCapabilities WebRtcEndpoint::web_rtc_capabilities() const {
  sdp::LocalCapabilities capabilities = SdpEndpoint::capabilities();
  capabilities.can_send = can_send_;
  capabilities.can_receive = can_receive_;
  capabilities.data_channels = use_data_channels_;
  capabilities.rtx = true;
  capabilities.fec = true;
  const auto opus = std::ranges::find_if(capabilities.audio, [](const auto& codec) { return base::equals_ignoring_case(codec.name, "opus"); });
  if (opus != capabilities.audio.end()) {
    sdp::CodecCapability red = *opus;
    red.name = "red";
    red.in_offers = false;
    capabilities.audio.push_back(std::move(red));
  }
  capabilities.simulcast = true;
  for (const std::string_view uri : {sdp::extension::kDependencyDescriptor, sdp::extension::kPlayoutDelay})
    capabilities.extensions.push_back({std::string(uri), false, true});
  return capabilities;
}

sdp::LocalTransportParameters WebRtcEndpoint::transport_parameters(const Assignment& connections) const {
  sdp::LocalTransportParameters parameters;
  parameters.session_id = sdp_session_id_;
  parameters.session_version = sdp_version_;
  parameters.cname = cname_;
  parameters.ice_lite = shard().configuration().ice_lite;
  for (const WebRtcConnection* connection : connections)
    parameters.transports.push_back(connection->local_parameters());
  if (connections.empty()) return parameters;
  const dtls::Fingerprint fingerprint = connections.front()->transport().certificate().fingerprint().value();
  parameters.fingerprint = {std::string(dtls::to_string(fingerprint.algorithm())), fingerprint.digest_text()};
  return parameters;
}

sdp::LocalSource WebRtcEndpoint::local_source(sdp::MediaKind kind, std::uint8_t number,
                                              WebRtcConnection& connection) const {
  const auto pad = pad_of(kind, number);
  if (!pad) return {};
  const pipeline::RtpSink& sink = connection.session().rtp().sink(*pad);
  const std::string kind_name = pad->type == MediaType::audio ? "audio" : "video";
  return {.ssrc = sink.ssrc().value,
          .rtx_ssrc = sink.retransmission_ssrc().value,
          .stream = stream_label_,
          .track = stream_label_ + "-" + (pad->is_default() ? kind_name : description_of(*pad))};
}

ApiResult<sdp::SessionDescription> WebRtcEndpoint::make_offer(const sdp::OfferOptions& media) {
  sdp::OfferOptions options = media;
  options.data = use_data_channels_;
  const sdp::LocalCapabilities capabilities = web_rtc_capabilities();
  const auto kinds = sdp::offered_kinds(options, capabilities, sdp::TransportProfile::webrtc);
  if (kinds.empty()) {
    return ApiError{ErrorCode::SDP_END_POINT_GENERATE_OFFER_ERROR,
                    "Error generating offer: there is no media to offer"};
  }
  // All m-lines are in one bundle, so that no candidate is gathered in vain.
  WebRtcConnection& connection = open_connection(ice::IceRole::controlling);
  for (const MediaType type : {MediaType::audio, MediaType::video}) set_carrier(type, connection);
  ++sdp_version_;
  sdp::LocalTransportParameters parameters = transport_parameters({&connection});
  for (std::size_t m_line = 0; m_line < kinds.size(); ++m_line) {
    const auto first = std::ranges::find(kinds, kinds[m_line]) - kinds.begin();
    const auto number = static_cast<std::uint8_t>(m_line - static_cast<std::size_t>(first));
    parameters.sources.push_back(local_source(kinds[m_line], number, connection));
    if (const auto pad = pad_of(kinds[m_line], number)) set_carrier(*pad, connection);
  }
  rebind();
  std::vector<std::size_t> m_lines(kinds.size());
  std::iota(m_lines.begin(), m_lines.end(), std::size_t{0});
  connection.set_m_lines(std::move(m_lines));
  sdp::SessionDescription offer = sdp::make_offer(options, capabilities, parameters);
  numbers_.assign(offer);
  return offer;
}

sdp::SdpResult<sdp::Negotiation> WebRtcEndpoint::make_answer(
    const sdp::SessionDescription& offer, const sdp::MediaNumbers& numbers,
    const std::vector<std::vector<std::size_t>>& groups, const Assignment& connections) const {
  sdp::LocalTransportParameters parameters = transport_parameters(connections);
  parameters.sources.resize(offer.media.size());
  for (std::size_t i = 0; i < connections.size(); ++i) {
    for (const std::size_t m_line : groups[i]) {
      const sdp::MediaKind kind = offer.media[m_line].kind;
      parameters.sources[m_line] = local_source(kind, numbers.of(m_line, kind), *connections[i]);
    }
  }
  return sdp::make_answer(offer, web_rtc_capabilities(), parameters);
}

ApiResult<sdp::Negotiation> WebRtcEndpoint::answer_offer(const sdp::SessionDescription& offer) {
  const std::size_t connections_before = connections_.size();
  const auto groups = sdp::transport_groups(offer);
  const Assignment connections = assign(groups);
  const auto fail = [&](ApiError error) {
    connections_.resize(connections_before);
    return error;
  };
  ++sdp_version_;
  sdp::MediaNumbers numbers = numbers_;
  auto answer = make_answer(offer, numbers, groups, connections);
  if (!answer)
    return fail({ErrorCode::SDP_END_POINT_PROCESS_OFFER_ERROR, "Invalid SDP: " + answer.error().message});
  const auto remotes = remote_parameters(*answer);
  if (!remotes) return fail(remotes.error());
  bool restarts = false;
  for (const sdp::NegotiatedTransport& remote : answer->transports) {
    WebRtcConnection& connection = *connections[remote.local];
    if (!connection.is_restarted_by(remote)) continue;
    // RFC 8839 §4.4.1.1.1: our side gets new credentials too, and candidates are told again.
    connection.restart_ice(shard().now());
    restarts = true;
  }
  // What is sent on an m-line, and under which name, is known once it is known which ones are taken.
  const bool renumbered = numbers.assign(answer->media);
  if (restarts || renumbered) {
    answer = make_answer(offer, numbers, groups, connections);
    numbers.assign(answer->media);
  }
  numbers_ = std::move(numbers);
  describing_ = true;  // what is found meanwhile belongs into the new description
  start(*answer, *remotes, connections);
  return std::move(answer).value();
}

ApiResult<sdp::Negotiation> WebRtcEndpoint::accept_answer(const sdp::SessionDescription& offer,
                                                          const sdp::SessionDescription& answer) {
  const Assignment connections{connections_.front().get()};
  auto negotiation = sdp::apply_answer(offer, answer, transport_parameters(connections));
  if (!negotiation) {
    return ApiError{ErrorCode::SDP_END_POINT_PROCESS_ANSWER_ERROR,
                    "Invalid SDP: " + negotiation.error().message};
  }
  const auto remotes = remote_parameters(*negotiation);
  if (!remotes) return remotes.error();
  numbers_.assign(negotiation->media);
  start(*negotiation, *remotes, connections);
  return std::move(negotiation).value();
}

void WebRtcEndpoint::start(const sdp::Negotiation& negotiation,
                           std::span<const transport::RemoteParameters> remotes,
                           const Assignment& connections) {
  for (std::size_t i = 0; i < remotes.size(); ++i) {
    const sdp::NegotiatedTransport& remote = negotiation.transports[i];
    WebRtcConnection& connection = *connections[remote.local];
    connection.set_remote(remote, remotes[i], shard().now());
    connect_by_tcp(connection);
    if (const auto change = connection.take_dtls_change()) raise(*change);
  }
  carry_media(negotiation, connections);
  close_unused(negotiation, connections);
  rebind();
  take_early_candidates(negotiation.local);
  for (const Connection& connection : connections_) connection->session().settle();
  update_connection_state();
}

// Gives each connection the m-lines that it carries.
void WebRtcEndpoint::carry_media(const sdp::Negotiation& negotiation, const Assignment& connections) {
  std::map<WebRtcConnection*, std::vector<sdp::NegotiatedMedia>> carried;
  for (const Connection& connection : connections_) carried[connection.get()];
  for (const sdp::NegotiatedMedia& media : negotiation.media) {
    if (!media.accepted()) continue;
    WebRtcConnection* connection = connections[negotiation.transports[media.transport].local];
    carried[connection].push_back(media);
    if (const auto pad = pad_of(media.kind, media.number)) set_carrier(*pad, *connection);
  }
  for (const auto& [connection, media] : carried) connection->session().rtp().configure(media);
  const auto data = std::ranges::find_if(negotiation.media, [](const sdp::NegotiatedMedia& media) {
    return media.accepted() && media.kind == sdp::MediaKind::application;
  });
  if (data == negotiation.media.end()) return carry_data(nullptr, nullptr);
  carry_data(connections[negotiation.transports[data->transport].local], &*data);
}

void WebRtcEndpoint::set_carrier(pipeline::Pad pad, WebRtcConnection& connection) {
  const auto known = std::ranges::find(carriers_, pad, &Carrier::pad);
  if (known == carriers_.end()) return carriers_.push_back({pad, &connection});
  if (known->connection == &connection) return;
  known->connection->session().rtp().sink(pad).bind(nullptr);
  known->connection = &connection;
}

// Says goodbye on the connections that no m-line is left on.
void WebRtcEndpoint::close_unused(const sdp::Negotiation& negotiation, const Assignment& connections) {
  const auto used = [&](const WebRtcConnection* connection) {
    return std::ranges::any_of(negotiation.transports, [&](const sdp::NegotiatedTransport& transport) {
      return connections[transport.local] == connection;
    });
  };
  std::erase_if(connections_, [&](const Connection& connection) {
    if (used(connection.get())) return false;
    connection->session().close();
    std::erase_if(carriers_, [&](const Carrier& carrier) { return carrier.connection == connection.get(); });
    if (data_carrier_ == connection.get()) data_carrier_ = nullptr;
    return true;
  });
}

void WebRtcEndpoint::on_description() {
  describing_ = false;
  if (gathering_wanted_) gather();
}

ApiResult<void> WebRtcEndpoint::gather_candidates() {
  gathering_wanted_ = true;
  // With nothing to gather for yet, it happens as soon as there is.
  if (local_description()) gather();
  return {};
}

void WebRtcEndpoint::gather() {
  for (const Connection& connection : connections_) {
    if (connection->gathering_begun()) {
      offer_own_ports(*connection);
    } else {
      gathered_told_ = false;
      gather(*connection);
    }
  }
  tell_gathered();
  for (const Connection& connection : connections_) connection->session().settle();
}

void WebRtcEndpoint::gather(WebRtcConnection& connection) {
  if (const auto state = connection.begin_gathering()) raise(connection.ice_event(*state));
  connection.set_gathering_begun();
  for (const HostCandidate& candidate : host_candidates(shard().ports(), filter_))
    offer(candidate, connection);
  for (const pipeline::MediaPort& port : shard().session_ports().of(connection.session().id()))
    offer(host_candidate(port, connection.candidates().size(), filter_), connection);
  offer_own_ports(connection);
  if (ice_tcp_) offer_streams(connection);
  // RFC 8445 §5.2: a lite agent has host candidates alone.
  const bool lite = shard().configuration().ice_lite;
  connection.gathering().begin(lite ? CandidateServers{} : candidate_servers(), filter_);
}

// What clients have set is kept as it is, and what cannot be used of it is left out.
CandidateServers WebRtcEndpoint::candidate_servers() const {
  CandidateServers servers;
  if (stun_server_port_ > 0 && stun_server_port_ < 65'536) {
    const auto stun = base::SocketAddress::parse(stun_server_address_, static_cast<std::uint16_t>(stun_server_port_));
    if (stun && !stun->is_unspecified() && !stun->is_multicast()) servers.stun = *stun;
  }
  if (!servers.stun.is_set() && !stun_server_address_.empty())
    LOG_WARNING(log, "%s: stunServerAddress and stunServerPort are no numeric address and port; no STUN server is asked", id().c_str());
  if (turn_url_.empty()) return servers;
  auto turn = ice::TurnServer::parse(turn_url_);
  if (turn) {
    servers.turn = std::move(turn).value();
  } else {
    LOG_WARNING(log, "%s: %s; no TURN server is asked", id().c_str(), turn.error().message.c_str());
  }
  return servers;
}

void WebRtcEndpoint::on_candidate_found(CandidateGathering& gathering, const HostCandidate& candidate) {
  WebRtcConnection& connection = connection_of(gathering.session());
  offer(candidate, connection);
  connection.session().settle();
}

void WebRtcEndpoint::on_gathering_over(CandidateGathering& gathering) {
  WebRtcConnection& connection = connection_of(gathering.session());
  connection.set_gathered();
  for (const std::size_t m_line : connection.m_lines())
    local_description()->media[m_line].end_of_candidates = true;
  tell_gathered();
}

void WebRtcEndpoint::tell_gathered() {
  const auto over = [](const Connection& connection) { return connection->gathered(); };
  if (gathered_told_ || !std::ranges::all_of(connections_, over)) return;
  gathered_told_ = true;
  raise(IceGatheringDone{});
}

// Active candidates are told without a port behind them: few peers have anything to connect to.
void WebRtcEndpoint::offer_streams(WebRtcConnection& connection) {
  const bool connects = shard().session_ports().makes_streams() && !shard().configuration().ice_lite;
  for (const pipeline::MediaPort& port : ports_for(shard().ports(), filter_)) {
    if (!connects) break;
    connection.add_candidate(active_candidate(port, connection.candidates().size(), filter_).told.to_string());
    tell_candidate(connection.candidates().back(), connection);
  }
  for (const pipeline::MediaPort& port : ports_for(shard().stream_ports(), filter_))
    offer(passive_candidate(port, connection.candidates().size(), filter_), connection);
  connect_by_tcp(connection);
}

// Once the peer has told where it takes connections. The ports are the connection's own and stand as long as it does.
void WebRtcEndpoint::connect_by_tcp(WebRtcConnection& connection) {
  const bool connects = ice_tcp_ && !shard().configuration().ice_lite && connection.gathering_begun();
  if (!connects || !connection.peer_takes_tcp() || connection.connects_by_tcp()) return;
  connection.set_connects_by_tcp();
  for (const pipeline::MediaPort& port : ports_for(shard().ports(), filter_)) {
    const auto active = shard().open_active_port(connection.session().id(), port);
    if (!active) continue;
    const HostCandidate candidate = active_candidate(*active, connection.candidates().size(), filter_);
    connection.transport().add_local_candidate(candidate.local, candidate.port_index, shard().now());
  }
}

// The network has changed while the session goes on: the peer is told where else we are to be found. What of ours is gone
// shows itself, by checks that are not answered.
void WebRtcEndpoint::on_ports_changed(pipeline::WebRtcSession& session) {
  WebRtcConnection& connection = connection_of(session);
  if (!connection.gathering_begun() || describing_) return;
  for (const pipeline::MediaPort& port : ports_for(shard().ports(), filter_)) {
    if (connection.note_offered(port.index)) offer(host_candidate(port, connection.candidates().size(), filter_), connection);
  }
  for (const pipeline::MediaPort& port : ports_for(shard().stream_ports(), filter_)) {
    if (ice_tcp_ && connection.note_offered(port.index))
      offer(passive_candidate(port, connection.candidates().size(), filter_), connection);
  }
  connection.session().settle();
}

// Where another session of the shard talks to the peer's address from the same port, this one takes a port
// for itself, and so becomes somebody else to a peer that has one address for several sessions.
void WebRtcEndpoint::offer_own_ports(WebRtcConnection& connection) {
  // A copy: with a new port there are new pairs, and those of other ports are looked at again.
  for (const std::uint16_t shared : std::vector(connection.transport().taken_ports())) {
    const auto port = shard().open_port(connection.session().id(), shared);
    if (port) offer(host_candidate(*port, connection.candidates().size(), filter_), connection);
  }
}

void WebRtcEndpoint::offer(const HostCandidate& candidate, WebRtcConnection& connection) {
  connection.transport().add_local_candidate(candidate.local, candidate.port_index, shard().now());
  connection.note_offered(candidate.port_index);
  connection.add_candidate(candidate.told.to_string());
  tell_candidate(connection.candidates().back(), connection);
}

void WebRtcEndpoint::tell_candidate(const std::string& text, const WebRtcConnection& connection) {
  for (const std::size_t m_line : connection.m_lines()) {
    sdp::MediaDescription& media = local_description()->media[m_line];
    media.candidates.push_back(text);
    raise(IceCandidateFound{{text, media.mid, static_cast<int>(m_line)}});
  }
}

ApiResult<void> WebRtcEndpoint::add_ice_candidate(IceCandidate candidate) {
  const auto parsed = ice::Candidate::parse(candidate.candidate);
  if (!parsed)
    return ApiError{ErrorCode::ICE_ADD_CANDIDATE_ERROR, "Error adding candidate: " + parsed.error().message};
  if (!negotiated()) {
    if (early_candidates_.size() == kMaxEarlyCandidates) {
      return ApiError{ErrorCode::ICE_ADD_CANDIDATE_ERROR,
                      "Error adding candidate: too many before the SDP negotiation"};
    }
    early_candidates_.push_back(std::move(candidate));
    return {};
  }
  const auto m_line = m_line_of(candidate, *local_description());
  if (!m_line) return ApiError{ErrorCode::ICE_ADD_CANDIDATE_ERROR, "Error adding candidate"};
  WebRtcConnection* connection = carrier_of(*m_line);
  if (connection && connection->is_of_other_session(*parsed)) {
    // Of an ICE session whose offer is still on its way (RFC 8838 §11), or of one that is over.
    if (early_candidates_.size() == kMaxEarlyCandidates) early_candidates_.erase(early_candidates_.begin());
    early_candidates_.push_back(std::move(candidate));
  } else if (connection) {
    connection->add_remote_candidate(*parsed, shard().now());
    connect_by_tcp(*connection);
    connection->session().settle();
  }
  return {};
}

void WebRtcEndpoint::take_early_candidates(const sdp::SessionDescription& local) {
  for (const IceCandidate& early : std::exchange(early_candidates_, {})) {
    const auto m_line = m_line_of(early, local);
    WebRtcConnection* connection = m_line ? carrier_of(*m_line) : nullptr;
    const ice::Candidate candidate = *ice::Candidate::parse(early.candidate);
    if (!connection || connection->is_of_other_session(candidate)) continue;
    connection->add_remote_candidate(candidate, shard().now());
    connect_by_tcp(*connection);
  }
}

WebRtcConnection* WebRtcEndpoint::carrier_of(std::size_t m_line) const {
  const auto found =
      std::ranges::find_if(connections_, [&](const Connection& c) { return c->carries(m_line); });
  return found == connections_.end() ? nullptr : found->get();
}

WebRtcConnection& WebRtcEndpoint::connection_of(const pipeline::WebRtcSession& session) const {
  return **std::ranges::find_if(connections_, [&](const Connection& c) { return &c->session() == &session; });
}

}  // namespace kaskado::elements
