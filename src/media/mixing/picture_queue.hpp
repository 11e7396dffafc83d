// Holds an input's pictures back until it is their time.
#pragma once

#include <optional>

#include "base/ring.hpp"
#include "media/video_frame.hpp"

namespace kaskado::media {

class PictureQueue {
 public:
  // That wait, at the most. When one more comes, the oldest is due.
  static constexpr std::size_t kMaxWaiting = 8;
  // A picture that is further ahead of its time has a time that cannot be believed, and is due.
  static constexpr base::Duration kFarthest = std::chrono::milliseconds{500};

  void push(const VideoFrame& frame) {
    if (waiting_.full()) early_ = waiting_.pop();
    waiting_.push(frame);
  }

  // The newest picture that is due, once; those before it are left out.
  std::optional<VideoFrame> take(base::Instant due) {
    std::optional<VideoFrame> newest = std::move(early_);
    early_.reset();
    while (!waiting_.empty() && (waiting_.front().time <= due || waiting_.front().time - due > kFarthest))
      newest = waiting_.pop();
    return newest;
  }

 private:
  base::Ring<VideoFrame> waiting_{kMaxWaiting};
  std::optional<VideoFrame> early_;
};

}  // namespace kaskado::media
