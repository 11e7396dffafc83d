// A WebRTC peer of a pipeline: a browser, mostly.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "elements/base_rtp_endpoint.hpp"
#include "elements/host_candidates.hpp"
#include "pipeline/web_rtc_session.hpp"

namespace kaskado::elements {

class WebRtcEndpoint final : public BaseRtpEndpoint,
                             public WebRtcEndpointApi,
                             public pipeline::WebRtcSession::Owner {
 public:
  WebRtcEndpoint(const pipeline::Construction& construction, const WebRtcEndpointParams& params);
  ~WebRtcEndpoint() override;

  pipeline::RtpSource* source(pipeline::MediaType type) override;
  pipeline::RtpSink* sink(pipeline::MediaType type) override;
  void on_release() override;

  pipeline::ApiResult<std::string> get_network_interfaces() override { return filter_.network_interfaces; }
  pipeline::ApiResult<void> set_network_interfaces(std::string network_interfaces) override;
  pipeline::ApiResult<bool> get_ice_tcp() override { return ice_tcp_; }
  pipeline::ApiResult<void> set_ice_tcp(bool ice_tcp) override;
  pipeline::ApiResult<std::string> get_stun_server_address() override { return stun_server_address_; }
  pipeline::ApiResult<void> set_stun_server_address(std::string stun_server_address) override;
  pipeline::ApiResult<int> get_stun_server_port() override { return stun_server_port_; }
  pipeline::ApiResult<void> set_stun_server_port(int stun_server_port) override;
  pipeline::ApiResult<std::string> get_turn_url() override { return turn_url_; }
  pipeline::ApiResult<void> set_turn_url(std::string turn_url) override;
  pipeline::ApiResult<std::string> get_external_ipv4() override { return filter_.external_ipv4; }
  pipeline::ApiResult<void> set_external_ipv4(std::string external_ipv4) override;
  pipeline::ApiResult<std::string> get_external_ipv6() override { return filter_.external_ipv6; }
  pipeline::ApiResult<void> set_external_ipv6(std::string external_ipv6) override;
  pipeline::ApiResult<std::vector<IceCandidatePair>> get_ice_candidate_pairs() override;
  pipeline::ApiResult<std::vector<IceConnection>> get_ice_connection_state() override;
  pipeline::ApiResult<std::vector<DtlsConnection>> get_dtls_connection_state() override;
  pipeline::ApiResult<void> gather_candidates() override;
  pipeline::ApiResult<void> add_ice_candidate(IceCandidate candidate) override;
  pipeline::ApiResult<void> create_data_channel(std::string label, bool ordered, int max_packet_life_time,
                                                int max_retransmits, std::string protocol) override;
  pipeline::ApiResult<void> close_data_channel(int channel_id) override;
  pipeline::ApiResult<std::map<std::string, pipeline::Value>> get_stats(
      std::optional<pipeline::MediaType> media_type) override;

 private:
  pipeline::ApiResult<sdp::SessionDescription> make_offer(const sdp::OfferOptions& options) override;
  pipeline::ApiResult<sdp::Negotiation> answer_offer(const sdp::SessionDescription& offer) override;
  pipeline::ApiResult<sdp::Negotiation> accept_answer(const sdp::SessionDescription& offer,
                                                      const sdp::SessionDescription& answer) override;
  void on_description() override;
  void on_receive_limits() override;
  void on_remb_params() override;
  void on_transport_changes(const transport::TransportChanges& changes) override;
  void on_media_received() override;

  // Bundle and rtcp-mux leave one ICE stream with one component.
  static constexpr int kStreamId = 1;
  static constexpr int kComponentId = 1;

  void open_session(ice::IceRole role);
  sdp::LocalCapabilities web_rtc_capabilities() const;
  sdp::LocalTransportParameters transport_parameters(const sdp::SessionDescription& description) const;
  // The ICE credentials or fingerprint of the peer cannot be used: the error says so.
  pipeline::ApiResult<void> start_transport(const sdp::Negotiation& negotiation);
  void take_remote_candidates(const sdp::NegotiatedTransport& remote);
  void gather();
  void tell_candidate(const HostCandidate& candidate);
  bool knows_m_line(const IceCandidate& candidate);
  void update_ice_state();
  void update_dtls_state();
  void update_connection_state();
  std::optional<IceCandidatePair> selected_pair() const;
  DtlsConnection dtls_connection() const;

  const bool can_send_;
  const bool can_receive_;
  const CertificateKeyType key_type_;
  CandidateFilter filter_;
  bool ice_tcp_;
  std::string stun_server_address_;
  int stun_server_port_;
  std::string turn_url_;
  std::unique_ptr<pipeline::WebRtcSession> session_;  // from the first offer or answer on
  std::string stream_label_;
  std::string sdp_session_id_;
  std::uint64_t sdp_version_ = 0;
  std::optional<sdp::NegotiatedTransport> remote_transport_;
  std::vector<ice::Candidate> early_candidates_;  // of the peer, before there is a session
  bool gather_when_negotiated_ = false;
  bool gathered_ = false;
  IceComponentState ice_state_ = IceComponentState::disconnected;
  DtlsConnectionState dtls_state_ = DtlsConnectionState::new_;
};

}  // namespace kaskado::elements
