// A hub that does nothing.
#pragma once

#include "elements/api.hpp"
#include "pipeline/media_element.hpp"

namespace kaskado::elements {

class Hub : public pipeline::MediaObject, public HubApi {
 public:
  Hub(const pipeline::Construction& construction, pipeline::MediaPipeline* pipeline) : MediaObject(construction, pipeline) {}

  pipeline::ApiResult<std::string> get_gstreamer_dot(std::optional<pipeline::GstreamerDotDetails>) override {
    return std::string();
  }
  pipeline::ApiResult<void> dump_gstreamer_dot(std::optional<pipeline::GstreamerDotDetails>) override { return {}; }
};

}  // namespace kaskado::elements
