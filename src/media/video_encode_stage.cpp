#include "media/video_encode_stage.hpp"

#include <algorithm>
#include <utility>

#include "media/log.hpp"

namespace kaskado::media {

namespace {

constexpr int kLeastSize = 16;  // that all encoders take
constexpr double kUsualFramesPerSecond = 30;

base::Duration interval_of(double frames_per_second) {
  return base::Duration{static_cast<std::int64_t>(1e9 / frames_per_second)};
}

}  // namespace

VideoEncodeStage::VideoEncodeStage(Key, VideoEncodeSettings settings)
    : settings_(std::move(settings)),
      queue_(settings_.most_waiting),
      bitrate_bps_(settings_.bitrate_bps),
      shape_{settings_.size, settings_.most_frames_per_second} {}

void VideoEncodeStage::take(const VideoFrame& frame) {
  meter_.frame_in(frame.arrived, settings_.clock());
  const bool queued = queue_for(*settings_.strand, queue_, frame, shared_from_this(),
                                [](VideoEncodeStage& self) { self.encode_next(); });
  if (!queued) meter_.frames_dropped();
}

void VideoEncodeStage::set_size(codec::PictureSize size) {
  const std::lock_guard lock(mutex_);
  shape_.size = size;
}

void VideoEncodeStage::set_most_frames_per_second(double most) {
  const std::lock_guard lock(mutex_);
  shape_.most_frames_per_second = most;
}

codec::PictureSize VideoEncodeStage::encoded_size() const {
  const std::lock_guard lock(mutex_);
  return encoded_size_;
}

void VideoEncodeStage::encode_next() {
  const std::optional<VideoFrame> frame = queue_.pop();
  if (!frame || !frame->picture) return;
  Shape shape;
  {
    const std::lock_guard lock(mutex_);
    shape = shape_;
  }
  if (is_too_soon(frame->time, shape.most_frames_per_second)) return meter_.frames_dropped();
  const double frames_per_second =
      shape.most_frames_per_second > 0 ? shape.most_frames_per_second : kUsualFramesPerSecond;
  const base::Instant start = settings_.clock();
  const codec::PictureSize size = size_for(*frame->picture, shape.size);
  if (!prepare(size, frames_per_second)) return meter_.frames_dropped();
  encode(*frame, *scale(frame->picture, size, *pictures_), interval_of(frames_per_second));
  meter_.worked(settings_.clock() - start);
}

// Pictures that come a little before their turn are taken, and the turns stay evenly spaced.
bool VideoEncodeStage::is_too_soon(base::Instant time, double most_frames_per_second) {
  if (most_frames_per_second <= 0) return false;
  const base::Duration interval = interval_of(most_frames_per_second);
  if (!not_before_ || time - *not_before_ > interval || *not_before_ - time > 2 * interval)
    not_before_ = time;
  if (time < *not_before_ - interval / 4) return true;
  *not_before_ += interval;
  return false;
}

codec::PictureSize VideoEncodeStage::size_for(const codec::Picture& picture,
                                              codec::PictureSize wanted) const {
  const codec::PictureSize size = wanted.is_set() ? wanted : size_of(picture);
  return {std::clamp(size.width & ~1, kLeastSize, codec::Picture::kMaxWidth),
          std::clamp(size.height & ~1, kLeastSize, codec::Picture::kMaxHeight)};
}

bool VideoEncodeStage::prepare(codec::PictureSize size, double frames_per_second) {
  const int bitrate_bps = bitrate_bps_;
  if (encoder_size_ != size) {
    encoder_size_ = size;
    auto made = settings_.make_encoder({.codec = settings_.codec,
                                        .width = size.width,
                                        .height = size.height,
                                        .bitrate_bps = bitrate_bps,
                                        .frames_per_second = frames_per_second,
                                        .threads = settings_.threads});
    encoder_ = made ? std::move(made).value() : nullptr;
    encoder_bitrate_bps_ = bitrate_bps;
    if (encoder_) {
      const std::lock_guard lock(mutex_);
      encoded_size_ = size;
    } else {
      meter_.error();
      LOG_WARNING(log, "no encoder: %s", made.error().message.c_str());
    }
  }
  if (encoder_ && std::exchange(encoder_bitrate_bps_, bitrate_bps) != bitrate_bps)
    encoder_->set_bitrate(bitrate_bps);
  return encoder_ != nullptr;
}

void VideoEncodeStage::encode(const VideoFrame& frame, const codec::Picture& picture,
                              base::Duration interval) {
  const auto placed = time_.place(frame.time, interval);
  if (!placed) return meter_.frames_dropped();
  if (!first_) first_ = placed->time;
  const base::Instant now = settings_.clock();
  const bool may_be_key = !last_key_frame_ || now - *last_key_frame_ >= kBetweenKeyFrames;
  const bool key_frame = may_be_key && key_frame_wished_.exchange(false);
  auto encoded = encoder_->encode(picture, placed->time - *first_, key_frame);
  const bool made = encoded && encoded->bytes;
  if (made && encoded->key_frame) last_key_frame_ = now;
  if (key_frame && !(made && encoded->key_frame)) key_frame_wished_ = true;
  if (!encoded) {
    meter_.error();
    LOG_DEBUG(log, "a picture could not be encoded: %s", encoded.error().message.c_str());
  }
  if (!made) return meter_.frames_dropped();
  meter_.frames_out();
  settings_.output({.codec = settings_.codec,
                    .bytes = std::move(encoded->bytes),
                    .key_frame = encoded->key_frame,
                    .rtp_time = placed->rtp_time,
                    .time = placed->time,
                    .arrived = frame.arrived});
}

}  // namespace kaskado::media
