#include "elements/web_rtc_endpoint.hpp"

#include <algorithm>

#include "elements/log.hpp"
#include "elements/rtp_stats.hpp"
#include "pipeline/media_pipeline.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::MediaType;

namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

ApiError no_data_channels() {
  return {ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED, "Data channels are not supported"};
}

}  // namespace

WebRtcEndpoint::WebRtcEndpoint(const pipeline::Construction& construction, const WebRtcEndpointParams& params)
    : BaseRtpEndpoint(construction, params.media_pipeline),
      can_send_(!params.recvonly || params.sendonly),
      can_receive_(!params.sendonly || params.recvonly),
      key_type_(params.certificate_key_type),
      stream_label_(shard().random().uuid()),
      sdp_session_id_(std::to_string(shard().random().u64() >> 1)) {
  const pipeline::MediaConfiguration& configuration = shard().configuration();
  filter_ = {joined(configuration.network_interfaces), configuration.external_ipv4, configuration.external_ipv6};
  ice_tcp_ = configuration.ice_tcp;
  stun_server_address_ = configuration.stun_server_address;
  stun_server_port_ = configuration.stun_server_port;
  turn_url_ = configuration.turn_url;
}

WebRtcEndpoint::~WebRtcEndpoint() = default;

ApiResult<std::unique_ptr<pipeline::MediaObject>> create_web_rtc_endpoint(const pipeline::Construction& construction,
                                                                          WebRtcEndpointParams params) {
  return std::unique_ptr<pipeline::MediaObject>(std::make_unique<WebRtcEndpoint>(construction, params));
}

pipeline::RtpSource* WebRtcEndpoint::source(MediaType type) {
  return session_ && type != MediaType::data ? &session_->rtp().source(type) : nullptr;
}

pipeline::RtpSink* WebRtcEndpoint::sink(MediaType type) {
  return session_ && type != MediaType::data ? &session_->rtp().sink(type) : nullptr;
}

void WebRtcEndpoint::on_release() {
  if (session_) session_->close();
  BaseRtpEndpoint::on_release();
}

ApiResult<void> WebRtcEndpoint::set_network_interfaces(std::string network_interfaces) {
  filter_.network_interfaces = std::move(network_interfaces);
  return {};
}

ApiResult<void> WebRtcEndpoint::set_ice_tcp(bool ice_tcp) {
  ice_tcp_ = ice_tcp;
  return {};
}

ApiResult<void> WebRtcEndpoint::set_stun_server_address(std::string stun_server_address) {
  stun_server_address_ = std::move(stun_server_address);
  return {};
}

ApiResult<void> WebRtcEndpoint::set_stun_server_port(int stun_server_port) {
  stun_server_port_ = stun_server_port;
  return {};
}

ApiResult<void> WebRtcEndpoint::set_turn_url(std::string turn_url) {
  turn_url_ = std::move(turn_url);
  return {};
}

ApiResult<void> WebRtcEndpoint::set_external_ipv4(std::string external_ipv4) {
  filter_.external_ipv4 = std::move(external_ipv4);
  return {};
}

ApiResult<void> WebRtcEndpoint::set_external_ipv6(std::string external_ipv6) {
  filter_.external_ipv6 = std::move(external_ipv6);
  return {};
}

ApiResult<void> WebRtcEndpoint::create_data_channel(std::string, bool, int, int, std::string) { return no_data_channels(); }

ApiResult<void> WebRtcEndpoint::close_data_channel(int) { return no_data_channels(); }

void WebRtcEndpoint::on_receive_limits() {
  if (!session_) return;
  constexpr std::uint64_t kBitsPerKbit = 1000;
  session_->rtp().set_receive_limits({static_cast<std::uint64_t>(get_min_video_recv_bandwidth().value()) * kBitsPerKbit,
                                      static_cast<std::uint64_t>(get_max_video_recv_bandwidth().value()) * kBitsPerKbit});
}

void WebRtcEndpoint::on_remb_params() {
  if (session_) session_->rtp().set_remb_params(remb_params());
}

