#include "elements/layer_preference.hpp"

#include <algorithm>

#include "elements/base_rtp_endpoint.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;

namespace {

std::optional<std::uint8_t> bound_of(int value) {
  return value < 0 ? std::nullopt : std::optional(static_cast<std::uint8_t>(std::min(value, 255)));
}

}  // namespace

LayerPreference::LayerPreference(const pipeline::Construction& construction, pipeline::MediaElement& viewer)
    : MediaObject(construction, &viewer), shard_(*construction.shard), viewer_(viewer.id()), home_(viewer.home()) {}

ApiResult<void> LayerPreference::set_preferred_layers(int encoding, int spatial_layer, int temporal_layer) {
  apply({bound_of(encoding), bound_of(spatial_layer), bound_of(temporal_layer)});
  return {};
}

void LayerPreference::apply(const pipeline::LayerBounds& bounds) {
  const auto on_viewer = [id = viewer_, bounds](pipeline::Shard& there) {
    auto* const viewer = dynamic_cast<BaseRtpEndpoint*>(pipeline::find_element(there.objects(), id));
    if (viewer) viewer->set_layer_bounds(bounds);
  };
  if (home_ == shard_.index()) return on_viewer(shard_);
  shard_.network().post(shard_.index(), home_, on_viewer);
}

ApiResult<std::unique_ptr<pipeline::MediaObject>> create_layer_preference(const pipeline::Construction& construction,
                                                                          LayerPreferenceParams params) {
  if (!params.viewer->info().is_a(kBaseRtpEndpointClass)) {
    return ApiError{ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "'viewer' has to be a WebRtcEndpoint or an RtpEndpoint"};
  }
  return std::unique_ptr<pipeline::MediaObject>(std::make_unique<LayerPreference>(construction, *params.viewer));
}

}  // namespace kaskado::elements
