#include "media/mixing/canvas.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

#include "media/mixing/paint.hpp"

namespace kaskado::media {
namespace {

void paint_layer(codec::Picture& canvas, const Layer& layer, const Rect& area) {
  const Rect whole = intersection(layer.area, area);
  if (whole.empty()) return;
  const Rect inner = layer.picture ? intersection(layer.inner, whole) : Rect{};
  if (inner.empty()) return paint_black(canvas, whole);
  paint_black(canvas, {whole.x, whole.y, whole.width, inner.y - whole.y});
  paint_black(canvas, {whole.x, inner.bottom(), whole.width, whole.bottom() - inner.bottom()});
  paint_black(canvas, {whole.x, inner.y, inner.x - whole.x, inner.height});
  paint_black(canvas, {inner.right(), inner.y, whole.right() - inner.right(), inner.height});
  paint_part(canvas, inner, *layer.picture, inner.x - layer.inner.x, inner.y - layer.inner.y);
}

}  // namespace

bool look_alike(std::span<const Layer> one, std::span<const Layer> other) {
  return std::ranges::equal(one, other, [](const Layer& a, const Layer& b) { return a.looks_like(b); });
}

// What is contained in another is that one's.
void Canvas::add_difference(Rect area) {
  area = intersection(area, {0, 0, picture_.width(), picture_.height()});
  if (area.empty()) return;
  if (std::ranges::any_of(differences_, [&](const Rect& other) { return contains(other, area); })) return;
  std::erase_if(differences_, [&](const Rect& other) { return contains(area, other); });
  differences_.push_back(area);
}

// Outside of the layers that differ, the layers of every pixel are the same and in the same order.
void Canvas::find_differences(std::span<const Layer> layers) {
  differences_.clear();
  if (std::exchange(undefined_, false)) return add_difference({0, 0, picture_.width(), picture_.height()});
  for (std::size_t i = 0; i < std::max(layers.size(), shown_.size()); ++i) {
    if (i < layers.size() && i < shown_.size()) {
      if (layers[i].looks_like(shown_[i])) continue;
      // Another picture at the same place: what is beside it stays black.
      if (layers[i].area == shown_[i].area && layers[i].inner == shown_[i].inner) {
        add_difference(layers[i].inner);
        continue;
      }
    }
    if (i < layers.size()) add_difference(layers[i].area);
    if (i < shown_.size()) add_difference(shown_[i].area);
  }
}

void Canvas::paint(const Rect& area, std::span<const Layer> layers) {
  std::size_t lowest = layers.size();
  while (lowest > 0 && !contains(layers[lowest - 1].area, area)) --lowest;
  if (lowest == 0) {
    paint_black(picture_, area);
  } else {
    --lowest;  // hides all that is below
  }
  for (const Layer& layer : layers.subspan(lowest)) paint_layer(picture_, layer, area);
}

std::int64_t Canvas::show(std::span<const Layer> layers) {
  find_differences(layers);
  std::int64_t pixels = 0;
  for (const Rect& area : differences_) {
    paint(area, layers);
    pixels += std::int64_t{area.width} * area.height;
  }
  shown_.assign(layers.begin(), layers.end());
  for (Layer& layer : shown_) layer.picture = nullptr;
  return pixels;
}

struct CanvasPool::Shelf {
  explicit Shelf(std::size_t most) : most_kept(most) { unused.reserve(most + 1); }

  void put_back(std::unique_ptr<Canvas> canvas) {
    std::unique_ptr<Canvas> oldest;  // freed without the lock
    const std::lock_guard lock(mutex);
    unused.push_back(std::move(canvas));
    if (unused.size() <= most_kept) return;
    const auto found = std::ranges::min_element(unused, {}, [](const auto& one) { return one->last_shown; });
    oldest = std::move(*found);
    unused.erase(found);
  }

  const std::size_t most_kept;
  std::mutex mutex;
  std::vector<std::unique_ptr<Canvas>> unused;  // under mutex
};

CanvasPool::CanvasPool(std::size_t most_kept) : shelf_(std::make_shared<Shelf>(most_kept)) {}

std::unique_ptr<Canvas> CanvasPool::acquire(int width, int height) {
  {
    const std::lock_guard lock(shelf_->mutex);
    auto& unused = shelf_->unused;
    std::erase_if(unused, [&](const auto& canvas) {
      return canvas->picture().width() != width || canvas->picture().height() != height;
    });
    const auto found = std::ranges::max_element(unused, {}, [](const auto& one) { return one->last_shown; });
    if (found != unused.end()) {
      std::unique_ptr<Canvas> canvas = std::move(*found);
      unused.erase(found);
      return canvas;
    }
  }
  return std::make_unique<Canvas>(width, height);
}

codec::PictureRef CanvasPool::share(std::unique_ptr<Canvas> canvas) {
  canvas->last_shown = ++shared_;
  Canvas* const shared = canvas.release();
  return {&shared->picture(), [shared, shelf = shelf_](const codec::Picture*) {
            shelf->put_back(std::unique_ptr<Canvas>(shared));
          }};
}

}  // namespace kaskado::media
