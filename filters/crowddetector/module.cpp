// CrowdDetectorFilter.
#include <kaskado/module.hpp>

#include "common/glue.hpp"
#include "crowd_meter.hpp"

namespace kaskado::filters {

// Found by the SDK's readers in the types' own namespaces.
void from_value(const sdk::Value& value, CrowdRegion& region) {
  sdk::read(value, "id", region.id);
  if (const sdk::Value* points = value.find("points"); points && points->list()) {
    for (const sdk::Value& item : *points->list()) {
      cv::Point2f point;
      sdk::read(item, "x", point.x);
      sdk::read(item, "y", point.y);
      region.points.push_back(point);
    }
  }
  const sdk::Value* const config = value.find("regionOfInterestConfig");
  if (!config) return;
  sdk::read(*config, "occupancyLevelMin", region.occupancy.min);
  sdk::read(*config, "occupancyLevelMed", region.occupancy.med);
  sdk::read(*config, "occupancyLevelMax", region.occupancy.max);
  sdk::read(*config, "occupancyNumFramesToEvent", region.occupancy.pictures);
  sdk::read(*config, "fluidityLevelMin", region.fluidity.min);
  sdk::read(*config, "fluidityLevelMed", region.fluidity.med);
  sdk::read(*config, "fluidityLevelMax", region.fluidity.max);
  sdk::read(*config, "fluidityNumFramesToEvent", region.fluidity.pictures);
  sdk::read(*config, "sendOpticalFlowEvent", region.direction.wanted);
  sdk::read(*config, "opticalFlowNumFramesToEvent", region.direction.pictures);
  sdk::read(*config, "opticalFlowNumFramesToReset", region.direction.pictures_to_reset);
  sdk::read(*config, "opticalFlowAngleOffset", region.direction.angle_offset);
}

namespace {

class CrowdDetectorFilter final : public sdk::VideoFilter {
 public:
  CrowdDetectorFilter(sdk::FilterContext& context, const std::vector<CrowdRegion>& regions)
      : VideoFilter(context), meter_(regions) {
    keep_to_one_thread();
  }

  void process(sdk::VideoFrame& frame) override {
    for (const CrowdMeter::Event& event : meter_.process(looked_at(frame)))
      std::visit([this](const auto& happened) { raise(happened); }, event);
  }

  int width() const { return meter_.width(); }
  void set_width(int width) { meter_.set_width(width); }

 private:
  void raise(const CrowdMeter::Occupancy& occupancy) {
    context().raise_event("CrowdDetectorOccupancy", {{"occupancyPercentage", occupancy.percentage},
                                                     {"occupancyLevel", occupancy.level},
                                                     {"roiId", occupancy.region}});
  }
  void raise(const CrowdMeter::Fluidity& fluidity) {
    context().raise_event("CrowdDetectorFluidity", {{"fluidityPercentage", fluidity.percentage},
                                                    {"fluidityLevel", fluidity.level},
                                                    {"roiId", fluidity.region}});
  }
  void raise(const CrowdMeter::Direction& direction) {
    context().raise_event("CrowdDetectorDirection",
                          {{"directionAngle", direction.degrees}, {"roiId", direction.region}});
  }

  CrowdMeter meter_;
};

}  // namespace

}  // namespace kaskado::filters

KASKADO_MODULE(module) {
  using namespace kaskado::filters;
  module.filter<CrowdDetectorFilter, std::vector<CrowdRegion>>("CrowdDetectorFilter")
      .property("processingWidth", &CrowdDetectorFilter::width, &CrowdDetectorFilter::set_width);
}
