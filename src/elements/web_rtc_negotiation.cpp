// The part of WebRtcEndpoint that offers, answers and exchanges candidates.
#include <algorithm>

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

}  // namespace

void WebRtcEndpoint::open_session(ice::IceRole role) {
  if (session_) return;
  const pipeline::Certificates& certificates = shard().configuration().certificates;
  session_ = std::make_unique<pipeline::WebRtcSession>(
      shard(), *this, *this, key_type_ == CertificateKeyType::rsa ? certificates.rsa.get() : certificates.ecdsa, role);
  on_receive_limits();
  on_remb_params();
  rebind();
}

sdp::LocalCapabilities WebRtcEndpoint::web_rtc_capabilities() const {
  sdp::LocalCapabilities capabilities = SdpEndpoint::capabilities();
  capabilities.can_send = can_send_;
  capabilities.can_receive = can_receive_;
  return capabilities;
}

sdp::LocalTransportParameters WebRtcEndpoint::transport_parameters(const sdp::SessionDescription& description) const {
  const transport::WebRtcTransport& transport = session_->transport();
  sdp::LocalTransportParameters parameters;
  parameters.session_id = sdp_session_id_;
  parameters.session_version = sdp_version_;
  parameters.cname = session_->rtp().cname();
  const dtls::Fingerprint fingerprint = transport.certificate().fingerprint().value();
  parameters.fingerprint = {std::string(dtls::to_string(fingerprint.algorithm())), fingerprint.digest_text()};
  parameters.transports.push_back(
      {.ice_ufrag = transport.local_credentials().ufrag, .ice_pwd = transport.local_credentials().password});
  for (const sdp::MediaDescription& media : description.media) {
    sdp::LocalSource source;
    if (media.kind == sdp::MediaKind::audio || media.kind == sdp::MediaKind::video) {
      const MediaType type = media.kind == sdp::MediaKind::audio ? MediaType::audio : MediaType::video;
      source = {.ssrc = session_->rtp().sink(type).ssrc().value,
                .stream = stream_label_,
                .track = stream_label_ + (type == MediaType::audio ? "-audio" : "-video")};
    }
    parameters.sources.push_back(std::move(source));
  }
  return parameters;
}

ApiResult<sdp::SessionDescription> WebRtcEndpoint::make_offer(const sdp::OfferOptions& options) {
  open_session(ice::IceRole::controlling);
  ++sdp_version_;
  // The m-lines of an offer are in the order audio, video: parameters are taken by it.
  sdp::SessionDescription shape;
  if (options.audio) shape.media.emplace_back().kind = sdp::MediaKind::audio;
  if (options.video) shape.media.emplace_back().kind = sdp::MediaKind::video;
  return sdp::make_offer(options, web_rtc_capabilities(), transport_parameters(shape));
}

ApiResult<sdp::Negotiation> WebRtcEndpoint::answer_offer(const sdp::SessionDescription& offer) {
  open_session(ice::IceRole::controlled);
  ++sdp_version_;
  auto answer = sdp::make_answer(offer, web_rtc_capabilities(), transport_parameters(offer));
  if (!answer) return ApiError{ErrorCode::SDP_END_POINT_PROCESS_OFFER_ERROR, "Invalid SDP: " + answer.error().message};
  const bool restarts = remote_transport_ && !answer->transports.empty() &&
                        sdp::ice_restarted(*remote_transport_, answer->transports[0]);
  if (restarts) {
    // RFC 8839 §4.4.1.1.1: our side gets new credentials too, and candidates are told again.
    session_->transport().restart_ice(shard().now());
    gather_when_negotiated_ |= std::exchange(gathered_, false);
    answer = sdp::make_answer(offer, web_rtc_capabilities(), transport_parameters(offer));
  }
  if (auto started = start_transport(*answer); !started) return std::move(started).error();
  return std::move(answer).value();
}

ApiResult<sdp::Negotiation> WebRtcEndpoint::accept_answer(const sdp::SessionDescription& offer,
                                                          const sdp::SessionDescription& answer) {
  auto negotiation = sdp::apply_answer(offer, answer, transport_parameters(offer));
  if (!negotiation) {
    return ApiError{ErrorCode::SDP_END_POINT_PROCESS_ANSWER_ERROR, "Invalid SDP: " + negotiation.error().message};
  }
  if (auto started = start_transport(*negotiation); !started) return std::move(started).error();
  return std::move(negotiation).value();
}

