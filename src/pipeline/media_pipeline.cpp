#include "pipeline/media_pipeline.hpp"

#include "pipeline/log.hpp"

namespace kaskado::pipeline {

MediaPipeline::MediaPipeline(const Construction& construction)
    : MediaObject(construction, nullptr), shard_(*construction.shard) {}

void MediaPipeline::mirror_to(std::size_t shard) {
  if (!mirror_) mirror_ = std::make_unique<PipelineMirror>(*this);
  mirror_->spread_to(shard);
}

void MediaPipeline::on_release() {
  if (mirror_) mirror_->released(id());
}

ApiResult<void> MediaPipeline::set_latency_stats(bool latency_stats) {
  latency_stats_ = latency_stats;
  if (mirror_) mirror_->latency_stats(latency_stats);
  return {};
}

ApiResult<std::string> MediaPipeline::get_gstreamer_dot(std::optional<GstreamerDotDetails>) { return dot_graph(*this); }

ApiResult<void> MediaPipeline::dump_gstreamer_dot(std::optional<GstreamerDotDetails>) {
  LOG_INFO(log, "graph of %s: %s", id().c_str(), dot_graph(*this).c_str());
  return {};
}

ApiResult<std::unique_ptr<MediaObject>> create_media_pipeline(const Construction& construction, MediaPipelineParams) {
  return std::unique_ptr<MediaObject>(std::make_unique<MediaPipeline>(construction));
}

}  // namespace kaskado::pipeline
