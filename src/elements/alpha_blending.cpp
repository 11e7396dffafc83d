#include "elements/alpha_blending.hpp"

#include <cmath>

namespace kaskado::elements {

namespace {

// As Kurento's.
constexpr double kFramesPerSecond = 30;

bool is_share(double value) { return std::isfinite(value) && value >= 0 && value <= 1; }

}  // namespace

AlphaBlending::AlphaBlending(const pipeline::Construction& construction, pipeline::MediaPipeline* pipeline,
                             std::shared_ptr<media::AlphaBlending> layout)
    : MixingHub(construction, pipeline, layout, kFramesPerSecond), layout_(std::move(layout)) {}

pipeline::ApiResult<void> AlphaBlending::set_master(HubPort* source, int z_order) {
  if (auto own = check_own(*source); !own) return own;
  return post([layout = layout_, port = id_of(*source), z_order] { layout->set_master(port, z_order); });
}

pipeline::ApiResult<void> AlphaBlending::set_port_properties(double relative_x, double relative_y, int z_order,
                                                             double relative_width, double relative_height, HubPort* port) {
  if (auto own = check_own(*port); !own) return own;
  struct Named {
    const char* name;
    double value;
  };
  for (const auto& [name, value] : {Named{"relativeX", relative_x}, Named{"relativeY", relative_y},
                                    Named{"relativeWidth", relative_width}, Named{"relativeHeight", relative_height}}) {
    if (!is_share(value)) {
      return pipeline::ApiError{pipeline::ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR,
                                std::string("'") + name + "' should be from 0 to 1"};
    }
  }
  return post([layout = layout_, id = id_of(*port),
               properties = media::PortProperties{relative_x, relative_y, relative_width, relative_height, z_order}] {
    layout->set_port_properties(id, properties);
  });
}

pipeline::ApiResult<std::unique_ptr<pipeline::MediaObject>> create_alpha_blending(
    const pipeline::Construction& construction, AlphaBlendingParams params) {
  return std::unique_ptr<pipeline::MediaObject>(
      std::make_unique<AlphaBlending>(construction, params.media_pipeline, std::make_shared<media::AlphaBlending>()));
}

}  // namespace kaskado::elements
