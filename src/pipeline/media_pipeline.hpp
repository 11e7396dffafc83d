// A set of connected media elements. They live on the shard of the pipeline, and on others where that one has
// enough to do.
#pragma once

#include <memory>

#include "pipeline/api.hpp"
#include "pipeline/dot_graph.hpp"
#include "pipeline/media_object.hpp"
#include "pipeline/pipeline_mirror.hpp"

namespace kaskado::pipeline {

class MediaPipeline final : public MediaObject, public MediaPipelineApi {
 public:
  explicit MediaPipeline(const Construction& construction);

  Shard& shard() const { return shard_; }
  // From now on has elements on that shard too.
  void mirror_to(std::size_t shard);
  // nullptr while all its elements live here, and in the copies on other shards.
  PipelineMirror* mirror() const { return mirror_.get(); }

  bool latency_stats() const { return latency_stats_; }
  void on_release() override;

  ApiResult<bool> get_latency_stats() override { return latency_stats_; }
  ApiResult<void> set_latency_stats(bool latency_stats) override;
  ApiResult<std::string> get_gstreamer_dot(std::optional<GstreamerDotDetails> details) override;
  ApiResult<void> dump_gstreamer_dot(std::optional<GstreamerDotDetails> details) override;

 private:
  Shard& shard_;
  bool latency_stats_ = false;
  std::unique_ptr<PipelineMirror> mirror_;
};

}  // namespace kaskado::pipeline
