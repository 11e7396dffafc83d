#include "media/audio_decode_stage.hpp"

#include <utility>

#include "media/log.hpp"
#include "rtp/types.hpp"

namespace kaskado::media {

AudioDecodeStage::AudioDecodeStage(Key, AudioDecodeSettings settings)
    : settings_(std::move(settings)), queue_(settings_.most_waiting) {}

void AudioDecodeStage::take(codec::EncodedFrame frame) {
  meter_.frame_in(frame.arrived, settings_.clock());
  const bool queued = queue_for(*settings_.strand, queue_, std::move(frame), shared_from_this(),
                                [](AudioDecodeStage& self) { self.decode_next(); });
  if (queued) return;
  meter_.frames_dropped();
  dropped_ = true;
}

void AudioDecodeStage::decode_next() {
  std::optional<codec::EncodedFrame> frame = queue_.pop();
  if (!frame) return;
  frame->after_loss |= dropped_.exchange(false);
  if (!prepare(*frame)) return meter_.frames_dropped();
  const base::Instant start = settings_.clock();
  samples_.clear();
  const base::Duration concealed = conceal_before(*frame);
  const base::Duration decoded = decode(*frame);
  const base::Duration held = held_;
  expected_ = frame->rtp_time + rtp::to_ticks(decoded, frame->clock_rate);
  publish(*frame, frame->time - concealed - held);
  meter_.worked(settings_.clock() - start);
}

// False where there is no decoder for it.
bool AudioDecodeStage::prepare(const codec::EncodedFrame& frame) {
  const Kind kind{frame.codec, frame.clock_rate, frame.channels};
  if (kind_ == kind) return decoder_ != nullptr;
  kind_ = kind;
  decoder_.reset();
  resampler_.reset();
  expected_.reset();
  held_ = {};
  auto made = settings_.make_decoder(
      frame.codec, {.sample_rate = static_cast<int>(frame.clock_rate), .channels = frame.channels});
  if (!made) {
    meter_.error();
    LOG_WARNING(log, "no decoder: %s", made.error().message.c_str());
    return false;
  }
  decoder_ = std::move(made).value();
  const codec::AudioFormat format = decoder_->format();
  if (format.sample_rate != kSampleRate) resampler_.emplace(format.sample_rate, kSampleRate, format.channels);
  return true;
}

// Of what was lost before the frame. A gap that is too long, or a pause, breaks the sound off.
base::Duration AudioDecodeStage::conceal_before(const codec::EncodedFrame& frame) {
  if (!expected_) return {};
  const base::Duration gap = rtp::from_ticks(frame.rtp_time - *expected_, frame.clock_rate);
  if (gap <= base::Duration{}) return {};
  if (frame.after_loss && gap <= kMostConcealed) {
    const auto count =
        static_cast<int>(rtp::to_ticks(gap, static_cast<std::uint32_t>(decoder_->format().sample_rate)));
    decoder_->conceal(count, frame.span(), samples_);
    return length_of(samples_.size());
  }
  if (resampler_) resampler_.emplace(resampler_->from_rate(), kSampleRate, resampler_->channels());
  held_ = {};
  return {};
}

base::Duration AudioDecodeStage::decode(const codec::EncodedFrame& frame) {
  const std::size_t before = samples_.size();
  if (const auto decoded = decoder_->decode(frame.span(), samples_); !decoded) {
    meter_.error();
    LOG_DEBUG(log, "sound could not be decoded: %s", decoded.error().message.c_str());
    samples_.resize(before);
    const auto rate = static_cast<std::uint32_t>(decoder_->format().sample_rate);
    decoder_->conceal(static_cast<int>(rtp::to_ticks(frame.duration, rate)), {}, samples_);
  }
  return length_of(samples_.size() - before);
}

base::Duration AudioDecodeStage::length_of(std::size_t samples) const {
  const codec::AudioFormat format = decoder_->format();
  return rtp::from_ticks(static_cast<std::int64_t>(samples) / format.channels,
                         static_cast<std::uint32_t>(format.sample_rate));
}

void AudioDecodeStage::publish(const codec::EncodedFrame& frame, base::Instant time) {
  auto sound = std::make_shared<std::vector<std::int16_t>>();
  const int channels = decoder_->format().channels;
  if (resampler_) {
    sound->reserve(samples_.size() * static_cast<std::size_t>(kSampleRate) /
                       static_cast<std::size_t>(resampler_->from_rate()) +
                   64);
    resampler_->process(samples_, *sound);
    held_ += length_of(samples_.size()) -
             rtp::from_ticks(static_cast<std::int64_t>(sound->size()) / channels, kSampleRate);
  } else {
    *sound = samples_;
  }
  if (sound->empty()) return;
  meter_.frames_out();
  publisher_.publish(
      {.samples = std::move(sound), .channels = channels, .time = time, .arrived = frame.arrived});
}

}  // namespace kaskado::media
