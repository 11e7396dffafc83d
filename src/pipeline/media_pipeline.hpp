// A set of connected media elements that live on one shard.
#pragma once

#include "pipeline/api.hpp"
#include "pipeline/dot_graph.hpp"
#include "pipeline/media_object.hpp"

namespace kaskado::pipeline {

class MediaPipeline final : public MediaObject, public MediaPipelineApi {
 public:
  explicit MediaPipeline(const Construction& construction);

  Shard& shard() const { return shard_; }

  ApiResult<bool> get_latency_stats() override { return latency_stats_; }
  ApiResult<void> set_latency_stats(bool latency_stats) override;
  ApiResult<std::string> get_gstreamer_dot(std::optional<GstreamerDotDetails> details) override;
  ApiResult<void> dump_gstreamer_dot(std::optional<GstreamerDotDetails> details) override;

 private:
  Shard& shard_;
  bool latency_stats_ = false;
};

}  // namespace kaskado::pipeline
