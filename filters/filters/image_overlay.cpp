#include "image_overlay.hpp"

#include <algorithm>
#include <stdexcept>

namespace kaskado::filters {

void ImageOverlay::add(const std::string& id, const Settings& settings) {
  if (id.empty()) throw std::invalid_argument("'id' should not be empty");
  check(settings.placement);
  const auto known = std::ranges::find(entries_, id, &Entry::id);
  if (known != entries_.end()) {
    *known = {id, settings, {}};
    return;
  }
  if (entries_.size() == kMostImages)
    throw std::invalid_argument("'id' would be one more than the " + std::to_string(kMostImages) +
                                " images that there may be");
  entries_.push_back({id, settings, {}});
}

bool ImageOverlay::set_image(const std::string& id, Sprite image) {
  const auto known = std::ranges::find(entries_, id, &Entry::id);
  if (known == entries_.end()) return false;
  known->image = std::move(image);
  return true;
}

bool ImageOverlay::remove(const std::string& id) {
  return std::erase_if(entries_, [&](const Entry& entry) { return entry.id == id; }) > 0;
}

void ImageOverlay::process(const PictureView& picture) {
  for (Entry& entry : entries_) {
    const cv::Rect area = place(entry.settings.placement, picture.bounds());
    entry.image.draw(picture, entry.settings.keep_aspect_ratio
                                  ? fit(entry.image.size(), area, entry.settings.centred)
                                  : area);
  }
}

}  // namespace kaskado::filters
