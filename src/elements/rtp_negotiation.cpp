// The part of RtpEndpoint that offers and answers.
#include <algorithm>
#include <bit>

#include "elements/host_candidates.hpp"
#include "elements/log.hpp"
#include "elements/rtp_endpoint.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::MediaType;

namespace {

constexpr std::uint16_t kDiscardPort = 9;  // RFC 4145 §4.1

ApiError unusable(std::size_t m_line, const std::string& why) {
  return {ErrorCode::SDP_PARSE_ERROR, "Invalid SDP: m-line " + std::to_string(m_line) + ": " + why};
}

MediaType type_of(sdp::MediaKind kind) {
  return kind == sdp::MediaKind::audio ? MediaType::audio : MediaType::video;
}

// In bits, of addresses of one family.
int common_prefix(const base::SocketAddress& a, const base::SocketAddress& b) {
  int bits = 0;
  for (std::size_t i = 0; i < a.ip_size(); ++i) {
    const auto differing = static_cast<std::uint8_t>(a.ip_bytes()[i] ^ b.ip_bytes()[i]);
    bits += std::countl_zero(differing);
    if (differing != 0) break;
  }
  return bits;
}

// Nothing where the peer is not to be sent to: on hold (RFC 3264 §8.4), or where it is to show itself first.
ApiResult<base::SocketAddress> address_of(const std::string& ip, std::uint16_t port, bool connects,
                                          std::size_t m_line, const char* field) {
  const auto address = base::SocketAddress::parse(ip, port);
  if (connects) return base::SocketAddress();
  if (!address)
    return unusable(m_line,
                    std::string(field) + " has '" + ip.substr(0, 64) + "', which is no numeric address");
  if (address->ip_text() == "255.255.255.255")
    return unusable(m_line, std::string(field) + " is the broadcast address");
  return address->is_unspecified() || port == 0 ? base::SocketAddress() : *address;
}

ApiError no_address(bool ipv6, ErrorCode code) {
  return {code, std::string("The server has no address of ") + (ipv6 ? "IPv6" : "IPv4") +
                    " for media: check networkInterfaces"};
}

// What a peer did with the keys of all of its m-lines; nothing where one is accepted, or refused for
// something else.
std::optional<ApiError> crypto_mismatch(const sdp::Negotiation& negotiation, const std::string& ours,
                                        ErrorCode code) {
  for (const sdp::NegotiatedMedia& media : negotiation.media) {
    if (media.refusal != sdp::Refusal::no_common_crypto) return std::nullopt;
  }
  return ApiError{code, "Invalid SDP: no m-line has an a=crypto of " + ours.substr(0, ours.find(' ')) +
                            ", which this endpoint was made with"};
}

}  // namespace

ApiResult<std::string> RtpEndpoint::process_offer(std::string offer) {
  if (negotiated())
    return ApiError{ErrorCode::SDP_END_POINT_ALREADY_NEGOTIATED, "Endpoint already negotiated"};
  return BaseRtpEndpoint::process_offer(std::move(offer));
}

// Peers without WebRTC know little of it.
sdp::LocalCapabilities RtpEndpoint::offered_capabilities() const {
  sdp::LocalCapabilities offered = capabilities();
  std::erase_if(offered.extensions, [](const auto& e) { return e.uri != sdp::extension::kAbsSendTime; });
  for (auto* codecs : {&offered.audio, &offered.video}) {
    for (sdp::CodecCapability& codec : *codecs) std::erase(codec.feedback, "transport-cc");
  }
  for (sdp::CodecCapability& codec : offered.audio) codec.feedback.clear();
  return offered;
}

// Of several interfaces the one whose address is most like the peer's.
const pipeline::MediaPort* RtpEndpoint::interface_to(const base::SocketAddress& remote) const {
  const pipeline::MediaPort* best = nullptr;
  int best_worth = -1;
  for (const pipeline::MediaPort& port : shard().ports()) {
    if (port.local.is_v6() != use_ipv6_) continue;
    const bool comparable = remote.is_set() && remote.is_v6() == use_ipv6_;
    const int worth = comparable ? common_prefix(port.local, remote) : !port.local.is_loopback();
    if (worth <= best_worth) continue;
    best = &port;
    best_worth = worth;
  }
  return best;
}

