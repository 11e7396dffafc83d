// ArMarkerdetector.
#include <cstdint>
#include <kaskado/module.hpp>

#include "common/glue.hpp"
#include "marker_finder.hpp"

namespace kaskado::filters {

namespace {

class ArMarkerDetector final : public sdk::VideoFilter {
 public:
  explicit ArMarkerDetector(sdk::FilterContext& context) : VideoFilter(context) { keep_to_one_thread(); }

  void process(sdk::VideoFrame& frame) override {
    finder_.find(looked_at(frame));
    for (const MarkerFinder::Change& change : finder_.changes()) {
      context().raise_event(
          "MarkerCount",
          {{"markerId", change.id}, {"markerCount", change.count}, {"markerCountDiff", change.difference}});
    }
    if (finder_.has_to_draw()) finder_.draw(edited(frame));
  }

  int debug_level() const { return finder_.debug_level(); }
  void set_debug_level(int level) { finder_.set_debug_level(level); }
  std::string text() const { return finder_.text(); }
  void set_text(const std::string& text) { finder_.set_text(text); }
  double scale() const { return finder_.scale(); }
  void set_scale(double scale) { finder_.set_scale(scale); }
  std::string image() const { return image_; }
  // Empty: none.
  void set_image(const std::string& uri) {
    const std::uint64_t version = ++version_;
    if (uri.empty()) {
      finder_.set_image({});
    } else {
      fetch_image(context(), "overlayImage", uri, [this, version](Image image) {
        if (version == version_) finder_.set_image(std::move(image));
      });
    }
    image_ = uri;
  }

 private:
  MarkerFinder finder_;
  std::string image_;
  std::uint64_t version_ =
      0;  // of what was asked for last: an image that comes later than its successor is not shown
};

}  // namespace

}  // namespace kaskado::filters

KASKADO_MODULE(module) {
  using namespace kaskado::filters;
  module.filter<ArMarkerDetector>("ArMarkerdetector")
      .method("setShowDebugLevel", &ArMarkerDetector::set_debug_level)
      .method("getShowDebugLevel", &ArMarkerDetector::debug_level)
      .method("setOverlayImage", &ArMarkerDetector::set_image)
      .method("getOverlayImage", &ArMarkerDetector::image)
      .method("setOverlayText", &ArMarkerDetector::set_text)
      .method("getOverlayText", &ArMarkerDetector::text)
      .method("setOverlayScale", &ArMarkerDetector::set_scale)
      .method("getOverlayScale", &ArMarkerDetector::scale);
}
