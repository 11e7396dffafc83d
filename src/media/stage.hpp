// How raw frames go from one to the next: a source pushes each to its sinks, on its own strand; a sink takes it
// at once and does the work on a strand of its own, behind a bounded queue.
#pragma once

#include <memory>

#include "media/audio_frame.hpp"
#include "media/video_frame.hpp"

namespace kaskado::media {

template <typename Frame>
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  // Any thread; does not wait. When its queue is full it leaves out the oldest that waits.
  virtual void take(const Frame& frame) = 0;
};

// Sinks may come and go while frames flow, from any thread. One that has been removed is not called any more
// once remove() returns.
template <typename Frame>
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  virtual void add(std::shared_ptr<FrameSink<Frame>> sink) = 0;
  virtual void remove(const FrameSink<Frame>* sink) = 0;
};

using VideoSink = FrameSink<VideoFrame>;
using VideoSource = FrameSource<VideoFrame>;
using AudioSink = FrameSink<AudioFrame>;
using AudioSource = FrameSource<AudioFrame>;

}  // namespace kaskado::media
