// Makes one picture of many inputs' pictures at every tick of the media clock.
//
// Never waits for an input: each is shown as it was last. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "media/mixing/canvas.hpp"
#include "media/mixing/layout.hpp"
#include "media/mixing/mixing_delay.hpp"
#include "media/mixing/picture_queue.hpp"
#include "media/video_frame.hpp"

namespace kaskado::media {

class VideoCompositor {
 public:
  static constexpr std::size_t kMaxInputs = 256;
  // An input that has had no new picture for so long counts as frozen; its last one stays.
  static constexpr base::Duration kFrozenAfter = std::chrono::seconds{2};
  // And for so long: its cell turns black until the next picture, so that nobody takes it for present.
  static constexpr base::Duration kBlankAfter = std::chrono::seconds{10};

  enum class InputState { waiting, live, frozen, blank };

  // What the last tick cost.
  struct Work {
    int scaled_pictures = 0;
    std::int64_t painted_pixels = 0;
  };

  // False, and nothing changes, when there are too many or it is there already.
  bool join(PortId port);
  // Its picture is gone from the next tick on.
  void leave(PortId port);
  // Drawn over its cell; empty for none. See media/mixing/label.hpp.
  void set_name(PortId port, std::string_view name);

  // Its pictures are shown so much later: as its sound is heard.
  void set_delay(PortId port, base::Duration delay);

  // A picture of an unknown port is left out. Shown at the first tick that is kMixingDelay behind its time,
  // or at the next where that is past. Inputs take part in the layout from their first shown picture on.
  void take(PortId port, const VideoFrame& frame);

  // The picture of this tick; ticks grow. Its time is the tick's, `arrived` that of the oldest of the
  // pictures that it shows for the first time (the tick's, where none is). Nothing where the layout has no
  // canvas yet. Where all looks as before, it is the very picture of the tick before.
  std::optional<VideoFrame> compose(base::Instant tick, Layout& layout);

  InputState state(PortId port) const;
  const Work& last_work() const { return work_; }

 private:
  struct Input {
    explicit Input(PortId id) : port(id) {}

    PortId port;
    PictureQueue waiting;
    base::Duration delay{};
    InputState state = InputState::waiting;
    codec::PictureRef picture;  // the last that was due
    std::uint64_t content = 0;  // names it
    base::Instant arrived{};
    base::Instant shown_since{};  // the tick
    // The picture at the size at which it is shown, where that is not its own.
    std::unique_ptr<codec::Picture> scaled;
    std::uint64_t scaled_content = 0;
    std::string name;
    std::unique_ptr<codec::Picture> label;
    std::uint64_t label_content = 0;
  };

  Input* find(PortId port);
  void advance(Input& input, base::Instant tick);
  base::Instant oldest_new_arrival(base::Instant tick) const;
  void arrange(Layout& layout);
  void add_layers(const Placement& placement);
  void add_label(Input& input, const Rect& cell);
  const codec::Picture* at_size(Input& input, int width, int height);
  codec::PictureRef paint();

  std::vector<std::unique_ptr<Input>> inputs_;  // in the order of joining
  std::uint64_t last_content_ = 0;
  std::vector<InputView> views_;
  Scene scene_;
  std::vector<Layer> layers_;
  std::vector<Layer> shown_layers_;  // their pictures may be gone
  codec::PictureRef shown_;
  CanvasPool canvases_;
  Work work_;
};

}  // namespace kaskado::media
