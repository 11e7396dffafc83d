#include "codec/opus/opus_encoder.hpp"

#include <opus/opus.h>

#include <algorithm>
#include <string>

namespace kaskado::codec {
namespace {

constexpr int kRate = 48000;
constexpr int kFrameSamples = kRate / 50;
// One frame (RFC 6716 §3.2.1) with its first byte.
constexpr std::size_t kMostBytes = 1276;
// Of 10; libopus' own default is 9. From 7 on it also tells speech from music, which an encoder for calls can
// do without.
constexpr int kComplexity = 5;

struct Destroy {
  void operator()(OpusEncoder* encoder) const { opus_encoder_destroy(encoder); }
};

class LibopusEncoder final : public AudioEncoder {
 public:
  explicit LibopusEncoder(int channels) : channels_(channels) {}

  bool open(const AudioEncoderSettings& settings) {
    int error = OPUS_OK;
    const int application = channels_ == 1 ? OPUS_APPLICATION_VOIP : OPUS_APPLICATION_AUDIO;
    library_.reset(opus_encoder_create(kRate, channels_, application, &error));
    if (error != OPUS_OK || !library_) return false;
    set_bitrate(settings.bitrate_bps);
    OpusEncoder* const encoder = library_.get();
    return opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(kComplexity)) == OPUS_OK &&
           opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(1)) == OPUS_OK &&
           opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(
                                         std::clamp(settings.expected_loss_percent, 0, 100))) == OPUS_OK &&
           opus_encoder_ctl(encoder, OPUS_SET_DTX(0)) == OPUS_OK;
  }

  AudioFormat format() const override { return {.sample_rate = kRate, .channels = channels_}; }
  int samples_per_frame() const override { return kFrameSamples; }

  base::Result<void> encode(std::span<const std::int16_t> samples,
                            std::vector<std::uint8_t>& frame) override {
    if (samples.size() != static_cast<std::size_t>(kFrameSamples * channels_))
      return base::Error{"Opus: not a frame's number of samples"};
    const std::size_t before = frame.size();
    frame.resize(before + kMostBytes);
    const int written =
        opus_encode(library_.get(), samples.data(), kFrameSamples, frame.data() + before, kMostBytes);
    frame.resize(before + static_cast<std::size_t>(std::max(written, 0)));
    if (written < 0) return base::Error{std::string("Opus: ") + opus_strerror(written)};
    return {};
  }

  void set_bitrate(int bitrate_bps) override {
    // RFC 6716 §2.1.1: from 6 to 510 kb/s.
    opus_encoder_ctl(library_.get(), OPUS_SET_BITRATE(std::clamp(bitrate_bps, 6'000, 510'000)));
  }

 private:
  int channels_;
  std::unique_ptr<OpusEncoder, Destroy> library_;
};

}  // namespace

base::Result<std::unique_ptr<AudioEncoder>> make_opus_encoder(const AudioEncoderSettings& settings) {
  if (settings.format.channels < 1 || settings.format.channels > 2)
    return base::Error{"Opus has one or two channels"};
  auto encoder = std::make_unique<LibopusEncoder>(settings.format.channels);
  if (!encoder->open(settings)) return base::Error{"libopus refuses an encoder of these settings"};
  return std::unique_ptr<AudioEncoder>(std::move(encoder));
}

}  // namespace kaskado::codec
