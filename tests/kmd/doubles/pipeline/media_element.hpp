// An element that remembers what it was asked: what generated code needs of the class.
#pragma once

#include "pipeline/media_object.hpp"
#include "pipeline/media_pipeline.hpp"

namespace kaskado::pipeline {

class MediaElement : public MediaObject, public MediaElementApi {
 public:
  MediaElement(const Construction& construction, MediaObject* parent) : MediaObject(construction, parent) {}

  // What the last call gave.
  MediaElement* sink = nullptr;
  std::optional<MediaType> media_type;
  std::optional<std::string> source_description;
  std::optional<AudioCaps> audio_caps;
  std::optional<VideoCaps> video_caps;
  std::string flow_description;
  int bitrate = 0;
  // What get_stats answers.
  std::map<std::string, Value> stats;

  ApiResult<int> get_encoder_bitrate() override { return bitrate; }
  ApiResult<void> set_encoder_bitrate(int bps) override { return keep(bps); }
  ApiResult<int> get_min_encoder_bitrate() override { return bitrate; }
  ApiResult<void> set_min_encoder_bitrate(int bps) override { return keep(bps); }
  ApiResult<int> get_max_encoder_bitrate() override { return bitrate; }
  ApiResult<void> set_max_encoder_bitrate(int bps) override { return keep(bps); }
  ApiResult<int> get_min_ouput_bitrate() override { return bitrate; }
  ApiResult<void> set_min_ouput_bitrate(int bps) override { return keep(bps); }
  ApiResult<int> get_min_output_bitrate() override { return bitrate; }
  ApiResult<void> set_min_output_bitrate(int bps) override { return keep(bps); }
  ApiResult<int> get_max_ouput_bitrate() override { return bitrate; }
  ApiResult<void> set_max_ouput_bitrate(int bps) override { return keep(bps); }
  ApiResult<int> get_max_output_bitrate() override { return bitrate; }
  ApiResult<void> set_max_output_bitrate(int bps) override { return keep(bps); }
  ApiResult<void> set_output_bitrate(int bps) override { return keep(bps); }

  ApiResult<std::vector<ElementConnectionData>> get_source_connections(std::optional<MediaType>,
                                                                       std::optional<std::string>) override {
    return std::vector<ElementConnectionData>();
  }
  ApiResult<std::vector<ElementConnectionData>> get_sink_connections(std::optional<MediaType>,
                                                                     std::optional<std::string>) override {
    return std::vector<ElementConnectionData>{{this, sink, MediaType::video, "default", "default"}};
  }
  ApiResult<void> connect(MediaElement* to, std::optional<MediaType> type, std::optional<std::string> source,
                          std::optional<std::string>) override {
    sink = to;
    media_type = type;
    source_description = source;
    return {};
  }
  ApiResult<void> disconnect(MediaElement*, std::optional<MediaType>, std::optional<std::string>,
                             std::optional<std::string>) override {
    return ApiError{ErrorCode::CONNECT_ERROR, "not connected"};
  }
  ApiResult<void> set_audio_format(AudioCaps caps) override {
    audio_caps = caps;
    return {};
  }
  ApiResult<void> set_video_format(VideoCaps caps) override {
    video_caps = caps;
    return {};
  }
  ApiResult<void> dump_gstreamer_dot(std::optional<GstreamerDotDetails>) override { return {}; }
  ApiResult<std::string> get_gstreamer_dot(std::optional<GstreamerDotDetails>) override {
    return std::string();
  }
  ApiResult<std::map<std::string, Value>> get_stats(std::optional<MediaType>) override { return stats; }
  ApiResult<bool> is_media_flowing_in(MediaType type, std::string description) override {
    media_type = type;
    flow_description = std::move(description);
    return true;
  }
  ApiResult<bool> is_media_flowing_out(MediaType, std::string) override { return false; }
  ApiResult<bool> is_media_transcoding(MediaType, std::string) override { return false; }

 private:
  ApiResult<void> keep(int bps) {
    bitrate = bps;
    return {};
  }
};

}  // namespace kaskado::pipeline
