// An endpoint that keeps what it is given: all interfaces of the endpoints' family in one class.
#pragma once

#include "elements/api.hpp"
#include "pipeline/media_element.hpp"

namespace kaskado::elements {

class EndpointDouble : public pipeline::MediaElement,
                       public SdpEndpointApi,
                       public BaseRtpEndpointApi,
                       public WebRtcEndpointApi {
 public:
  template <typename T>
  using ApiResult = pipeline::ApiResult<T>;

  EndpointDouble(const pipeline::Construction& construction, WebRtcEndpointParams given)
      : MediaElement(construction, given.media_pipeline), params(given) {}

  WebRtcEndpointParams params;
  std::optional<OfferOptions> options;
  std::optional<IceCandidate> candidate;
  std::string label;
  int max_retransmits = 0;
  RembParams remb;
  std::vector<IceCandidatePair> pairs;

  void find_candidate(IceCandidate found) { raise(IceCandidateFound{std::move(found)}); }

  ApiResult<int> get_max_audio_recv_bandwidth() override { return 0; }
  ApiResult<void> set_max_audio_recv_bandwidth(int) override { return {}; }
  ApiResult<int> get_max_video_recv_bandwidth() override { return 0; }
  ApiResult<void> set_max_video_recv_bandwidth(int) override { return {}; }
  ApiResult<std::string> generate_offer(std::optional<OfferOptions> given) override {
    options = given;
    return std::string("offer");
  }
  ApiResult<std::string> process_offer(std::string offer) override { return "answer to " + offer; }
  ApiResult<std::string> process_answer(std::string answer) override { return answer; }
  ApiResult<std::string> get_local_session_descriptor() override {
    return pipeline::ApiError{pipeline::ErrorCode::SDP_END_POINT_NO_LOCAL_SDP_ERROR, "No local session"};
  }
  ApiResult<std::string> get_remote_session_descriptor() override { return std::string(); }

  ApiResult<int> get_min_video_recv_bandwidth() override { return 0; }
  ApiResult<void> set_min_video_recv_bandwidth(int) override { return {}; }
  ApiResult<int> get_min_video_send_bandwidth() override { return 0; }
  ApiResult<void> set_min_video_send_bandwidth(int) override { return {}; }
  ApiResult<int> get_max_video_send_bandwidth() override { return 0; }
  ApiResult<void> set_max_video_send_bandwidth(int) override { return {}; }
  ApiResult<MediaState> get_media_state() override { return MediaState::connected; }
  ApiResult<ConnectionState> get_connection_state() override { return ConnectionState::disconnected; }
  ApiResult<int> get_mtu() override { return 1200; }
  ApiResult<void> set_mtu(int) override { return {}; }
  ApiResult<RembParams> get_remb_params() override { return remb; }
  ApiResult<void> set_remb_params(RembParams given) override {
    remb = given;
    return {};
  }
  ApiResult<void> request_keyframe() override { return {}; }

  ApiResult<std::string> get_network_interfaces() override { return std::string(); }
  ApiResult<void> set_network_interfaces(std::string) override { return {}; }
  ApiResult<bool> get_ice_tcp() override { return true; }
  ApiResult<void> set_ice_tcp(bool) override { return {}; }
  ApiResult<std::string> get_stun_server_address() override { return std::string(); }
  ApiResult<void> set_stun_server_address(std::string) override { return {}; }
  ApiResult<int> get_stun_server_port() override { return 3478; }
  ApiResult<void> set_stun_server_port(int) override { return {}; }
  ApiResult<std::string> get_turn_url() override { return std::string(); }
  ApiResult<void> set_turn_url(std::string) override { return {}; }
  ApiResult<std::string> get_external_ipv4() override { return std::string(); }
  ApiResult<void> set_external_ipv4(std::string) override { return {}; }
  ApiResult<std::string> get_external_ipv6() override { return std::string(); }
  ApiResult<void> set_external_ipv6(std::string) override { return {}; }
  ApiResult<std::vector<IceCandidatePair>> get_ice_candidate_pairs() override { return pairs; }
  ApiResult<std::vector<IceConnection>> get_ice_connection_state() override {
    return std::vector<IceConnection>{{"0", 1, IceComponentState::ready}};
  }
  ApiResult<std::vector<DtlsConnection>> get_dtls_connection_state() override {
    return std::vector<DtlsConnection>();
  }
  ApiResult<void> gather_candidates() override { return {}; }
  ApiResult<void> add_ice_candidate(IceCandidate given) override {
    candidate = std::move(given);
    return {};
  }
  ApiResult<void> create_data_channel(std::string name, bool, int, int retransmits, std::string) override {
    label = std::move(name);
    max_retransmits = retransmits;
    return {};
  }
  ApiResult<void> close_data_channel(int) override { return {}; }
};

}  // namespace kaskado::elements
