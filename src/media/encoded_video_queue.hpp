// Coded pictures that wait to be decoded.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>

#include "base/ring.hpp"
#include "codec/encoded_frame.hpp"

namespace kaskado::media {

// Bounded in frames and bytes. When it is full, what waits is too old to be of use: all of it goes but a key
// frame and what stands behind it, and if there is no key frame, all that comes until there is one. Any
// thread.
class EncodedVideoQueue {
 public:
  struct Bounds {
    std::size_t frames = 24;
    std::size_t bytes = 8 << 20;
  };
  struct Pushed {
    bool queued = false;
    std::size_t dropped = 0;       // the one that was pushed, too, where it was not queued
    bool needs_key_frame = false;  // from now on
  };

  explicit EncodedVideoQueue(const Bounds& bounds) : bounds_(bounds), frames_(bounds.frames) {}

  Pushed push(codec::EncodedFrame frame);
  std::optional<codec::EncodedFrame> pop();

 private:
  bool is_full(const codec::EncodedFrame& next) const;
  codec::EncodedFrame take_front();
  std::size_t drop_to_key_frame();

  const Bounds bounds_;
  std::mutex mutex_;
  base::Ring<codec::EncodedFrame> frames_;  // this and what follows are under mutex_
  std::size_t bytes_ = 0;
  bool dropping_ = false;  // until a key frame
};

}  // namespace kaskado::media
