// The module that tests load: darkens some rows of a picture. Values that no real filter would take make it
// fail.
#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <kaskado/module.hpp>

namespace toy {

using namespace kaskado::sdk;

struct Region {
  int top = 0;
  int height = 0;
  std::optional<std::string> label;
};

void from_value(const Value& value, Region& region) {
  read(value, "top", region.top);
  read(value, "height", region.height);
  read(value, "label", region.label);
}

Value to_value(const Region& region) {
  Map map{{"top", region.top}, {"height", region.height}};
  if (region.label) map["label"] = *region.label;
  return map;
}

class Dim final : public VideoFilter {
 public:
  Dim(FilterContext& context, const Region& region, int steps) : VideoFilter(context) {
    set_region(region);
    set_steps(steps);
  }

  void process(VideoFrame& frame) override {
    if (++frames_ == 1) announce();
    const I420 picture = frame.edit_i420();
    for (int row = region_.top; row < std::min(region_.top + region_.height, picture.height); ++row) {
      std::uint8_t* const pixels = picture.y.data + row * picture.y.stride;
      std::transform(pixels, pixels + picture.width, pixels, [this](std::uint8_t pixel) {
        return static_cast<std::uint8_t>(std::max(16, pixel - steps_));
      });
    }
  }

  int steps() const { return steps_; }
  void set_steps(int steps) {
    if (steps < 0) throw std::invalid_argument("steps should not be negative");
    steps_ = steps;
  }
  int frames() const { return frames_; }
  Region region() const { return region_; }
  void set_region(const Region& region) {
    if (region.top < 0 || region.height < 0) throw std::runtime_error("the region begins above the picture");
    region_ = region;
  }
  void announce() { context().raise_event("Dimmed", {{"region", to_value(region_)}, {"share", 1}}); }

 private:
  Region region_;
  int steps_ = 0;
  int frames_ = 0;
};

double sum(Dim&, const std::vector<double>& numbers) {
  double total = 0;
  for (const double number : numbers) total += number;
  return total;
}

}  // namespace toy

KASKADO_MODULE(module) {
  using toy::Dim;
  module.filter<Dim, toy::Region, int>("DimFilter")
      .property("steps", &Dim::steps, &Dim::set_steps)
      .property("frames", &Dim::frames)
      .method("setRegion", &Dim::set_region)
      .method("getRegion", &Dim::region)
      .method("add", &toy::sum)
      .method("announce", [](Dim& dim) { dim.announce(); });
}
