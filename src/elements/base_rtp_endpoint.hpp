// An endpoint that sends and receives RTP: bandwidth limits, and whether media and connection are there.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "elements/sdp_endpoint.hpp"
#include "pipeline/rtp_session.hpp"
#include "pipeline/rtp_sink.hpp"
#include "pipeline/rtp_source.hpp"
#include "rtp/remb.hpp"

namespace kaskado::elements {

class BaseRtpEndpoint : public SdpEndpoint, public BaseRtpEndpointApi {
 public:
  BaseRtpEndpoint(const pipeline::Construction& construction, pipeline::MediaObject* parent);

  pipeline::RtpSink* sink(pipeline::MediaType type) override { return sink_of(type); }
  pipeline::RtpSource* source(pipeline::MediaType type) override { return source_of(type); }
  pipeline::RtpSink* sink_of(pipeline::Pad pad) override = 0;
  pipeline::RtpSource* source_of(pipeline::Pad pad) override = 0;

  pipeline::ApiResult<int> get_min_video_recv_bandwidth() override { return min_video_recv_bandwidth_kbps_; }
  pipeline::ApiResult<void> set_min_video_recv_bandwidth(int kbps) override;
  pipeline::ApiResult<int> get_min_video_send_bandwidth() override { return min_video_send_bandwidth_kbps_; }
  // Of two that contradict each other the one that was set first stands, as Kurento has it.
  pipeline::ApiResult<void> set_min_video_send_bandwidth(int kbps) override;
  pipeline::ApiResult<int> get_max_video_send_bandwidth() override { return max_video_send_bandwidth_kbps_; }
  pipeline::ApiResult<void> set_max_video_send_bandwidth(int kbps) override;
  pipeline::ApiResult<MediaState> get_media_state() override { return media_state_; }
  pipeline::ApiResult<ConnectionState> get_connection_state() override { return connection_state_; }
  pipeline::ApiResult<int> get_mtu() override { return mtu_bytes_; }
  // Out of 576 … 1500 bytes it is left as it is.
  pipeline::ApiResult<void> set_mtu(int mtu) override;
  pipeline::ApiResult<RembParams> get_remb_params() override { return remb_params_; }
  pipeline::ApiResult<void> set_remb_params(RembParams remb_params) override;
  pipeline::ApiResult<void> request_keyframe() override;
  pipeline::ApiResult<std::map<std::string, pipeline::Value>> get_stats(
      std::optional<pipeline::MediaType> media_type) override;

  // The most that the peer is to get of video with several qualities; extension module `kaskado`.
  void set_layer_bounds(const pipeline::LayerBounds& bounds);

 protected:
  // All that the endpoint sends and receives by.
  virtual std::vector<pipeline::RtpSession*> rtp_sessions() = 0;
  // What was set of bandwidths and REMB, for a session that is new.
  void equip(pipeline::RtpSession& session);
  void on_receive_limits() override;
  // What there is to be told of transports, beside the streams.
  virtual void put_transport_stats(std::map<std::string, pipeline::Value>&, base::WallTime) {}

  void set_media_state(MediaState state);
  void set_connection_state(ConnectionState state);

 private:
  // What the application has set, with defaults for the rest.
  rtp::RembParams remb_params() const;
  pipeline::ReceiveLimits receive_limits();
  pipeline::SendLimits send_limits() const;
  void on_send_limits();

  int min_video_recv_bandwidth_kbps_ = 100;
  int min_video_send_bandwidth_kbps_ = 100;
  int max_video_send_bandwidth_kbps_ = 500;
  bool limits_video_sent_ = false;  // the application has set the maximum: Kurento's default is told, and holds for nothing
  int mtu_bytes_;
  RembParams remb_params_;
  pipeline::LayerBounds layer_bounds_;
  MediaState media_state_ = MediaState::disconnected;
  ConnectionState connection_state_ = ConnectionState::disconnected;
};

}  // namespace kaskado::elements
