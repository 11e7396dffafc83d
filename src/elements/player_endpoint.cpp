#include "elements/player_endpoint.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/text.hpp"
#include "elements/log.hpp"
#include "pipeline/media_pipeline.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::MediaPlayer;

namespace {

bool is_camera(std::string_view uri) {
  return uri.starts_with("rtsp://") || uri.starts_with("rtsps://");
}

bool is_address(std::string_view uri) {
  return is_camera(uri) || base::is_http_address(uri);
}

base::Result<std::shared_ptr<container::ByteSource>> open_local(const std::string& uri) {
  if (const auto path = local_path(uri)) return container::open_file(*path);
  return base::Error{"it is no file:, http:, https:, rtsp: or rtsps: address"};
}

pipeline::MediaPlayerSettings settings_of(const std::string& uri, const PlayerEndpointParams& params,
                                          const pipeline::MediaConfiguration& configuration) {
  pipeline::MediaPlayerSettings settings;
  if (is_address(uri)) {
    settings.location.address = uri;
  } else {
    settings.location.open_bytes = [uri] { return open_local(uri); };
  }
  settings.demuxer.first_port = configuration.rtsp_first_port;
  settings.demuxer.last_port = configuration.rtsp_last_port;
  settings.demuxer.trusted_certificates = configuration.trusted_certificates;
  settings.as_they_are = params.use_encoded_media;
  settings.network_cache = std::chrono::milliseconds{std::clamp(params.network_cache, 0, 60'000)};
  settings.reconnects = is_camera(uri);
  return settings;
}

constexpr std::array<const char*, 3> kErrorTypes{"RESOURCE_ERROR_OPEN_READ", "RESOURCE_ERROR_READ",
                                                 "RESOURCE_ERROR_SEEK"};

}  // namespace

PlayerEndpoint::PlayerEndpoint(const pipeline::Construction& construction, const PlayerEndpointParams& params)
    : UriEndpoint(construction, params.media_pipeline, params.uri),
      player_(shard(), *this, *this, settings_of(uri(), params, shard().configuration())) {}

void PlayerEndpoint::on_release() {
  player_.stop();
  UriEndpoint::on_release();
}

ApiResult<void> PlayerEndpoint::play() {
  set_state(UriEndpointState::start);
  player_.play();
  return {};
}

ApiResult<void> PlayerEndpoint::pause() {
  set_state(UriEndpointState::pause);
  player_.pause();
  return {};
}

ApiResult<void> PlayerEndpoint::stop() {
  player_.stop();
  set_state(UriEndpointState::stop);
  return {};
}

ApiResult<VideoInfo> PlayerEndpoint::get_video_info() {
  VideoInfo info;
  if (const auto& facts = player_.facts()) {
    info.duration = base::to_ms(facts->duration.value_or(base::Duration{}));
    info.is_seekable = facts->can_seek;
    info.seekable_end = facts->can_seek ? info.duration : 0;
  }
  return info;
}

ApiResult<std::int64_t> PlayerEndpoint::get_position() {
  return base::to_ms(player_.position());
}

ApiResult<void> PlayerEndpoint::set_position(std::int64_t position) {
  constexpr std::int64_t kMostMs = std::int64_t{1} << 40;
  if (position < 0 || position > kMostMs || !player_.seek(std::chrono::milliseconds{position})) {
    return ApiError{ErrorCode::PLAYER_SEEK_FAIL, "Seek fails"};
  }
  return {};
}

void PlayerEndpoint::on_end() {
  raise(EndOfStream{});
  for (const auto type : {pipeline::MediaType::audio, pipeline::MediaType::video}) tell_end_of_stream(type);
  set_state(UriEndpointState::stop);
}

void PlayerEndpoint::on_failure(MediaPlayer::Failure failure, const std::string& sentence) {
  const std::string address = without_user(uri());
  LOG_INFO(log, "%s: %s: %s", id().c_str(), address.c_str(), sentence.c_str());
  raise_error("'" + address + "': " + sentence, kErrorTypes[static_cast<std::size_t>(failure)]);
  if (failure == MediaPlayer::Failure::opening && !is_camera(uri())) set_state(UriEndpointState::stop);
}

ApiResult<std::unique_ptr<pipeline::MediaObject>> create_player_endpoint(
    const pipeline::Construction& construction, PlayerEndpointParams params) {
  return std::unique_ptr<pipeline::MediaObject>(std::make_unique<PlayerEndpoint>(construction, params));
}

}  // namespace kaskado::elements
