#include "media/video_decode_stage.hpp"

#include <utility>

#include "media/log.hpp"

namespace kaskado::media {

VideoDecodeStage::VideoDecodeStage(Key, VideoDecodeSettings settings)
    : settings_(std::move(settings)), queue_(settings_.bounds) {
  if (!settings_.pictures) settings_.pictures = std::make_shared<codec::PicturePool>();
}

// A job finds nothing where what it was posted for had to go.
void VideoDecodeStage::take(codec::EncodedFrame frame) {
  meter_.frame_in(frame.arrived, settings_.clock());
  const EncodedVideoQueue::Pushed pushed = queue_.push(std::move(frame));
  if (pushed.dropped) meter_.frames_dropped(pushed.dropped);
  if (pushed.needs_key_frame) settings_.wish_key_frame();
  if (pushed.queued)
    settings_.strand->post_for(shared_from_this(), [](VideoDecodeStage& self) { self.decode_next(); });
}

void VideoDecodeStage::drain() {
  settings_.strand->post_for(shared_from_this(), [](VideoDecodeStage& self) {
    if (!self.decoder_) return;
    self.decoder_->flush(self.decoded_);
    self.publish();
    self.needs_key_frame_ = true;
    self.wished_ = false;
  });
}

void VideoDecodeStage::decode_next() {
  const std::optional<codec::EncodedFrame> frame = queue_.pop();
  if (!frame) return;
  if (!prepare(*frame)) return meter_.frames_dropped();
  const base::Instant start = settings_.clock();
  const std::int64_t tag = next_tag_++;
  times_[static_cast<std::size_t>(tag) % times_.size()] = {frame->time, frame->arrived};
  const auto decoded = decoder_->decode(frame->span(), tag, decoded_);
  meter_.worked(settings_.clock() - start);
  if (!decoded) {
    LOG_DEBUG(log, "a picture could not be decoded: %s", decoded.error().message.c_str());
    fail();
  }
  publish();
}

// False where the frame is of no use.
bool VideoDecodeStage::prepare(const codec::EncodedFrame& frame) {
  if (codec_ != frame.codec) {
    if (decoder_) {
      decoder_->flush(decoded_);
      publish();
    }
    codec_ = frame.codec;
    decoder_.reset();
    auto made = settings_.make_decoder(frame.codec, settings_.pictures);
    if (made) {
      decoder_ = std::move(made).value();
    } else {
      meter_.error();
      LOG_WARNING(log, "no decoder: %s", made.error().message.c_str());
    }
    needs_key_frame_ = true;
    wished_ = false;
  }
  if (!decoder_) return false;  // and a key frame would not help
  if (frame.key_frame) {
    needs_key_frame_ = wished_ = false;
  } else if (needs_key_frame_ && !std::exchange(wished_, true)) {
    settings_.wish_key_frame();
  }
  return !needs_key_frame_;
}

void VideoDecodeStage::fail() {
  meter_.error();
  needs_key_frame_ = true;
  if (!std::exchange(wished_, true)) settings_.wish_key_frame();
}

void VideoDecodeStage::publish() {
  for (codec::VideoDecoder::Decoded& each : decoded_) {
    const Times& times = times_[static_cast<std::size_t>(each.tag) % times_.size()];
    publisher_.publish({.picture = std::move(each.picture), .time = times.time, .arrived = times.arrived});
  }
  if (!decoded_.empty()) meter_.frames_out(decoded_.size());
  decoded_.clear();
}

}  // namespace kaskado::media
