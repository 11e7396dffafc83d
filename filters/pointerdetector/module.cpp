// PointerDetectorFilter.
#include <cstdint>
#include <kaskado/module.hpp>
#include <map>
#include <optional>

#include "common/glue.hpp"
#include "pointer_tracker.hpp"

namespace kaskado::filters {

namespace {

struct WindowMedia {
  std::string id;
  int height = 0;
  int width = 0;
  int upperRightX = 0;
  int upperRightY = 0;
  std::string activeImage;
  float imageTransparency = 0;
  std::string image;
};

void from_value(const sdk::Value& value, WindowMedia& window) {
  sdk::read(value, "id", window.id);
  sdk::read(value, "height", window.height);
  sdk::read(value, "width", window.width);
  sdk::read(value, "upperRightX", window.upperRightX);
  sdk::read(value, "upperRightY", window.upperRightY);
  sdk::read(value, "activeImage", window.activeImage);
  sdk::read(value, "imageTransparency", window.imageTransparency);
  sdk::read(value, "image", window.image);
}

class PointerDetectorFilter final : public sdk::VideoFilter {
 public:
  PointerDetectorFilter(sdk::FilterContext& context, const WindowParam& region,
                        const std::vector<WindowMedia>& windows)
      : VideoFilter(context), tracker_(region.area()) {
    keep_to_one_thread();
    for (const WindowMedia& window : windows) add_window(window);
  }

  void process(sdk::VideoFrame& frame) override {
    for (const PointerTracker::Crossing& crossing : tracker_.process(edited(frame)))
      context().raise_event(crossing.in ? "WindowIn" : "WindowOut", {{"windowId", crossing.window_id}});
  }

  void add_window(const WindowMedia& window) {
    PointerTracker::Window added;
    added.id = window.id;
    added.area = {window.upperRightX, window.upperRightY, window.width, window.height};
    added.opacity = 1 - double{window.imageTransparency};
    tracker_.add_window(std::move(added));
    const std::uint64_t version = versions_[window.id] = ++version_;
    fetch(window.id, version, "window.image", window.image, &PointerTracker::Window::image);
    fetch(window.id, version, "window.activeImage", window.activeImage,
          &PointerTracker::Window::active_image);
  }
  void remove_window(const std::string& id) {
    tracker_.remove_window(id);
    versions_.erase(id);
  }
  void clear_windows() {
    tracker_.clear_windows();
    versions_.clear();
  }
  void track_colour() { tracker_.track_colour(); }

 private:
  void fetch(const std::string& id, std::uint64_t version, const std::string& parameter,
             const std::string& uri, Sprite PointerTracker::Window::*into) {
    if (uri.empty()) return;
    fetch_image(context(), parameter, uri, [this, id, version, into](Image image) {
      const auto known = versions_.find(id);
      PointerTracker::Window* const window = tracker_.window(id);
      if (window && known != versions_.end() && known->second == version)
        window->*into = Sprite(std::move(image));
    });
  }

  PointerTracker tracker_;
  std::uint64_t version_ = 0;
  std::map<std::string, std::uint64_t>
      versions_;  // by window: images of one that was replaced since are not shown
};

}  // namespace

}  // namespace kaskado::filters

KASKADO_MODULE(module) {
  using namespace kaskado::filters;
  module.filter<PointerDetectorFilter, WindowParam, std::vector<WindowMedia>>("PointerDetectorFilter")
      .method("addWindow", &PointerDetectorFilter::add_window)
      .method("clearWindows", &PointerDetectorFilter::clear_windows)
      .method("trackColorFromCalibrationRegion", &PointerDetectorFilter::track_colour)
      .method("removeWindow", &PointerDetectorFilter::remove_window);
}
