#include "codec/opus/opus_decoder.hpp"

#include <opus/opus.h>

#include <algorithm>
#include <string>

namespace kaskado::codec {
namespace {

constexpr int kRate = 48000;
// A packet holds 120 ms at the most (RFC 6716 §3.2.5), and lengths are multiples of 2.5 ms.
constexpr int kMostSamples = kRate * 120 / 1000;
constexpr int kUnitSamples = kRate * 5 / 2000;

struct Destroy {
  void operator()(OpusDecoder* decoder) const { opus_decoder_destroy(decoder); }
};

class LibopusDecoder final : public AudioDecoder {
 public:
  explicit LibopusDecoder(int channels) : channels_(channels) {}

  bool open() {
    int error = OPUS_OK;
    library_.reset(opus_decoder_create(kRate, channels_, &error));
    return error == OPUS_OK && library_;
  }

  AudioFormat format() const override { return {.sample_rate = kRate, .channels = channels_}; }

  base::Result<void> decode(base::Bytes frame, std::vector<std::int16_t>& samples) override {
    // To libopus an empty packet is a lost one.
    if (frame.empty()) return base::Error{"Opus: an empty packet"};
    const int decoded = append(frame, kMostSamples, false, samples);
    if (decoded < 0) return base::Error{std::string("Opus: ") + opus_strerror(decoded)};
    return {};
  }

  void conceal(int samples_per_channel, base::Bytes next, std::vector<std::int16_t>& samples) override {
    int left = std::max(samples_per_channel, 0);
    const std::size_t end =
        samples.size() + static_cast<std::size_t>(left) * static_cast<std::size_t>(channels_);
    const int redundant = std::min(redundant_samples(next), left);
    for (left -= redundant; left > 0;) {
      const int made = append({}, units(std::min(left, kMostSamples)), false, samples);
      if (made <= 0) break;
      left -= made;
      // What is not a whole number of units is made too long and cut.
      if (left <= 0)
        samples.resize(end - static_cast<std::size_t>(redundant) * static_cast<std::size_t>(channels_));
    }
    if (redundant > 0) append(next, units(redundant), true, samples);
    samples.resize(end, 0);
  }

 private:
  static int units(int samples) { return (samples + kUnitSamples - 1) / kUnitSamples * kUnitSamples; }

  // How long the frame before `next` was that `next` may repeat, taken as long as its own first frame.
  static int redundant_samples(base::Bytes next) {
    if (next.empty()) return 0;
    return std::max(opus_packet_get_samples_per_frame(next.data(), kRate), 0);
  }

  // Gives the samples a channel, or libopus' error, with `samples` as it was.
  int append(base::Bytes packet, int most, bool redundancy, std::vector<std::int16_t>& samples) {
    const std::size_t before = samples.size();
    samples.resize(before + static_cast<std::size_t>(most) * static_cast<std::size_t>(channels_));
    const int decoded =
        opus_decode(library_.get(), packet.empty() ? nullptr : packet.data(), static_cast<int>(packet.size()),
                    samples.data() + before, most, redundancy ? 1 : 0);
    samples.resize(before +
                   static_cast<std::size_t>(std::max(decoded, 0)) * static_cast<std::size_t>(channels_));
    return decoded;
  }

  int channels_;
  std::unique_ptr<OpusDecoder, Destroy> library_;
};

}  // namespace

base::Result<std::unique_ptr<AudioDecoder>> make_opus_decoder(CodecId, AudioFormat format) {
  if (format.channels < 1 || format.channels > 2) return base::Error{"Opus has one or two channels"};
  auto decoder = std::make_unique<LibopusDecoder>(format.channels);
  if (!decoder->open()) return base::Error{"libopus does not start a decoder"};
  return std::unique_ptr<AudioDecoder>(std::move(decoder));
}

}  // namespace kaskado::codec
