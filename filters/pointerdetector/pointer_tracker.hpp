// Follows an object of one colour, and tells when it goes into windows on the picture and out of them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "common/colour_key.hpp"
#include "common/image.hpp"

namespace kaskado::filters {

class PointerTracker {
 public:
  struct Window {
    std::string id;
    cv::Rect area;  // in pixels
    double opacity = 1;
    // Shown while the pointer is elsewhere, and while it is inside; without the latter the former, without
    // both an outline.
    Sprite image;
    Sprite active_image;
  };
  struct Crossing {
    std::string window_id;
    bool in = false;
  };

  static constexpr std::size_t kMostWindows = 64;
  // A pointer that is not seen for so many pictures has left its windows.
  static constexpr int kPicturesUntilGone = 10;

  // Throws std::invalid_argument where the region is none. So do those below.
  explicit PointerTracker(const cv::Rect& calibration_region);

  // One of the same id is replaced.
  void add_window(Window window);
  // Nothing happens where there is none of that id.
  void remove_window(const std::string& id);
  void clear_windows() { windows_.clear(); }
  // nullptr where there is none; holds until windows are added or removed.
  Window* window(const std::string& id);

  // From now on the colour in the calibration region of the next picture is followed. Before the first of
  // these nothing is, and the region is outlined.
  void track_colour() { learn_next_ = true; }

  // Where the pointer was in the last picture.
  std::optional<cv::Point> pointer() const { return pointer_; }

  // What has happened since the picture before; holds until the next call.
  const std::vector<Crossing>& process(const PictureView& picture);

 private:
  struct Watched {
    Window window;
    bool inside = false;
  };

  void find_pointer(const PictureView& picture);
  void note_crossings();
  void draw(const PictureView& picture);

  cv::Rect region_;
  std::vector<Watched> windows_;
  bool learn_next_ = false;
  std::optional<ColourKey> key_;
  std::optional<cv::Point> pointer_;
  int pictures_unseen_ = 0;
  std::vector<Crossing> crossings_;
  cv::Mat match_, solid_, labels_, statistics_, centres_;
};

}  // namespace kaskado::filters
