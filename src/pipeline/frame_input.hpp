// Where raw frames come into an element: a filter, a mixer's port.
#pragma once

#include <memory>
#include <mutex>

#include "base/mean_duration.hpp"
#include "media/stage_meter.hpp"
#include "pipeline/media_input.hpp"
#include "pipeline/raw_media.hpp"

namespace kaskado::pipeline {

// Owned by the element. What it is bound to is decoded for it.
class FrameInput final : public MediaInput {
 public:
  // `clock` is read where frames come in.
  FrameInput(const RawSink& sink, media::Clock clock);
  ~FrameInput() { bind(nullptr); }
  FrameInput(const FrameInput&) = delete;

  void bind(RtpFeed* origin) override;
  RtpFeed* origin() const { return origin_; }
  std::optional<base::Duration> latency() const override;

 private:
  // On the way of the frames; any thread.
  struct Meter {
    std::mutex mutex;
    base::MeanDuration latency;  // under mutex
  };
  template <typename Frame>
  class Probe;

  const std::shared_ptr<Meter> meter_ = std::make_shared<Meter>();
  const RawSink sink_;
  RtpFeed* origin_ = nullptr;
  RawMedia media_;
};

}  // namespace kaskado::pipeline
