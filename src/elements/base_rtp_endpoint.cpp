#include "elements/base_rtp_endpoint.hpp"

#include <algorithm>
#include <utility>

#include "elements/rtp_stats.hpp"
#include "pipeline/latency_stats.hpp"
#include "pipeline/media_pipeline.hpp"
#include "pipeline/rtp_sink.hpp"
#include "pipeline/rtp_source.hpp"
#include "pipeline/shard.hpp"
#include "pipeline/stats_record.hpp"

namespace kaskado::elements {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::MediaType;

namespace {

constexpr std::uint64_t kBitsPerKbit = 1000;

}  // namespace

BaseRtpEndpoint::BaseRtpEndpoint(const pipeline::Construction& construction, pipeline::MediaObject* parent)
    : SdpEndpoint(construction, parent), mtu_bytes_(construction.shard->configuration().mtu_bytes) {}

ApiResult<void> BaseRtpEndpoint::set_min_video_recv_bandwidth(int kbps) {
  min_video_recv_bandwidth_kbps_ = std::max(kbps, 0);
  on_receive_limits();
  return {};
}

ApiResult<void> BaseRtpEndpoint::set_min_video_send_bandwidth(int kbps) {
  min_video_send_bandwidth_kbps_ = std::clamp(kbps, 0, std::max(max_video_send_bandwidth_kbps_, 0));
  on_send_limits();
  return {};
}

ApiResult<void> BaseRtpEndpoint::set_max_video_send_bandwidth(int kbps) {
  max_video_send_bandwidth_kbps_ = std::max(kbps, min_video_send_bandwidth_kbps_);
  limits_video_sent_ = true;
  on_send_limits();
  return {};
}

ApiResult<void> BaseRtpEndpoint::set_mtu(int mtu) {
  if (mtu >= 576 && mtu <= 1500) mtu_bytes_ = mtu;
  return {};
}

ApiResult<void> BaseRtpEndpoint::set_remb_params(RembParams remb_params) {
  remb_params_ = std::move(remb_params);
  for (pipeline::RtpSession* session : rtp_sessions()) session->set_remb_params(this->remb_params());
  return {};
}

ApiResult<void> BaseRtpEndpoint::request_keyframe() {
  bool any = false;
  for (const pipeline::Pad pad : pads()) {
    const pipeline::RtpSink* const video = pad.type == MediaType::video ? sink_of(pad) : nullptr;
    if (!video || !video->source()) continue;
    video->source()->request_key_frame(shard().now());
    any = true;
  }
  if (any) return {};
  return ApiError{ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED,
                  "Keyframe request failed (must be requested from a subscriber element)"};
}

void BaseRtpEndpoint::set_media_state(MediaState state) {
  const MediaState old = std::exchange(media_state_, state);
  if (old != state) raise(MediaStateChanged{old, state});
}

void BaseRtpEndpoint::set_connection_state(ConnectionState state) {
  const ConnectionState old = std::exchange(connection_state_, state);
  if (old != state) raise(ConnectionStateChanged{old, state});
}

void BaseRtpEndpoint::equip(pipeline::RtpSession& session) {
  session.set_receive_limits(receive_limits());
  session.set_send_limits(send_limits());
  session.set_remb_params(remb_params());
  session.set_layer_bounds(layer_bounds_);
}

void BaseRtpEndpoint::set_layer_bounds(const pipeline::LayerBounds& bounds) {
  layer_bounds_ = bounds;
  for (pipeline::RtpSession* session : rtp_sessions()) session->set_layer_bounds(bounds);
}

void BaseRtpEndpoint::on_receive_limits() {
  for (pipeline::RtpSession* session : rtp_sessions()) session->set_receive_limits(receive_limits());
}

void BaseRtpEndpoint::on_send_limits() {
  for (pipeline::RtpSession* session : rtp_sessions()) session->set_send_limits(send_limits());
}

pipeline::SendLimits BaseRtpEndpoint::send_limits() const {
  const int most_kbps = limits_video_sent_ ? max_video_send_bandwidth_kbps_ : 0;
  return {static_cast<std::uint64_t>(min_video_send_bandwidth_kbps_) * kBitsPerKbit,
          static_cast<std::uint64_t>(most_kbps) * kBitsPerKbit};
}

pipeline::ReceiveLimits BaseRtpEndpoint::receive_limits() {
  return {static_cast<std::uint64_t>(min_video_recv_bandwidth_kbps_) * kBitsPerKbit,
          static_cast<std::uint64_t>(get_max_video_recv_bandwidth().value()) * kBitsPerKbit};
}

ApiResult<std::map<std::string, pipeline::Value>> BaseRtpEndpoint::get_stats(std::optional<MediaType> media_type) {
  std::map<std::string, pipeline::Value> records;
  const auto sessions = rtp_sessions();
  if (sessions.empty()) return records;
  const base::WallTime wall = host().wall_time();
  for (pipeline::RtpSession* session : sessions) records.merge(rtp_stats(*session, media_type, shard().now(), wall));
  if (!media_type) put_transport_stats(records, wall);
  auto own = pipeline::stats_record<pipeline::EndpointStats>(id(), pipeline::StatsType::endpoint, wall);
  if (tells_latency()) pipeline::put_end_to_end_latency(own, pipeline::input_latencies(*this, media_type));
  records.emplace(own.id, own.to_value());
  return records;
}

rtp::RembParams BaseRtpEndpoint::remb_params() const {
  rtp::RembParams params;
  const auto positive = [](const auto& value, auto& into) {
    if (value && *value > 0) into = static_cast<std::remove_reference_t<decltype(into)>>(*value);
  };
  positive(remb_params_.packets_recv_interval_top, params.packets_recv_interval_top);
  positive(remb_params_.exponential_factor, params.exponential_factor);
  positive(remb_params_.lineal_factor_min, params.lineal_factor_min_bps);
  positive(remb_params_.lineal_factor_grade, params.lineal_factor_grade);
  positive(remb_params_.decrement_factor, params.decrement_factor);
  positive(remb_params_.threshold_factor, params.threshold_factor);
  positive(remb_params_.up_losses, params.up_losses);
  positive(remb_params_.remb_on_connect, params.remb_on_connect_bps);
  return params;
}

}  // namespace kaskado::elements
