#include "elements/rtp_endpoint.hpp"

#include <algorithm>

#include "base/base64.hpp"
#include "elements/log.hpp"
#include "pipeline/media_pipeline.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::MediaType;
using srtp::Profile;

namespace {

ApiError bad_crypto(const std::string& why) {
  return {ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "Bad value for parameter 'crypto': " + why};
}

Profile profile_of(CryptoSuite suite) {
  switch (suite) {
    case CryptoSuite::aes_128_cm_hmac_sha1_32:
      return Profile::aes128_cm_sha1_32;
    case CryptoSuite::aes_128_cm_hmac_sha1_80:
      return Profile::aes128_cm_sha1_80;
    case CryptoSuite::aes_256_cm_hmac_sha1_32:
      return Profile::aes256_cm_sha1_32;
    case CryptoSuite::aes_256_cm_hmac_sha1_80:
      break;
  }
  return Profile::aes256_cm_sha1_80;
}

// Whoever gives a key means to encrypt: it would be no service to send in the clear for want of a suite.
Profile profile_for_key_of(std::size_t bytes) {
  const srtp::ProfileTraits& longest = srtp::traits(Profile::aes256_cm_sha1_80);
  return bytes == std::size_t{longest.key_bytes} + longest.salt_bytes ? Profile::aes256_cm_sha1_80
                                                                      : Profile::aes128_cm_sha1_80;
}

// Nothing where the parameter asks for none.
ApiResult<std::optional<srtp::MasterKey>> key_of(const std::optional<SDES>& crypto, base::Random& random) {
  if (!crypto) return std::optional<srtp::MasterKey>();
  const std::optional<std::string>& text = crypto->key_base64 ? crypto->key_base64 : crypto->key;
  if (!text) {
    if (!crypto->crypto) return std::optional<srtp::MasterKey>();
    return std::optional(srtp::generate_master_key(profile_of(*crypto->crypto), random));
  }
  std::vector<std::uint8_t> bytes(text->begin(), text->end());
  if (crypto->key_base64) {
    auto decoded = base::from_base64(*text);
    if (!decoded) return bad_crypto("keyBase64 is no base64");
    bytes = std::move(*decoded);
  }
  const Profile profile = crypto->crypto ? profile_of(*crypto->crypto) : profile_for_key_of(bytes.size());
  auto key = srtp::master_key_of(profile, bytes);
  if (!key) return bad_crypto(key.error().message);
  return std::optional(std::move(key).value());
}

}  // namespace

ApiResult<std::unique_ptr<pipeline::MediaObject>> create_rtp_endpoint(
    const pipeline::Construction& construction, RtpEndpointParams params) {
  auto key = key_of(params.crypto, construction.shard->random());
  if (!key) return std::move(key).error();
  return std::unique_ptr<pipeline::MediaObject>(
      std::make_unique<RtpEndpoint>(construction, params, std::move(key).value()));
}

RtpEndpoint::RtpEndpoint(const pipeline::Construction& construction, const RtpEndpointParams& params,
                         std::optional<srtp::MasterKey> key)
    : BaseRtpEndpoint(construction, params.media_pipeline),
      key_(std::move(key)),
      use_ipv6_(params.use_ipv6),
      sdp_session_id_(std::to_string(shard().random().u64() >> 1)),
      cname_(shard().random().ice_chars(16)) {}

RtpEndpoint::~RtpEndpoint() = default;

pipeline::PlainRtpSession* RtpEndpoint::carrier_of(const Carriers& carriers, pipeline::Pad pad) {
  const auto found = std::ranges::find(carriers, pad, &Carrier::pad);
  return found == carriers.end() ? nullptr : found->session;
}

pipeline::RtpSource* RtpEndpoint::source_of(pipeline::Pad pad) {
  pipeline::PlainRtpSession* const session = carrier_of(receiving_, pad);
  return session ? &session->rtp().source(pad.type) : nullptr;
}

pipeline::RtpSink* RtpEndpoint::sink_of(pipeline::Pad pad) {
  pipeline::PlainRtpSession* const session = carrier_of(sending_, pad);
  return session ? &session->rtp().sink(pad.type) : nullptr;
}

void RtpEndpoint::on_release() {
  for (const Session& session : sessions_) {
    if (session) session->close();
  }
  BaseRtpEndpoint::on_release();
}

std::vector<pipeline::RtpSession*> RtpEndpoint::rtp_sessions() {
  std::vector<pipeline::RtpSession*> all;
  for (const Session& session : sessions_) {
    if (session) all.push_back(&session->rtp());
  }
  return all;
}

void RtpEndpoint::on_transport_changes(pipeline::PlainRtpSession& session,
                                       const transport::RtpTransportChanges& changes) {
  update_states();
  if (changes.key_limit) raise(OnKeySoftLimit{session.type()});
}

// There is no handshake that could fail: what was agreed on is connected, until a peer that was there falls
// silent.
void RtpEndpoint::update_states() {
  bool any = false, connected = false, receiving = false;
  for (const Session& session : sessions_) {
    if (!session) continue;
    any = true;
    connected |= session->transport().is_connected();
    receiving |= session->transport().is_receiving();
  }
  set_connection_state(connected || !any ? ConnectionState::connected : ConnectionState::disconnected);
  set_media_state(receiving ? MediaState::connected : MediaState::disconnected);
}

}  // namespace kaskado::elements
