// One port's picture with those of others laid over it, and to each port the sound of all others.
#pragma once

#include "elements/mixing_hub.hpp"
#include "media/mixing/alpha_blending.hpp"

namespace kaskado::elements {

class AlphaBlending final : public MixingHub, public AlphaBlendingApi {
 public:
  AlphaBlending(const pipeline::Construction& construction, pipeline::MediaPipeline* pipeline,
                std::shared_ptr<media::AlphaBlending> layout);

  pipeline::ApiResult<void> set_master(HubPort* source, int z_order) override;
  pipeline::ApiResult<void> set_port_properties(double relative_x, double relative_y, int z_order, double relative_width,
                                                double relative_height, HubPort* port) override;

 private:
  const std::shared_ptr<media::AlphaBlending> layout_;  // the strand's
};

}  // namespace kaskado::elements
