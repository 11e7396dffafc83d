#include "elements/sdp_endpoint.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;

namespace {

ApiResult<sdp::SessionDescription> parse(const std::string& text, const char* what) {
  auto parsed = sdp::SessionDescription::parse(text);
  if (parsed) return std::move(parsed).value();
  if (parsed.error().kind == sdp::SdpError::Kind::empty) {
    return ApiError{ErrorCode::SDP_PARSE_ERROR, std::string("Empty ") + what + " not valid"};
  }
  return ApiError{ErrorCode::SDP_PARSE_ERROR, "Invalid SDP: " + parsed.error().message};
}

ApiError already_negotiated() { return {ErrorCode::SDP_END_POINT_ALREADY_NEGOTIATED, "Endpoint already negotiated"}; }

// Leaves of the default capabilities what the configuration names, in its order.
std::vector<sdp::CodecCapability> chosen(const std::vector<sdp::CodecCapability>& known,
                                         const std::vector<sdp::RtpCodec>& configured) {
  std::vector<sdp::CodecCapability> codecs;
  for (const sdp::RtpCodec& wanted : configured) {
    for (const sdp::CodecCapability& codec : known) {
      if (base::equals_ignoring_case(codec.name, wanted.name) && codec.clock_rate == wanted.clock_rate) codecs.push_back(codec);
    }
  }
  return codecs;
}

}  // namespace

SdpEndpoint::SdpEndpoint(const pipeline::Construction& construction, pipeline::MediaObject* parent)
    : SessionEndpoint(construction, parent) {}

ApiResult<void> SdpEndpoint::set_max_audio_recv_bandwidth(int kbps) {
  max_audio_recv_bandwidth_kbps_ = std::max(kbps, 0);
  on_receive_limits();
  return {};
}

ApiResult<void> SdpEndpoint::set_max_video_recv_bandwidth(int kbps) {
  max_video_recv_bandwidth_kbps_ = std::max(kbps, 0);
  on_receive_limits();
  return {};
}

sdp::LocalCapabilities SdpEndpoint::capabilities() const {
  const pipeline::MediaConfiguration& configuration = shard().configuration();
  sdp::LocalCapabilities capabilities = known_capabilities();
  if (!configuration.audio_codecs.empty()) capabilities.audio = chosen(capabilities.audio, configuration.audio_codecs);
  if (!configuration.video_codecs.empty()) capabilities.video = chosen(capabilities.video, configuration.video_codecs);
  capabilities.max_audio = static_cast<std::size_t>(configuration.num_audio_medias);
  capabilities.max_video = static_cast<std::size_t>(configuration.num_video_medias);
  if (max_audio_recv_bandwidth_kbps_) capabilities.audio_limit_kbps = max_audio_recv_bandwidth_kbps_;
  if (max_video_recv_bandwidth_kbps_) capabilities.video_limit_kbps = max_video_recv_bandwidth_kbps_;
  return capabilities;
}

ApiResult<std::string> SdpEndpoint::generate_offer(std::optional<OfferOptions> options) {
  if (state_ != State::fresh) return already_negotiated();
  sdp::OfferOptions wanted;
  if (options) {
    wanted.audio = options->offer_to_receive_audio.value_or(true);
    wanted.video = options->offer_to_receive_video.value_or(true);
  }
  auto offer = make_offer(wanted);
  if (!offer) return std::move(offer).error();
  local_ = std::move(offer).value();
  state_ = State::offered;
  on_description();
  return local_->to_string();
}

ApiResult<std::string> SdpEndpoint::process_offer(std::string offer) {
  // Our own offer waits for its answer (RFC 3264 §4); a new offer of the peer is welcome only after that.
  if (state_ == State::offered) return already_negotiated();
  const auto parsed = parse(offer, "offer");
  if (!parsed) return parsed.error();
  auto negotiation = answer_offer(*parsed);
  if (!negotiation) return std::move(negotiation).error();
  local_ = std::move(negotiation->local);
  remote_ = std::move(offer);
  state_ = State::negotiated;
  session_started();
  std::string answer = local_->to_string();
  on_description();
  return answer;
}

ApiResult<std::string> SdpEndpoint::process_answer(std::string answer) {
  if (answer.find_first_not_of(" \t\r\n") == std::string::npos) return ApiError{ErrorCode::SDP_PARSE_ERROR, "Empty answer not valid"};
  if (answered_) {
    return ApiError{ErrorCode::SDP_END_POINT_ANSWER_ALREADY_PROCCESED, "Sdp Answer already processed"};
  }
  if (state_ != State::offered) {
    return ApiError{ErrorCode::SDP_END_POINT_NOT_OFFER_GENERATED,
                    "Offer not generated. It is not possible to process an answer."};
  }
  const auto parsed = parse(answer, "answer");
  if (!parsed) return parsed.error();
  auto negotiation = accept_answer(*local_, *parsed);
  if (!negotiation) return std::move(negotiation).error();
  remote_ = std::move(answer);
  state_ = State::negotiated;
  answered_ = true;
  session_started();
  return local_->to_string();
}

ApiResult<std::string> SdpEndpoint::get_local_session_descriptor() {
  if (!local_) return ApiError{ErrorCode::SDP_END_POINT_NO_LOCAL_SDP_ERROR, "No local SDP"};
  return local_->to_string();
}

ApiResult<std::string> SdpEndpoint::get_remote_session_descriptor() {
  if (remote_.empty()) return ApiError{ErrorCode::SDP_END_POINT_NO_REMOTE_SDP_ERROR, "No remote SDP"};
  return remote_;
}

}  // namespace kaskado::elements