ApiResult<RtpEndpoint::Session> RtpEndpoint::open_session(const pipeline::MediaPort& on) {
  auto session = pipeline::PlainRtpSession::open(shard(), *this, *this, on, key_, cname_);
  if (!session) {
    return ApiError{
        ErrorCode::MEDIA_OBJECT_NOT_AVAILABLE,
        "No pair of media ports is free on " + on.local.ip_text() + ": check minPort and maxPort"};
  }
  equip(session->rtp());
  return session;
}

sdp::LocalTransportParameters RtpEndpoint::local_parameters(const pipeline::MediaPort& on) const {
  const pipeline::MediaConfiguration& configuration = shard().configuration();
  sdp::LocalTransportParameters parameters;
  parameters.profile = profile();
  parameters.session_id = sdp_session_id_;
  parameters.session_version = 1;
  parameters.cname = cname_;
  const bool told = !on.local.is_loopback();
  const CandidateFilter filter{{}, configuration.external_ipv4, configuration.external_ipv6};
  parameters.address = told ? told_address(on.local, filter).ip_text() : on.local.ip_text();
  if (key_) parameters.crypto = srtp::to_sdes(*key_);
  return parameters;
}

sdp::LocalTransport RtpEndpoint::local_transport(const pipeline::PlainRtpSession& session) const {
  return {.port = session.ports().rtp.local.port(), .rtcp_port = session.ports().rtcp.local.port()};
}

sdp::LocalSource RtpEndpoint::local_source(sdp::MediaKind kind, pipeline::PlainRtpSession& session) const {
  return {.ssrc = session.rtp().sink(type_of(kind)).ssrc().value};
}

ApiResult<sdp::SessionDescription> RtpEndpoint::make_offer(const sdp::OfferOptions& options) {
  const sdp::LocalCapabilities offered = offered_capabilities();
  const auto kinds = sdp::offered_kinds(options, offered, profile());
  if (kinds.empty()) {
    return ApiError{ErrorCode::SDP_END_POINT_GENERATE_OFFER_ERROR,
                    "Error generating offer: there is no media to offer"};
  }
  const pipeline::MediaPort* on = interface_to({});
  if (!on) return no_address(use_ipv6_, ErrorCode::SDP_END_POINT_GENERATE_OFFER_ERROR);
  sdp::LocalTransportParameters parameters = local_parameters(*on);
  std::vector<Session> sessions;
  for (const sdp::MediaKind kind : kinds) {
    auto session = open_session(*on);
    if (!session) return std::move(session).error();
    parameters.transports.push_back(local_transport(**session));
    parameters.sources.push_back(local_source(kind, **session));
    sessions.push_back(std::move(session).value());
  }
  sessions_ = std::move(sessions);
  return sdp::make_offer(options, offered, parameters);
}

ApiResult<sdp::Negotiation> RtpEndpoint::answer_offer(const sdp::SessionDescription& offer) {
  const auto groups = sdp::transport_groups(offer, profile());
  // First what would become of the m-lines, so that no port is opened for those that are refused.
  const auto* on = interface_to({});
  if (!on) return no_address(use_ipv6_, ErrorCode::SDP_END_POINT_PROCESS_OFFER_ERROR);
  sdp::LocalTransportParameters parameters = local_parameters(*on);
  parameters.transports.resize(groups.size());
  auto answer = sdp::make_answer(offer, capabilities(), parameters);
  if (!answer)
    return ApiError{ErrorCode::SDP_END_POINT_PROCESS_OFFER_ERROR, "Invalid SDP: " + answer.error().message};
  if (key_) {
    if (auto error =
            crypto_mismatch(*answer, parameters.crypto, ErrorCode::SDP_END_POINT_PROCESS_OFFER_ERROR))
      return *error;
  }
  base::SocketAddress peer;
  for (const sdp::NegotiatedMedia& media : answer->media) {
    if (!media.accepted()) continue;
    const auto remote = remote_of(*answer, media);
    if (!remote) return remote.error();
    if (!peer.is_set()) {
      const std::string& ip = answer->transports[media.transport].remote_address;
      peer = base::SocketAddress::parse(ip, kDiscardPort).value_or(base::SocketAddress());
    }
  }
  on = interface_to(peer);
  parameters = local_parameters(*on);
  parameters.transports.resize(groups.size());
  parameters.sources.resize(offer.media.size());
  std::vector<Session> sessions(offer.media.size());
  for (const sdp::NegotiatedMedia& media : answer->media) {
    if (!media.accepted()) continue;
    auto session = open_session(*on);
    if (!session) return std::move(session).error();
    parameters.transports[answer->transports[media.transport].local] = local_transport(**session);
    parameters.sources[media.index] = local_source(media.kind, **session);
    sessions[media.index] = std::move(session).value();
  }
  answer = sdp::make_answer(offer, capabilities(), parameters);
  begin(*answer, std::move(sessions));
  return std::move(answer).value();
}

