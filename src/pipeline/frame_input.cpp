#include "pipeline/frame_input.hpp"

#include "pipeline/rtp_feed.hpp"

namespace kaskado::pipeline {

// Looks at each frame that passes.
template <typename Frame>
class FrameInput::Probe final : public media::FrameSink<Frame> {
 public:
  Probe(std::shared_ptr<media::FrameSink<Frame>> next, media::Clock clock, std::shared_ptr<Meter> meter)
      : next_(std::move(next)), clock_(std::move(clock)), meter_(std::move(meter)) {}

  static std::shared_ptr<media::FrameSink<Frame>> before(const std::shared_ptr<media::FrameSink<Frame>>& next,
                                                         const media::Clock& clock, const std::shared_ptr<Meter>& meter) {
    return next ? std::make_shared<Probe>(next, clock, meter) : nullptr;
  }

  void take(const Frame& frame) override {
    {
      const std::lock_guard lock(meter_->mutex);
      meter_->latency.add(clock_() - frame.arrived);
    }
    next_->take(frame);
  }

 private:
  const std::shared_ptr<media::FrameSink<Frame>> next_;
  const media::Clock clock_;
  const std::shared_ptr<Meter> meter_;
};

FrameInput::FrameInput(const RawSink& sink, media::Clock clock)
    : sink_{Probe<media::VideoFrame>::before(sink.video, clock, meter_), Probe<media::AudioFrame>::before(sink.audio, clock, meter_)} {}

std::optional<base::Duration> FrameInput::latency() const {
  const std::lock_guard lock(meter_->mutex);
  return meter_->latency.value();
}

void FrameInput::bind(RtpFeed* origin) {
  if (origin == origin_) return;
  if (origin_) {
    part(media_, sink_);
    media_ = {};
    origin_->release_frames();
    origin_->detach(*this);
  }
  origin_ = origin;
  if (!origin_) return;
  origin_->attach(*this);
  media_ = origin_->hold_frames();
  join(media_, sink_);
}

}  // namespace kaskado::pipeline
