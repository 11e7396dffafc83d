#include "elements/hub.hpp"

#include <algorithm>

#include "elements/hub_port.hpp"
#include "elements/log.hpp"
#include "pipeline/dot_graph.hpp"
#include "pipeline/media_pipeline.hpp"

namespace kaskado::elements {

Hub::Hub(const pipeline::Construction& construction, pipeline::MediaPipeline* pipeline)
    : MediaObject(construction, pipeline), shard_(*construction.shard) {}

void Hub::add(HubPort& port) {
  ports_.push_back(&port);
  on_added(port);
}

void Hub::remove(HubPort& port) {
  on_removed(port);
  std::erase(ports_, &port);
}

pipeline::ApiResult<void> Hub::check_own(const HubPort& port) const {
  if (std::ranges::find(ports_, &port) != ports_.end()) return {};
  return pipeline::ApiError{pipeline::ErrorCode::CONNECT_ERROR, "'" + port.id() + "' is no port of '" + id() + "'"};
}

pipeline::ApiResult<std::string> Hub::get_gstreamer_dot(std::optional<pipeline::GstreamerDotDetails>) {
  return pipeline::dot_graph(*this);
}

pipeline::ApiResult<void> Hub::dump_gstreamer_dot(std::optional<pipeline::GstreamerDotDetails>) {
  LOG_INFO(log, "graph of %s: %s", id().c_str(), pipeline::dot_graph(*this).c_str());
  return {};
}

}  // namespace kaskado::elements
