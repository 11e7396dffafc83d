// Plays what an address names into the pipeline: a file, a page, a camera.
#pragma once

#include <string>

#include "elements/uri_endpoint.hpp"
#include "pipeline/playback/media_player.hpp"

namespace kaskado::elements {

class PlayerEndpoint final : public UriEndpoint,
                             public PlayerEndpointApi,
                             private pipeline::MediaPlayer::Listener {
 public:
  PlayerEndpoint(const pipeline::Construction& construction, const PlayerEndpointParams& params);

  pipeline::RtpFeed* source(pipeline::MediaType type) override { return player_.feed(type); }
  void on_release() override;

  pipeline::ApiResult<void> play() override;
  pipeline::ApiResult<void> pause() override;
  pipeline::ApiResult<void> stop() override;
  pipeline::ApiResult<VideoInfo> get_video_info() override;
  pipeline::ApiResult<std::string> get_element_gstreamer_dot() override { return player_.dot(); }
  pipeline::ApiResult<std::int64_t> get_position() override;
  pipeline::ApiResult<void> set_position(std::int64_t position) override;

 private:
  void on_feeds_changed() override { rebind(); }
  void on_flow(pipeline::MediaType type, bool flowing) override { set_flowing_out(type, flowing); }
  void on_end() override;
  void on_failure(pipeline::MediaPlayer::Failure failure, const std::string& sentence) override;

  pipeline::MediaPlayer player_;
};

}  // namespace kaskado::elements
