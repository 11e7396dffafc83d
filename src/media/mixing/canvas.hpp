// A picture that layers are painted on, and that knows what was painted on it last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "codec/picture.hpp"
#include "media/mixing/rect.hpp"

namespace kaskado::media {

// Opaque: hides what is below.
struct Layer {
  // All of it is painted: black where the picture is not.
  Rect area;
  // Where the picture stands, of the picture's size, within the area; empty where there is none.
  Rect inner;
  // Names the picture's content: who has the same number looks the same. 0 where there is none.
  std::uint64_t content = 0;
  const codec::Picture* picture = nullptr;

  bool looks_like(const Layer& other) const {
    return area == other.area && inner == other.inner && content == other.content;
  }
};

bool look_alike(std::span<const Layer> one, std::span<const Layer> other);

class Canvas {
 public:
  Canvas(int width, int height) : picture_(width, height) {}

  // Makes the picture show the layers, from the bottom up, on black. Paints only where they differ from the
  // last ones; returns how many pixels that were.
  std::int64_t show(std::span<const Layer> layers);

  const codec::Picture& picture() const { return picture_; }
  std::uint64_t last_shown = 0;  // the pool's

 private:
  void find_differences(std::span<const Layer> layers);
  void add_difference(Rect area);
  void paint(const Rect& area, std::span<const Layer> layers);

  codec::Picture picture_;
  bool undefined_ = true;
  std::vector<Layer> shown_;  // without pictures
  std::vector<Rect> differences_;
};

// Canvases that come back when nobody looks at them any more, with what they show. One thread; but the last
// reference to what share() gave may go on any, and after the pool's end.
class CanvasPool {
 public:
  // So many that have come back are kept, at the most.
  explicit CanvasPool(std::size_t most_kept = 4);

  // The one that was shared last of those that have come back: it differs least from what is to be shown
  // next.
  std::unique_ptr<Canvas> acquire(int width, int height);
  // Constant from here on.
  codec::PictureRef share(std::unique_ptr<Canvas> canvas);

 private:
  struct Shelf;
  std::shared_ptr<Shelf> shelf_;
  std::uint64_t shared_ = 0;
};

}  // namespace kaskado::media
