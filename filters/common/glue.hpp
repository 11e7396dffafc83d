// Between the SDK's frames and parameters and the algorithms' own.
#pragma once

#include <functional>
#include <kaskado/convert.hpp>
#include <kaskado/filter.hpp>
#include <string>

#include "common/image.hpp"
#include "common/single_thread.hpp"

namespace kaskado::filters {

// To write on.
inline PictureView edited(sdk::VideoFrame& frame) {
  const sdk::I420 p = frame.edit_i420();
  return {p.y.data, p.u.data, p.v.data, p.width, p.height, p.y.stride, p.u.stride};
}

// To look at: others may have the same memory.
inline PictureView looked_at(sdk::VideoFrame& frame) {
  const sdk::ConstI420 p = frame.i420();
  const auto plane = [](const sdk::BasicPlane<const std::uint8_t>& of) {
    return const_cast<std::uint8_t*>(of.data);
  };
  return {plane(p.y), plane(p.u), plane(p.v), p.width, p.height, p.y.stride, p.u.stride};
}

// A part of the picture in pixels; both modules that have it call its left side so.
struct WindowParam {
  int topRightCornerX = 0;
  int topRightCornerY = 0;
  int width = 0;
  int height = 0;

  cv::Rect area() const { return {topRightCornerX, topRightCornerY, width, height}; }
};

inline void from_value(const sdk::Value& value, WindowParam& window) {
  sdk::read(value, "topRightCornerX", window.topRightCornerX);
  sdk::read(value, "topRightCornerY", window.topRightCornerY);
  sdk::read(value, "width", window.width);
  sdk::read(value, "height", window.height);
}

// Fetches and decodes an image, and hands it over in turn with frames. Where that fails, clients are told by
// the event `Error`, which names the parameter and the address.
void fetch_image(sdk::FilterContext& context, const std::string& parameter, const std::string& uri,
                 std::function<void(Image)> done);

}  // namespace kaskado::filters
