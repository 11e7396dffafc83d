// Images that lie over the picture, each under an id, in the order in which they were added.
#pragma once

#include <string>
#include <vector>

#include "common/image.hpp"
#include "placement.hpp"

namespace kaskado::filters {

class ImageOverlay {
 public:
  static constexpr std::size_t kMostImages = 64;

  struct Settings {
    Placement placement;
    bool keep_aspect_ratio = false;
    bool centred = false;  // within its place, where it keeps its aspect ratio
  };

  // Room for an image that is still on its way; takes the place of one of the same id. Throws
  // std::invalid_argument where a parameter is wrong or there are too many.
  void add(const std::string& id, const Settings& settings);
  // False where that id has gone meanwhile.
  bool set_image(const std::string& id, Sprite image);
  // False where there is none of that id.
  bool remove(const std::string& id);
  bool empty() const { return entries_.empty(); }

  void process(const PictureView& picture);

 private:
  struct Entry {
    std::string id;
    Settings settings;
    Sprite image;
  };
  std::vector<Entry> entries_;
};

}  // namespace kaskado::filters