ApiResult<void> WebRtcEndpoint::start_transport(const sdp::Negotiation& negotiation) {
  if (!negotiation.transports.empty()) {
    const sdp::NegotiatedTransport& remote = negotiation.transports[0];
    const auto fingerprint = fingerprint_of(remote);
    if (!fingerprint) {
      return ApiError{ErrorCode::SDP_PARSE_ERROR, "Invalid SDP: a=fingerprint names no known hash function or is malformed"};
    }
    const transport::RemoteParameters parameters{
        .ice = {remote.remote_ufrag, remote.remote_pwd},
        .ice_lite = remote.remote_ice_lite,
        .fingerprint = *fingerprint,
        .local_dtls_role = remote.setup == sdp::Setup::passive ? dtls::DtlsRole::server : dtls::DtlsRole::client};
    if (!session_->transport().set_remote(parameters, shard().now())) {
      return ApiError{ErrorCode::SDP_PARSE_ERROR, "Invalid SDP: a=ice-ufrag or a=ice-pwd cannot be used"};
    }
    take_remote_candidates(remote);
    remote_transport_ = remote;
  }
  session_->rtp().configure(negotiation.media);
  session_->settle();
  return {};
}

void WebRtcEndpoint::take_remote_candidates(const sdp::NegotiatedTransport& remote) {
  for (const ice::Candidate& candidate : std::exchange(early_candidates_, {})) {
    session_->transport().add_remote_candidate(candidate, shard().now());
  }
  for (const std::string& text : remote.remote_candidates) {
    const auto candidate = ice::Candidate::parse(text);
    if (candidate) session_->transport().add_remote_candidate(*candidate, shard().now());
  }
}

void WebRtcEndpoint::on_description() {
  if (std::exchange(gather_when_negotiated_, false)) gather();
}

ApiResult<void> WebRtcEndpoint::gather_candidates() {
  if (local_description()) {
    gather();
  } else {
    // Nothing to gather for yet: it happens as soon as there is.
    gather_when_negotiated_ = true;
  }
  return {};
}

void WebRtcEndpoint::gather() {
  gathered_ = true;
  if (ice_state_ == IceComponentState::disconnected) {
    ice_state_ = IceComponentState::gathering;
    raise(IceComponentStateChanged{kStreamId, kComponentId, ice_state_});
  }
  for (const HostCandidate& candidate : host_candidates(shard().ports(), filter_)) {
    session_->transport().add_local_candidate(candidate.local, candidate.port_index, shard().now());
    tell_candidate(candidate);
  }
  for (sdp::MediaDescription& media : local_description()->media) media.end_of_candidates = !media.refused();
  raise(IceGatheringDone{});
  session_->settle();
}

void WebRtcEndpoint::tell_candidate(const HostCandidate& candidate) {
  const std::string text = candidate.told.to_string();
  std::vector<sdp::MediaDescription>& m_lines = local_description()->media;
  for (std::size_t index = 0; index < m_lines.size(); ++index) {
    sdp::MediaDescription& media = m_lines[index];
    if (media.refused()) continue;
    media.candidates.push_back(text);
    raise(IceCandidateFound{{text, media.mid, static_cast<int>(index)}});
  }
}

ApiResult<void> WebRtcEndpoint::add_ice_candidate(IceCandidate candidate) {
  const auto parsed = ice::Candidate::parse(candidate.candidate);
  if (!parsed) return ApiError{ErrorCode::ICE_ADD_CANDIDATE_ERROR, "Error adding candidate: " + parsed.error().message};
  if (!negotiated()) {
    if (early_candidates_.size() == kMaxEarlyCandidates) {
      return ApiError{ErrorCode::ICE_ADD_CANDIDATE_ERROR, "Error adding candidate: too many before the SDP negotiation"};
    }
    early_candidates_.push_back(*parsed);
    return {};
  }
  if (!knows_m_line(candidate)) return ApiError{ErrorCode::ICE_ADD_CANDIDATE_ERROR, "Error adding candidate"};
  session_->transport().add_remote_candidate(*parsed, shard().now());
  session_->settle();
  return {};
}

// RFC 8838: by mid, and by index where there is none.
bool WebRtcEndpoint::knows_m_line(const IceCandidate& candidate) {
  const std::vector<sdp::MediaDescription>& media = local_description()->media;
  if (candidate.sdp_mid.empty()) return static_cast<std::size_t>(candidate.sdp_m_line_index) < media.size();
  return std::ranges::find(media, candidate.sdp_mid, &sdp::MediaDescription::mid) != media.end();
}

}  // namespace kaskado::elements
