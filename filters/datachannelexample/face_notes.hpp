// How filters tell those behind them, in a frame's metadata, where the faces are: under kFacesKey, as
// "x,y,width,height;…" in pixels.
#pragma once

#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace kaskado::filters {

inline constexpr const char* kFacesKey = "faces";

std::string write_faces(const std::vector<cv::Rect>& faces);

// So many at the most; what is malformed ends the list.
inline constexpr std::size_t kMostNotedFaces = 64;
std::vector<cv::Rect> read_faces(std::string_view notes);

}  // namespace kaskado::filters
