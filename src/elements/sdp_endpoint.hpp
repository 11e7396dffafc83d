// An endpoint whose session is negotiated by offer and answer (RFC 3264).
#pragma once

#include <optional>
#include <string>

#include "elements/session_endpoint.hpp"
#include "sdp/negotiation.hpp"

namespace kaskado::elements {

class SdpEndpoint : public SessionEndpoint, public SdpEndpointApi {
 public:
  SdpEndpoint(const pipeline::Construction& construction, pipeline::MediaObject* parent);

  pipeline::ApiResult<int> get_max_audio_recv_bandwidth() override { return max_audio_recv_bandwidth_kbps_; }
  pipeline::ApiResult<void> set_max_audio_recv_bandwidth(int kbps) override;
  pipeline::ApiResult<int> get_max_video_recv_bandwidth() override { return max_video_recv_bandwidth_kbps_; }
  pipeline::ApiResult<void> set_max_video_recv_bandwidth(int kbps) override;
  pipeline::ApiResult<std::string> generate_offer(std::optional<OfferOptions> options) override;
  // Also again: what may change by a new offer is up to the kind of endpoint.
  pipeline::ApiResult<std::string> process_offer(std::string offer) override;
  pipeline::ApiResult<std::string> process_answer(std::string answer) override;
  pipeline::ApiResult<std::string> get_local_session_descriptor() override;
  pipeline::ApiResult<std::string> get_remote_session_descriptor() override;

 protected:
  // What the kind of endpoint has to do with each step. Each takes effect wholly or, with an error, not at all.
  virtual pipeline::ApiResult<sdp::SessionDescription> make_offer(const sdp::OfferOptions& options) = 0;
  virtual pipeline::ApiResult<sdp::Negotiation> answer_offer(const sdp::SessionDescription& offer) = 0;
  virtual pipeline::ApiResult<sdp::Negotiation> accept_answer(const sdp::SessionDescription& offer,
                                                              const sdp::SessionDescription& answer) = 0;
  // The local description is there, or is a new one.
  virtual void on_description() {}
  // A limit of what the peer may send was changed.
  virtual void on_receive_limits() {}

  // What this kind of endpoint can do at all.
  virtual sdp::LocalCapabilities known_capabilities() const { return sdp::default_capabilities(); }
  // Codecs of the configuration, header extensions, and limits as they are now.
  sdp::LocalCapabilities capabilities() const;
  // An answer was given or taken.
  bool negotiated() const { return state_ == State::negotiated; }
  sdp::SessionDescription* local_description() { return local_ ? &*local_ : nullptr; }

 private:
  enum class State { fresh, offered, negotiated };

  State state_ = State::fresh;
  bool answered_ = false;  // ours was the offer, and it has been answered
  std::optional<sdp::SessionDescription> local_;
  std::string remote_;
  int max_audio_recv_bandwidth_kbps_ = 0;  // 0: no limit, as below
  int max_video_recv_bandwidth_kbps_ = 0;
};

}  // namespace kaskado::elements
