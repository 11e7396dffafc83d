// Finds ArUco markers (5 by 5 cells, ids from 0 to 249: OpenCV's dictionary DICT_5X5_250), counts them, and
// lays an image or a text over them.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/image.hpp"

namespace kaskado::filters {

class MarkerFinder {
 public:
  static constexpr std::size_t kMostMarkers = 64;
  // Markers are looked for at this width at the most.
  static constexpr int kSearchWidth = 960;
  // One that is not seen for so many pictures has gone.
  static constexpr int kPicturesUntilGone = 5;
  static constexpr double kMostScale = 20;

  // How many markers of an id there are now, and how many more than before.
  struct Change {
    int id = 0;
    int count = 0;
    int difference = 0;
  };

  MarkerFinder();
  ~MarkerFinder();
  MarkerFinder(const MarkerFinder&) = delete;
  MarkerFinder& operator=(const MarkerFinder&) = delete;

  // Both are laid over the middle of each marker; empty: none.
  void set_image(Image image) { image_ = std::move(image); }
  void set_text(std::string text) { text_ = std::move(text); }
  const std::string& text() const { return text_; }
  // The image's side in sides of the marker. Throws std::invalid_argument where it is none.
  void set_scale(double scale);
  double scale() const { return scale_; }
  // 0: nothing; 1: the markers' edges and ids; 2: also what looked like a marker and was none.
  void set_debug_level(int level) { debug_level_ = level; }
  int debug_level() const { return debug_level_; }

  void find(const PictureView& picture);
  // What has changed with the picture that was searched last.
  const std::vector<Change>& changes() const { return changes_; }
  // Whether draw() would change a picture.
  bool has_to_draw() const;
  void draw(const PictureView& picture);

 private:
  using Corners = std::array<cv::Point2f, 4>;  // clockwise
  struct Marker {
    int id = 0;
    Corners corners;
  };
  struct Count {
    int told = 0;
    int lower_for = 0;  // pictures in a row
  };
  struct Detector;

  void find_markers(const PictureView& picture);
  void note_counts();
  void lay_image(const PictureView& picture, const Marker& marker);
  void lay_text(const PictureView& picture, const Marker& marker) const;

  std::unique_ptr<Detector> detector_;
  Image image_;
  std::string text_;
  double scale_ = 1;
  int debug_level_ = 0;
  std::vector<Marker> markers_;
  std::vector<Corners> rejected_;
  std::map<int, Count> counts_;
  std::vector<Change> changes_;
  cv::Mat small_, warped_, outside_;
};

}  // namespace kaskado::filters