ApiResult<sdp::Negotiation> RtpEndpoint::accept_answer(const sdp::SessionDescription& offer,
                                                       const sdp::SessionDescription& answer) {
  sdp::LocalTransportParameters parameters = local_parameters(*interface_to({}));
  parameters.transports.resize(sessions_.size());
  auto negotiation = sdp::apply_answer(offer, answer, parameters);
  if (!negotiation) {
    return ApiError{ErrorCode::SDP_END_POINT_PROCESS_ANSWER_ERROR,
                    "Invalid SDP: " + negotiation.error().message};
  }
  for (const sdp::NegotiatedMedia& media : negotiation->media) {
    // RFC 3264 §6: an answer refuses by its port; what stands there instead is not what was offered.
    if (media.refusal == sdp::Refusal::unknown_protocol || media.refusal == sdp::Refusal::no_common_crypto) {
      return ApiError{ErrorCode::SDP_END_POINT_PROCESS_ANSWER_ERROR,
                      "Invalid SDP: m-line " + std::to_string(media.index) + " of the answer has " +
                          std::string(to_string(media.refusal))};
    }
    if (!media.accepted()) continue;
    if (const auto remote = remote_of(*negotiation, media); !remote) return remote.error();
  }
  begin(*negotiation, std::move(sessions_));
  return std::move(negotiation).value();
}

ApiResult<transport::RtpRemote> RtpEndpoint::remote_of(const sdp::Negotiation& negotiation,
                                                       const sdp::NegotiatedMedia& media) const {
  const sdp::NegotiatedTransport& written = negotiation.transports[media.transport];
  transport::RtpRemote remote;
  remote.connects = media.comedia;
  remote.rtcp_mux = media.rtcp_mux;
  const auto rtp = address_of(written.remote_address, written.remote_port, media.comedia, media.index, "c=");
  if (!rtp) return rtp.error();
  const auto rtcp =
      address_of(written.remote_rtcp_address, written.remote_rtcp_port, media.comedia, media.index, "a=rtcp");
  if (!rtcp) return rtcp.error();
  remote.rtp = *rtp;
  remote.rtcp = *rtcp;
  remote.multicast_hops = written.remote_ttl;
  for (const sdp::SsrcDescription& source : media.remote_ssrcs) remote.sources.push_back({source.ssrc});
  if (!key_) return remote;
  auto key = srtp::parse_sdes(written.remote_crypto);
  if (!key) return unusable(media.index, "a=crypto: " + key.error().message);
  remote.key = std::move(key).value();
  return remote;
}

// The next pad of the type.
pipeline::Pad RtpEndpoint::add_carrier(Carriers& carriers, MediaType type,
                                       pipeline::PlainRtpSession& session) {
  const auto before =
      std::ranges::count_if(carriers, [&](const Carrier& carrier) { return carrier.pad.type == type; });
  carriers.push_back({pipeline::Pad(type, static_cast<std::uint8_t>(before)), &session});
  return carriers.back().pad;
}

void RtpEndpoint::begin(const sdp::Negotiation& negotiation, std::vector<Session> sessions) {
  for (const sdp::NegotiatedMedia& media : negotiation.media) {
    Session& session = sessions[media.index];
    if (!media.accepted()) {
      session.reset();
      continue;
    }
    transport::RtpRemote remote = remote_of(negotiation, media).value();
    for (base::SocketAddress* address : {&remote.rtp, &remote.rtcp}) {
      if (!address->is_set() || address->is_v6() == use_ipv6_) continue;
      LOG_WARNING(log, "%s: %s cannot be sent to from an endpoint of %s", id().c_str(),
                  address->text().c_str(), use_ipv6_ ? "IPv6" : "IPv4");
      *address = {};
    }
    const MediaType type = type_of(media.kind);
    if (sdp::receives(media.direction))
      session->rtp().source(type).set_pad(add_carrier(receiving_, type, *session));
    if (sdp::sends(media.direction)) add_carrier(sending_, type, *session);
    session->begin(media, remote);
  }
  sessions_ = std::move(sessions);
  rebind();
  update_states();
}

}  // namespace kaskado::elements
