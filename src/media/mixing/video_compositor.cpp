#include "media/mixing/video_compositor.hpp"

#include <algorithm>
#include <utility>

#include "media/mixing/label.hpp"
#include "media/mixing/paint.hpp"

namespace kaskado::media {

VideoCompositor::Input* VideoCompositor::find(PortId port) {
  const auto found = std::ranges::find(inputs_, port, [](const auto& input) { return input->port; });
  return found == inputs_.end() ? nullptr : found->get();
}

bool VideoCompositor::join(PortId port) {
  if (inputs_.size() >= kMaxInputs || find(port)) return false;
  inputs_.push_back(std::make_unique<Input>(port));
  return true;
}

void VideoCompositor::leave(PortId port) {
  std::erase_if(inputs_, [&](const auto& input) { return input->port == port; });
}

void VideoCompositor::set_name(PortId port, std::string_view name) {
  Input* const input = find(port);
  if (!input) return;
  input->name = label_text(name);
  input->label.reset();
}

void VideoCompositor::set_delay(PortId port, base::Duration delay) {
  if (Input* const input = find(port)) input->delay = delay;
}

void VideoCompositor::take(PortId port, const VideoFrame& frame) {
  Input* const input = find(port);
  if (input && frame.picture) input->waiting.push(frame);
}

VideoCompositor::InputState VideoCompositor::state(PortId port) const {
  const Input* const input = const_cast<VideoCompositor*>(this)->find(port);
  return input ? input->state : InputState::waiting;
}

void VideoCompositor::advance(Input& input, base::Instant tick) {
  if (std::optional<VideoFrame> frame = input.waiting.take(tick - kMixingDelay - input.delay)) {
    // A source whose picture does not change may hand out the same again and again.
    if (frame->picture != input.picture) input.content = ++last_content_;
    input.picture = std::move(frame->picture);
    input.arrived = frame->arrived;
    input.shown_since = tick;
  }
  if (!input.picture) return;
  const base::Duration age = tick - input.shown_since;
  input.state = age > kBlankAfter    ? InputState::blank
                : age > kFrozenAfter ? InputState::frozen
                                     : InputState::live;
}

base::Instant VideoCompositor::oldest_new_arrival(base::Instant tick) const {
  base::Instant oldest = tick;
  for (const auto& input : inputs_)
    if (input->picture && input->shown_since == tick) oldest = std::min(oldest, input->arrived);
  return oldest;
}

void VideoCompositor::arrange(Layout& layout) {
  views_.clear();
  for (const auto& input : inputs_)
    if (input->picture) views_.push_back({input->port, input->picture->width(), input->picture->height()});
  layout.arrange(views_, scene_);
}

// Scales once a picture and size: what is on no canvas yet, and what other canvases will want of it.
const codec::Picture* VideoCompositor::at_size(Input& input, int width, int height) {
  if (input.picture->width() == width && input.picture->height() == height) return input.picture.get();
  if (!input.scaled || input.scaled->width() != width || input.scaled->height() != height) {
    input.scaled = std::make_unique<codec::Picture>(width, height);
    input.scaled_content = 0;
  }
  if (input.scaled_content != input.content) {
    scale(*input.picture, *input.scaled);
    input.scaled_content = input.content;
    ++work_.scaled_pictures;
  }
  return input.scaled.get();
}

void VideoCompositor::add_label(Input& input, const Rect& cell) {
  const Rect area = label_area(cell, input.name);
  if (area.empty()) return;
  if (!input.label || input.label->width() != area.width || input.label->height() != area.height) {
    input.label = draw_label(area, input.name);
    input.label_content = ++last_content_;
  }
  layers_.push_back({area, area, input.label_content, input.label.get()});
}

void VideoCompositor::add_layers(const Placement& placement) {
  Input* const input = find(placement.port);
  const Rect& cell = placement.area;
  if (!input || !input->picture || cell.empty()) return;
  if (input->state == InputState::blank) {
    layers_.push_back({cell, {}, 0, nullptr});
  } else {
    const codec::Picture& picture = *input->picture;
    const Rect inner =
        placement.fit == Fit::stretch ? cell : letterbox(cell, picture.width(), picture.height());
    layers_.push_back({cell, inner, input->content, at_size(*input, inner.width, inner.height)});
  }
  if (!input->name.empty()) add_label(*input, cell);
}

codec::PictureRef VideoCompositor::paint() {
  const bool same_size = shown_ && shown_->width() == scene_.width && shown_->height() == scene_.height;
  if (same_size && look_alike(layers_, shown_layers_)) return shown_;
  shown_.reset();  // or the canvas could not come back
  std::unique_ptr<Canvas> canvas = canvases_.acquire(scene_.width, scene_.height);
  work_.painted_pixels += canvas->show(layers_);
  shown_layers_ = layers_;
  shown_ = canvases_.share(std::move(canvas));
  return shown_;
}

std::optional<VideoFrame> VideoCompositor::compose(base::Instant tick, Layout& layout) {
  work_ = {};
  for (const auto& input : inputs_) advance(*input, tick);
  arrange(layout);
  if (scene_.width <= 0 || scene_.height <= 0) return std::nullopt;
  layers_.clear();
  for (const Placement& placement : scene_.placements) add_layers(placement);
  return VideoFrame{.picture = paint(), .time = tick, .arrived = oldest_new_arrival(tick), .metadata = {}};
}

}  // namespace kaskado::media
