// Pictures of somebody who looks into the camera (testdata/README.md tells who).
#pragma once

#include <stdexcept>

#include "testing/test_picture.hpp"

namespace kaskado::filters {

// The photograph, which is square, at that place of a grey picture.
inline TestPicture with_face(int width, int height, const cv::Rect& place) {
  std::string problem;
  const auto image = decode_image(read_file(KASKADO_TEST_DATA "/face.jpg"), problem);
  if (!image) throw std::runtime_error(problem);
  TestPicture picture(width, height, Colour::from_rgb(120, 120, 120));
  Sprite(*image).draw(picture.view(), place);
  return picture;
}

// Whether the rectangle is about the face in the photograph that lies there.
inline bool covers_face(const cv::Rect& found, const cv::Rect& place) {
  const auto at = [&](double x, double y) {
    return cv::Point(place.x + cvRound(x * place.width), place.y + cvRound(y * place.height));
  };
  const bool has_eyes_and_mouth =
      found.contains(at(0.42, 0.4)) && found.contains(at(0.58, 0.4)) && found.contains(at(0.49, 0.56));
  return has_eyes_and_mouth && found.width < place.width * 0.6;
}

}  // namespace kaskado::filters
