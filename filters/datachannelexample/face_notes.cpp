#include "face_notes.hpp"

#include <array>
#include <charconv>

namespace kaskado::filters {

namespace {

// Far beyond any picture, so that sums of two stay numbers.
constexpr int kMost = 1 << 20;

// Takes a number and the character behind it from the front.
bool take(std::string_view& notes, int& number, char behind) {
  const auto [end, error] = std::from_chars(notes.data(), notes.data() + notes.size(), number);
  if (error != std::errc() || number < -kMost || number > kMost) return false;
  notes.remove_prefix(static_cast<std::size_t>(end - notes.data()));
  if (notes.empty()) return behind == ';';
  if (notes.front() != behind) return false;
  notes.remove_prefix(1);
  return true;
}

}  // namespace

std::string write_faces(const std::vector<cv::Rect>& faces) {
  std::string notes;
  for (const cv::Rect& face : faces) {
    if (!notes.empty()) notes += ';';
    notes += std::to_string(face.x) + ',' + std::to_string(face.y) + ',' + std::to_string(face.width) + ',' +
             std::to_string(face.height);
  }
  return notes;
}

std::vector<cv::Rect> read_faces(std::string_view notes) {
  std::vector<cv::Rect> faces;
  while (!notes.empty() && faces.size() < kMostNotedFaces) {
    std::array<int, 4> n{};
    if (!take(notes, n[0], ',') || !take(notes, n[1], ',') || !take(notes, n[2], ',') ||
        !take(notes, n[3], ';'))
      break;
    if (n[2] < 0 || n[3] < 0) break;
    faces.emplace_back(n[0], n[1], n[2], n[3]);
  }
  return faces;
}

}  // namespace kaskado::filters