ApiResult<std::map<std::string, pipeline::Value>> WebRtcEndpoint::get_stats(std::optional<MediaType> media_type) {
  std::map<std::string, pipeline::Value> records;
  if (!session_) return records;
  const base::WallTime wall = host().wall_time();
  records = rtp_stats(session_->rtp(), media_type, shard().now(), wall);
  pipeline::EndpointStats own;
  own.id = id();
  own.type = pipeline::StatsType::endpoint;
  own.timestamp_millis = wall.unix_ms();
  own.timestamp = static_cast<double>(wall.unix_ms()) / 1000;
  records.emplace(own.id, own.to_value());
  return records;
}

ApiResult<std::vector<IceCandidatePair>> WebRtcEndpoint::get_ice_candidate_pairs() {
  std::vector<IceCandidatePair> pairs;
  if (auto selected = selected_pair()) pairs.push_back(std::move(*selected));
  return pairs;
}

std::optional<IceCandidatePair> WebRtcEndpoint::selected_pair() const {
  const auto selected = session_ ? session_->transport().ice().selected_pair() : std::nullopt;
  if (!selected) return std::nullopt;
  return IceCandidatePair{std::to_string(kStreamId), kComponentId, selected->local.to_string(), selected->remote.to_string()};
}

ApiResult<std::vector<IceConnection>> WebRtcEndpoint::get_ice_connection_state() {
  if (!session_) return std::vector<IceConnection>{};
  return std::vector<IceConnection>{{std::to_string(kStreamId), kComponentId, ice_state_}};
}

ApiResult<std::vector<DtlsConnection>> WebRtcEndpoint::get_dtls_connection_state() {
  if (!session_ || !negotiated()) return std::vector<DtlsConnection>{};
  return std::vector<DtlsConnection>{dtls_connection()};
}

DtlsConnection WebRtcEndpoint::dtls_connection() const {
  return {std::to_string(kStreamId), std::to_string(kComponentId), stream_label_, dtls_state_};
}

// What the transport told, as the client's events.

void WebRtcEndpoint::on_transport_changes(const transport::TransportChanges& changes) {
  if (changes.ice_state) update_ice_state();
  if (changes.selected_pair) {
    if (const auto pair = selected_pair()) raise(NewCandidatePairSelected{*pair});
  }
  if (changes.dtls_state) update_dtls_state();
  update_connection_state();
}

void WebRtcEndpoint::update_ice_state() {
  const auto tell = [this](IceComponentState state) {
    if (ice_state_ == state) return;
    ice_state_ = state;
    raise(IceComponentStateChanged{kStreamId, kComponentId, state});
  };
  switch (session_->transport().ice().state()) {
    case ice::IceState::idle: return;
    case ice::IceState::connecting: return tell(IceComponentState::connecting);
    case ice::IceState::connected: return tell(IceComponentState::connected);
    case ice::IceState::ready:
      // Clients wait for either name; one that went past connected is told both.
      if (ice_state_ == IceComponentState::connecting) tell(IceComponentState::connected);
      return tell(IceComponentState::ready);
    case ice::IceState::disconnected: return tell(IceComponentState::disconnected);
    case ice::IceState::failed: return tell(IceComponentState::failed);
  }
}

void WebRtcEndpoint::update_dtls_state() {
  const auto tell = [this](DtlsConnectionState state) {
    if (dtls_state_ == state) return;
    dtls_state_ = state;
    const DtlsConnection connection = dtls_connection();
    raise(DtlsConnectionStateChange{connection.stream_id, connection.component_id, connection.connection_id, state});
  };
  switch (session_->transport().dtls_state()) {
    case dtls::DtlsState::idle: return;
    case dtls::DtlsState::connecting: return tell(DtlsConnectionState::connecting);
    case dtls::DtlsState::connected: return tell(DtlsConnectionState::connected);
    case dtls::DtlsState::failed:
      LOG_WARNING(log, "%s: DTLS failed: %s", id().c_str(), session_->transport().dtls_failure().c_str());
      return tell(DtlsConnectionState::failed);
    case dtls::DtlsState::closed: return tell(DtlsConnectionState::closed);
  }
}

void WebRtcEndpoint::update_connection_state() {
  const bool connected = session_->transport().line().is_open();
  set_connection_state(connected ? ConnectionState::connected : ConnectionState::disconnected);
  if (!connected) set_media_state(MediaState::disconnected);
}

void WebRtcEndpoint::on_media_received() { set_media_state(MediaState::connected); }

}  // namespace kaskado::elements
