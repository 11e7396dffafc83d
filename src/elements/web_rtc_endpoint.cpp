#include "elements/web_rtc_endpoint.hpp"

#include <algorithm>

#include "elements/candidate_pair_stats.hpp"
#include "elements/dscp.hpp"
#include "elements/log.hpp"
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

}  // namespace

WebRtcEndpoint::WebRtcEndpoint(const pipeline::Construction& construction, const WebRtcEndpointParams& params)
    : BaseRtpEndpoint(construction, params.media_pipeline),
      can_send_(!params.recvonly || params.sendonly),
      can_receive_(!params.sendonly || params.recvonly),
      use_data_channels_(params.use_data_channels),
      key_type_(params.certificate_key_type),
      dscp_(dscp_of(params.qos_dscp)),
      stream_label_(shard().random().uuid()),
      sdp_session_id_(std::to_string(shard().random().u64() >> 1)),
      cname_(shard().random().ice_chars(16)) {
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

pipeline::RtpSession* WebRtcEndpoint::rtp(pipeline::Pad pad) const {
  const auto carrier = std::ranges::find(carriers_, pad, &Carrier::pad);
  return carrier == carriers_.end() ? nullptr : &carrier->connection->session().rtp();
}

pipeline::RtpSource* WebRtcEndpoint::source_of(pipeline::Pad pad) {
  pipeline::RtpSession* session = rtp(pad);
  return session ? &session->source(pad) : nullptr;
}

pipeline::RtpSink* WebRtcEndpoint::sink_of(pipeline::Pad pad) {
  pipeline::RtpSession* session = rtp(pad);
  return session ? &session->sink(pad) : nullptr;
}

void WebRtcEndpoint::on_release() {
  for (const Connection& connection : connections_) connection->session().close();
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

std::vector<pipeline::RtpSession*> WebRtcEndpoint::rtp_sessions() {
  std::vector<pipeline::RtpSession*> sessions;
  for (const Connection& connection : connections_) sessions.push_back(&connection->session().rtp());
  return sessions;
}

void WebRtcEndpoint::put_transport_stats(std::map<std::string, pipeline::Value>& records, base::WallTime wall) {
  for (const Connection& connection : connections_) {
    const auto record = candidate_pair_stats(*connection, shard().now(), wall);
    if (record) records.emplace(record->id, record->to_value());
  }
}

ApiResult<std::vector<IceCandidatePair>> WebRtcEndpoint::get_ice_candidate_pairs() {
  std::vector<IceCandidatePair> pairs;
  for (const Connection& connection : connections_) {
    if (auto selected = connection->selected_pair()) pairs.push_back(std::move(*selected));
  }
  return pairs;
}

ApiResult<std::vector<IceConnection>> WebRtcEndpoint::get_ice_connection_state() {
  std::vector<IceConnection> states;
  for (const Connection& connection : connections_) states.push_back(connection->ice_connection());
  return states;
}

ApiResult<std::vector<DtlsConnection>> WebRtcEndpoint::get_dtls_connection_state() {
  std::vector<DtlsConnection> states;
  if (!negotiated()) return states;
  for (const Connection& connection : connections_) states.push_back(connection->dtls_connection());
  return states;
}

// What a transport told, as the client's events.

void WebRtcEndpoint::on_transport_changes(pipeline::WebRtcSession& session, const transport::TransportChanges& changes) {
  WebRtcConnection& connection = connection_of(session);
  if (changes.ice_state) {
    for (const IceComponentState state : connection.take_ice_states()) raise(connection.ice_event(state));
  }
  if (changes.selected_pair) {
    if (const auto pair = connection.take_selected_pair()) raise(NewCandidatePairSelected{*pair});
  }
  if (changes.dtls_state) {
    if (const auto change = connection.take_dtls_change()) raise(*change);
    const std::string why = connection.transport().dtls_failure();
    if (!why.empty()) LOG_WARNING(log, "%s: DTLS failed: %s", id().c_str(), why.c_str());
  }
  if (changes.relay) connection.gathering().note_relays();
  // Before they are gathered, or described anew, no candidate can be told.
  if (changes.path_taken && connection.gathering_begun() && !describing_) offer_own_ports(connection);
  if (changes.data) on_data_association();
  update_connection_state();
  const auto ended = [](const Connection& c) { return c->is_ended_by_peer(); };
  if (changes.dtls_state && std::ranges::all_of(connections_, ended)) session_terminated();
}

void WebRtcEndpoint::update_connection_state() {
  const bool connected = !connections_.empty() && std::ranges::all_of(connections_, &WebRtcConnection::is_open,
                                                                      [](const Connection& c) -> const WebRtcConnection& { return *c; });
  set_connection_state(connected ? ConnectionState::connected : ConnectionState::disconnected);
  if (!connected) set_media_state(MediaState::disconnected);
}

void WebRtcEndpoint::on_media_received() { set_media_state(MediaState::connected); }

}  // namespace kaskado::elements
