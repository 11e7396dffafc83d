// FaceOverlayFilter, GStreamerFilter, ImageOverlayFilter and ZBarFilter.
#include <cstdint>
#include <kaskado/module.hpp>
#include <map>
#include <stdexcept>

#include "common/code_reader.hpp"
#include "common/glue.hpp"
#include "face_overlay.hpp"
#include "image_overlay.hpp"
#include "late_gstreamer.hpp"

namespace kaskado::filters {

namespace {

class FaceOverlayFilter final : public sdk::VideoFilter {
 public:
  explicit FaceOverlayFilter(sdk::FilterContext& context) : VideoFilter(context) { keep_to_one_thread(); }

  void process(sdk::VideoFrame& frame) override {
    if (overlay_.find(looked_at(frame), frame.time())) overlay_.draw(edited(frame));
  }

  void set_image(const std::string& uri, double offset_x, double offset_y, double width, double height) {
    const Placement placement{offset_x, offset_y, width, height};
    check(placement);
    const std::uint64_t version = ++version_;
    fetch_image(context(), "uri", uri, [this, placement, version](Image image) {
      if (version == version_) overlay_.set_image(std::move(image), placement);
    });
  }
  void unset_image() {
    ++version_;
    overlay_.unset_image();
  }

 private:
  FaceOverlay overlay_;
  std::uint64_t version_ =
      0;  // of what was asked for last: an image that comes later than its successor is not shown
};

class ImageOverlayFilter final : public sdk::VideoFilter {
 public:
  explicit ImageOverlayFilter(sdk::FilterContext& context) : VideoFilter(context) { keep_to_one_thread(); }

  void process(sdk::VideoFrame& frame) override {
    if (!overlay_.empty()) overlay_.process(edited(frame));
  }

  void add(const std::string& id, const std::string& uri, double offset_x, double offset_y, double width,
           double height, bool keep_aspect_ratio, bool centred) {
    if (uri.empty()) throw std::invalid_argument("'uri' should not be empty");
    overlay_.add(id, {{offset_x, offset_y, width, height}, keep_aspect_ratio, centred});
    const std::uint64_t version = versions_[id] = ++version_;
    fetch_image(context(), "uri", uri, [this, id, version](Image image) {
      const auto known = versions_.find(id);
      if (known != versions_.end() && known->second == version)
        overlay_.set_image(id, Sprite(std::move(image)));
    });
  }
  void remove(const std::string& id) {
    overlay_.remove(id);
    versions_.erase(id);
  }

 private:
  ImageOverlay overlay_;
  std::uint64_t version_ = 0;
  std::map<std::string, std::uint64_t> versions_;
};

class ZBarFilter final : public sdk::VideoFilter {
 public:
  explicit ZBarFilter(sdk::FilterContext& context) : VideoFilter(context) { keep_to_one_thread(); }

  void process(sdk::VideoFrame& frame) override {
    for (const Code& code : reader_.read(looked_at(frame), frame.time()))
      context().raise_event("CodeFound", {{"codeType", code.type}, {"value", code.value}});
  }

 private:
  CodeReader reader_;
};

}  // namespace

}  // namespace kaskado::filters

KASKADO_MODULE(module) {
  using namespace kaskado::filters;
  module.filter<FaceOverlayFilter>("FaceOverlayFilter")
      .method("setOverlayedImage", &FaceOverlayFilter::set_image)
      .method("unsetOverlayedImage", &FaceOverlayFilter::unset_image);
  module.filter<LateGStreamerFilter, std::string, std::string>("GStreamerFilter")
      .property("command", &LateGStreamerFilter::command)
      .method("setElementProperty", &LateGStreamerFilter::set_element_property);
  module.filter<ImageOverlayFilter>("ImageOverlayFilter")
      .method("addImage", &ImageOverlayFilter::add)
      .method("removeImage", &ImageOverlayFilter::remove);
  module.filter<ZBarFilter>("ZBarFilter");
}
