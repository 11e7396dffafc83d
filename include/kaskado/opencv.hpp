// Pictures as OpenCV's matrices, over the frame's own memory. A module that includes this links OpenCV
// itself.
//
// Each matrix holds for as long as the view that it is made of (see frame.hpp). What is written on those of
// edit_bgr() and edit_bgra() becomes the picture, as long as it is written in place: assigning another matrix
// to the variable changes nothing but the variable (`copyTo()` does).
#pragma once

#include <cstdint>
#include <vector>

#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>

#include <kaskado/filter.hpp>
#include <kaskado/frame.hpp>

namespace kaskado::sdk {

namespace detail {

inline int mat_type(PixelFormat format) {
  return format == PixelFormat::bgr ? CV_8UC3 : CV_8UC4;
}

template <typename Byte>
cv::Mat mat_of(const BasicPacked<Byte>& view) {
  return cv::Mat(view.height, view.width, mat_type(view.format), const_cast<std::uint8_t*>(view.pixels.data),
                 static_cast<std::size_t>(view.pixels.stride));
}

}  // namespace detail

// To look at.
inline const cv::Mat bgr(VideoFrame& frame) {
  return detail::mat_of(frame.packed(PixelFormat::bgr));
}
inline const cv::Mat bgra(VideoFrame& frame) {
  return detail::mat_of(frame.packed(PixelFormat::bgra));
}
// Brightness alone (limited range): the picture's own plane, not converted.
inline const cv::Mat gray(VideoFrame& frame) {
  const ConstI420 view = frame.i420();
  return cv::Mat(view.height, view.width, CV_8UC1, const_cast<std::uint8_t*>(view.y.data),
                 static_cast<std::size_t>(view.y.stride));
}

// To write on.
inline cv::Mat edit_bgr(VideoFrame& frame) {
  return detail::mat_of(frame.edit_packed(PixelFormat::bgr));
}
inline cv::Mat edit_bgra(VideoFrame& frame) {
  return detail::mat_of(frame.edit_packed(PixelFormat::bgra));
}

// A picture from the bytes of a file (PNG, JPEG, …); empty where they are none. `flags` as of cv::imdecode().
inline cv::Mat decode_image(const std::vector<std::uint8_t>& bytes, int flags = cv::IMREAD_UNCHANGED) {
  if (bytes.empty()) return {};
  return cv::imdecode(bytes, flags);
}

}  // namespace kaskado::sdk
