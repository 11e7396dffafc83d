// A pipeline that does nothing: what generated code needs of the class.
#pragma once

#include "pipeline/media_object.hpp"

namespace kaskado::pipeline {

class MediaPipeline : public MediaObject, public MediaPipelineApi {
 public:
  MediaPipeline(const Construction& construction, MediaPipelineParams) : MediaObject(construction, nullptr) {}

  ApiResult<bool> get_latency_stats() override { return latency_stats_; }
  ApiResult<void> set_latency_stats(bool on) override {
    latency_stats_ = on;
    return {};
  }
  ApiResult<std::string> get_gstreamer_dot(std::optional<GstreamerDotDetails> details) override {
    return details ? std::string(to_string(*details)) : "none";
  }
  ApiResult<void> dump_gstreamer_dot(std::optional<GstreamerDotDetails>) override { return {}; }

 private:
  bool latency_stats_ = false;
};

}  // namespace kaskado::pipeline
