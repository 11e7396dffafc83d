// Where the inputs' pictures stand on the canvas: a layout answers that, the compositor paints it.
#pragma once

#include <span>
#include <vector>

#include "media/mixing/port_id.hpp"
#include "media/mixing/rect.hpp"

namespace kaskado::media {

// An input that has had a picture, and the size of its last.
struct InputView {
  PortId port;
  int width = 0;
  int height = 0;
};

enum class Fit {
  letterbox,  // keeps the picture's proportions, black beside it
  stretch,
};

struct Placement {
  PortId port;
  Rect area;  // with an even corner; what lies outside of the canvas is cut off
  Fit fit = Fit::letterbox;
};

struct Scene {
  // Of the canvas. 0: there is nothing to show yet.
  int width = 0;
  int height = 0;
  std::vector<Placement> placements;  // from the bottom up
};

class Layout {
 public:
  virtual ~Layout() = default;
  // `inputs` in the order of their joining. `scene` is written anew; what it held only lends its memory.
  virtual void arrange(std::span<const InputView> inputs, Scene& scene) = 0;
  // The port is gone: what was set for it is forgotten.
  virtual void leave(PortId) {}
};

// The largest part of `area` that has the proportions of such a picture, in its middle, with an even corner.
Rect letterbox(const Rect& area, int width, int height);

}  // namespace kaskado::media
