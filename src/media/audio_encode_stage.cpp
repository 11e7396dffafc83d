#include "media/audio_encode_stage.hpp"

#include <utility>

#include "media/log.hpp"

namespace kaskado::media {

namespace {

// Where sound ends: one of so many parts of a frame that are left. What is less is not missed.
constexpr std::size_t kWorthAFrame = 20;

base::Duration duration_of(int samples, const codec::AudioFormat& format) {
  return base::Duration{std::int64_t{1'000'000'000} * samples / format.sample_rate};
}

}  // namespace

AudioEncodeStage::AudioEncodeStage(Key, AudioEncodeSettings settings)
    : settings_(std::move(settings)),
      queue_(settings_.most_waiting),
      bitrate_bps_(settings_.encoder.bitrate_bps),
      encoder_bitrate_bps_(settings_.encoder.bitrate_bps) {}

void AudioEncodeStage::take(const AudioFrame& frame) {
  meter_.frame_in(frame.arrived, settings_.clock());
  const bool queued = queue_for(*settings_.strand, queue_, frame, shared_from_this(),
                                [](AudioEncodeStage& self) { self.encode_next(); });
  if (!queued) meter_.frames_dropped();
}

void AudioEncodeStage::encode_next() {
  const std::optional<AudioFrame> frame = queue_.pop();
  if (!frame || !frame->samples || frame->samples->empty()) return;
  if (!prepare()) return meter_.frames_dropped();
  const base::Instant start = settings_.clock();
  const auto length = static_cast<std::size_t>(line_->encoder->samples_per_frame());
  if (!line_->sound.follows(*frame)) {
    line_->sound.end();
    while (line_->sound.samples() > length / kWorthAFrame) encode_frame();
  }
  line_->sound.append(*frame);
  while (line_->sound.samples() >= length) encode_frame();
  meter_.worked(settings_.clock() - start);
}

bool AudioEncodeStage::prepare() {
  if (!std::exchange(tried_, true)) {
    auto made = settings_.make_encoder(settings_.encoder);
    if (made) {
      line_.emplace(std::move(made).value());
    } else {
      meter_.error();
      LOG_WARNING(log, "no encoder: %s", made.error().message.c_str());
    }
  }
  const int bitrate_bps = bitrate_bps_;
  if (line_ && std::exchange(encoder_bitrate_bps_, bitrate_bps) != bitrate_bps)
    line_->encoder->set_bitrate(bitrate_bps);
  return line_.has_value();
}

void AudioEncodeStage::encode_frame() {
  const codec::AudioFormat format = line_->encoder->format();
  const base::Instant time = line_->sound.time(), arrived = line_->sound.arrived();
  line_->sound.cut(static_cast<std::size_t>(line_->encoder->samples_per_frame()), samples_);
  const base::Duration length = duration_of(line_->encoder->samples_per_frame(), format);
  const auto placed = line_->time.place(time - duration_of(line_->encoder->delay_samples(), format), length);
  if (!placed) return meter_.frames_dropped();
  auto bytes = std::make_shared<std::vector<std::uint8_t>>();
  if (const auto encoded = line_->encoder->encode(samples_, *bytes); !encoded) {
    meter_.error();
    LOG_DEBUG(log, "sound could not be encoded: %s", encoded.error().message.c_str());
    return;
  }
  if (bytes->empty()) return;
  meter_.frames_out();
  settings_.output({.codec = settings_.encoder.codec,
                    .bytes = std::move(bytes),
                    .key_frame = true,
                    .rtp_time = placed->rtp_time,
                    .clock_rate = static_cast<std::uint32_t>(format.sample_rate),
                    .time = placed->time,
                    .arrived = arrived,
                    .duration = length,
                    .channels = format.channels});
}

}  // namespace kaskado::media
