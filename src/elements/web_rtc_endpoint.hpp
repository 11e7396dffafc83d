// A WebRTC peer of a pipeline: a browser, mostly.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "elements/base_rtp_endpoint.hpp"
#include "elements/data_channel_stats.hpp"
#include "elements/host_candidates.hpp"
#include "elements/web_rtc_connection.hpp"
#include "sdp/media_numbers.hpp"

namespace kaskado::elements {

class WebRtcEndpoint final : public BaseRtpEndpoint,
                             public WebRtcEndpointApi,
                             public pipeline::WebRtcSession::Owner,
                             public CandidateGathering::Owner {
 public:
  WebRtcEndpoint(const pipeline::Construction& construction, const WebRtcEndpointParams& params);
  ~WebRtcEndpoint() override;

  pipeline::RtpSource* source_of(pipeline::Pad pad) override;
  pipeline::RtpSink* sink_of(pipeline::Pad pad) override;
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
  std::vector<pipeline::RtpSession*> rtp_sessions() override;
  void put_transport_stats(std::map<std::string, pipeline::Value>& records, base::WallTime wall) override;
  void on_transport_changes(pipeline::WebRtcSession& session,
                            const transport::TransportChanges& changes) override;
  void on_media_received() override;
  void on_ports_changed(pipeline::WebRtcSession& session) override;
  void on_candidate_found(CandidateGathering& gathering, const HostCandidate& candidate) override;
  void on_gathering_over(CandidateGathering& gathering) override;
  bool on_data(pipeline::WebRtcSession& session) override;
  void on_data(const pipeline::DataRef& message) override;

  using Connection = std::unique_ptr<WebRtcConnection>;
  // By the groups of m-lines that share a transport.
  using Assignment = std::vector<WebRtcConnection*>;
  // Without BUNDLE; m-lines that want more are refused.
  static constexpr std::size_t kMaxConnections = 8;

  WebRtcConnection& open_connection(ice::IceRole role);
  // To each group of m-lines the connection that carries one of them already, or a new one.
  Assignment assign(const std::vector<std::vector<std::size_t>>& groups);
  sdp::LocalCapabilities web_rtc_capabilities() const;
  sdp::LocalTransportParameters transport_parameters(const Assignment& connections) const;
  // `number`: as sdp::MediaNumbers gives it.
  sdp::LocalSource local_source(sdp::MediaKind kind, std::uint8_t number, WebRtcConnection& connection) const;
  // Each m-line sends what is of the pad that `numbers` say; the answer's own numbers are not set.
  sdp::SdpResult<sdp::Negotiation> make_answer(const sdp::SessionDescription& offer,
                                               const sdp::MediaNumbers& numbers,
                                               const std::vector<std::vector<std::size_t>>& groups,
                                               const Assignment& connections) const;
  // Takes up what was negotiated; `remotes` are the peer's sides of its transports.
  void start(const sdp::Negotiation& negotiation, std::span<const transport::RemoteParameters> remotes,
             const Assignment& connections);
  void carry_media(const sdp::Negotiation& negotiation, const Assignment& connections);
  void set_carrier(pipeline::Pad pad, WebRtcConnection& connection);
  void close_unused(const sdp::Negotiation& negotiation, const Assignment& connections);
  // For the connections that have not told their candidates yet.
  void gather();
  void gather(WebRtcConnection& connection);
  CandidateServers candidate_servers() const;
  void tell_gathered();
  void offer_own_ports(WebRtcConnection& connection);
  void offer_streams(WebRtcConnection& connection);
  void connect_by_tcp(WebRtcConnection& connection);
  void offer(const HostCandidate& candidate, WebRtcConnection& connection);
  void tell_candidate(const std::string& text, const WebRtcConnection& connection);
  void take_early_candidates(const sdp::SessionDescription& local);
  WebRtcConnection* carrier_of(std::size_t m_line) const;
  WebRtcConnection& connection_of(const pipeline::WebRtcSession& session) const;
  pipeline::RtpSession* rtp(pipeline::Pad pad) const;
  void update_connection_state();

  // nullptr while there is no association.
  sctp::DataChannels* data_channels() const;
  bool may_have_data_channels() const;
  void carry_data(WebRtcConnection* carrier, const sdp::NegotiatedMedia* media);
  void on_data_association();
  pipeline::ApiResult<void> open_channel(sctp::ChannelParameters parameters);
  void settle_data();
  void tell_closed(sctp::ChannelId id);
  void let_in(const sctp::DataChannels& channels, sctp::ChannelMessage& message);
  void note_sent(sctp::DataChannels::SendResult result);

  const bool can_send_;
  const bool can_receive_;
  const bool use_data_channels_;
  const CertificateKeyType key_type_;
  CandidateFilter filter_;
  bool ice_tcp_;
  std::string stun_server_address_;
  int stun_server_port_;
  std::string turn_url_;
  const std::uint8_t dscp_;
  const std::string stream_label_;
  const std::string sdp_session_id_;
  const std::string cname_;
  std::uint64_t sdp_version_ = 0;
  std::vector<Connection> connections_;  // from the first offer or answer on
  int last_stream_id_ = 0;
  // Of those above, the one that carries the m-line that is this pad, or was it last; and that of data, while it is there.
  struct Carrier {
    pipeline::Pad pad;
    WebRtcConnection* connection;
  };
  std::vector<Carrier> carriers_;
  WebRtcConnection* data_carrier_ = nullptr;
  sdp::MediaNumbers numbers_;
  std::vector<IceCandidate> early_candidates_;  // of the peer's ICE session that is yet to be negotiated
  bool gathering_wanted_ = false;
  bool gathered_told_ = true;  // that all candidates were found
  std::vector<sctp::ChannelParameters> wanted_channels_;  // until there is an association
  std::set<sctp::ChannelId> open_channels_;               // as told
  DataChannelCounts channel_counts_;
  pipeline::DataWindow data_window_;
  std::uint64_t lost_messages_ = 0;
  bool describing_ = false;  // an answer is being made, and on_description() follows
};

}  // namespace kaskado::elements
