#include "common/paint.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace kaskado::filters {

namespace {

constexpr int kFont = cv::FONT_HERSHEY_SIMPLEX;
// How high its capitals are at scale 1, in pixels.
constexpr double kFontHeight = 22;

// Calls draw(plane, divisor, value) for each plane; coordinates on a plane are the picture's over the
// divisor.
template <typename Draw>
void on_each_plane(const PictureView& picture, Colour colour, Draw draw) {
  cv::Mat luma = picture.luma(), u = picture.blue_difference(), v = picture.red_difference();
  draw(luma, 1, cv::Scalar(colour.y));
  draw(u, 2, cv::Scalar(colour.u));
  draw(v, 2, cv::Scalar(colour.v));
}

std::string drawable(const std::string& text) {
  std::string letters;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80) continue;  // the rest of a letter that was drawn as a question mark
    letters += byte < 0x20 || byte == 0x7F ? ' ' : byte < 0x80 ? c : '?';
    if (letters.size() == kMostLetters) break;
  }
  return letters;
}

}  // namespace

void fill(const PictureView& picture, const cv::Rect& area, Colour colour) {
  const cv::Rect visible = area & picture.bounds();
  if (visible.empty()) return;
  picture.luma()(visible).setTo(colour.y);
  const cv::Rect chroma(visible.x / 2, visible.y / 2, (visible.br().x + 1) / 2 - visible.x / 2,
                        (visible.br().y + 1) / 2 - visible.y / 2);
  picture.blue_difference()(chroma).setTo(colour.u);
  picture.red_difference()(chroma).setTo(colour.v);
}

void outline(const PictureView& picture, const cv::Rect& area, int thickness, Colour colour) {
  const cv::Rect inside(area.x, area.y, std::max(area.width, 1), std::max(area.height, 1));
  const int t = std::min({thickness, inside.width, inside.height});
  fill(picture, {inside.x, inside.y, inside.width, t}, colour);
  fill(picture, {inside.x, inside.br().y - t, inside.width, t}, colour);
  fill(picture, {inside.x, inside.y, t, inside.height}, colour);
  fill(picture, {inside.br().x - t, inside.y, t, inside.height}, colour);
}

void outline(const PictureView& picture, const std::vector<cv::Point>& polygon, int thickness,
             Colour colour) {
  if (polygon.empty()) return;
  on_each_plane(picture, colour, [&](cv::Mat& plane, int divisor, const cv::Scalar& value) {
    std::vector<cv::Point> points = polygon;
    for (cv::Point& point : points) point /= divisor;
    cv::polylines(plane, points, true, value, std::max(1, thickness / divisor));
  });
}

void disc(const PictureView& picture, cv::Point centre, int radius, Colour colour) {
  on_each_plane(picture, colour, [&](cv::Mat& plane, int divisor, const cv::Scalar& value) {
    cv::circle(plane, centre / divisor, std::max(1, radius / divisor), value, cv::FILLED);
  });
}

void write(const PictureView& picture, const std::string& text, cv::Point origin, int height) {
  const std::string letters = drawable(text);
  const double scale = height / kFontHeight;
  const int thickness = std::max(1, height / 12);
  int below = 0;
  const cv::Size size = cv::getTextSize(letters, kFont, scale, thickness, &below);
  const int margin = std::max(2, height / 4);
  fill(picture,
       {origin.x, origin.y - size.height - 2 * margin, size.width + 2 * margin, size.height + 2 * margin},
       kBlack);
  cv::Mat luma = picture.luma();
  cv::putText(luma, letters, {origin.x + margin, origin.y - margin}, kFont, scale, cv::Scalar(kWhite.y),
              thickness);
}

}  // namespace kaskado::filters
