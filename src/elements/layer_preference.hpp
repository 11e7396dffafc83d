// What a client wants a viewer to get at most of video with several qualities.
#pragma once

#include "elements/api.hpp"
#include "pipeline/feed_layer.hpp"
#include "pipeline/media_element.hpp"

namespace kaskado::elements {

// Lives on the pipeline's shard; the viewer may live on another one.
class LayerPreference final : public pipeline::MediaObject, public LayerPreferenceApi {
 public:
  LayerPreference(const pipeline::Construction& construction, pipeline::MediaElement& viewer);

  pipeline::ApiResult<void> set_preferred_layers(int encoding, int spatial_layer, int temporal_layer) override;
  void on_release() override { apply({}); }

 private:
  void apply(const pipeline::LayerBounds& bounds);

  pipeline::Shard& shard_;
  const std::string viewer_;
  const std::size_t home_;  // the viewer's shard
};

}  // namespace kaskado::elements
