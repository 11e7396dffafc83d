#include "media/encoded_video_queue.hpp"

#include <utility>

namespace kaskado::media {

EncodedVideoQueue::Pushed EncodedVideoQueue::push(codec::EncodedFrame frame) {
  const std::lock_guard lock(mutex_);
  if (dropping_ && !frame.key_frame) return {.dropped = 1};
  dropping_ = false;
  Pushed pushed;
  if (is_full(frame) && !frame.key_frame) pushed.dropped = drop_to_key_frame();
  if (is_full(frame)) {
    pushed.dropped += frames_.size();
    while (!frames_.empty()) take_front();
    dropping_ = !frame.key_frame;
    if (dropping_) return {.dropped = pushed.dropped + 1, .needs_key_frame = true};
  }
  bytes_ += frame.span().size();
  frames_.push(std::move(frame));
  pushed.queued = true;
  return pushed;
}

bool EncodedVideoQueue::is_full(const codec::EncodedFrame& next) const {
  return frames_.full() || (!frames_.empty() && bytes_ + next.span().size() > bounds_.bytes);
}

codec::EncodedFrame EncodedVideoQueue::take_front() {
  codec::EncodedFrame frame = frames_.pop();
  bytes_ -= frame.span().size();
  return frame;
}

std::size_t EncodedVideoQueue::drop_to_key_frame() {
  std::size_t key = frames_.size();
  while (key > 0 && !frames_[key - 1].key_frame) --key;
  if (key == 0) return 0;
  for (std::size_t i = 0; i + 1 < key; ++i) take_front();
  return key - 1;
}

std::optional<codec::EncodedFrame> EncodedVideoQueue::pop() {
  const std::lock_guard lock(mutex_);
  if (frames_.empty()) return std::nullopt;
  return take_front();
}

}  // namespace kaskado::media
