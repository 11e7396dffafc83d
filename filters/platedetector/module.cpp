// PlateDetectorFilter.
#include <kaskado/module.hpp>

#include "common/glue.hpp"
#include "plate_reader.hpp"

namespace kaskado::filters {

namespace {

class PlateDetectorFilter final : public sdk::VideoFilter {
 public:
  explicit PlateDetectorFilter(sdk::FilterContext& context) : VideoFilter(context) { keep_to_one_thread(); }

  void process(sdk::VideoFrame& frame) override {
    if (const auto plate = reader_.process(looked_at(frame), frame.time()))
      context().raise_event("PlateDetected", {{"plate", *plate}});
  }

  void set_width_share(double share) { reader_.set_width_share(share); }

 private:
  PlateReader reader_;
};

}  // namespace

}  // namespace kaskado::filters

KASKADO_MODULE(module) {
  using namespace kaskado::filters;
  module.filter<PlateDetectorFilter>("PlateDetectorFilter")
      .method("setPlateWidthPercentage", &PlateDetectorFilter::set_width_share);
}
