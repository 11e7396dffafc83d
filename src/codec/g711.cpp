#include "codec/g711.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "codec/concealment.hpp"

namespace kaskado::codec {
namespace {

constexpr AudioFormat kFormat{.sample_rate = 8000, .channels = 1};
constexpr int kFrameSamples = 160;

// A code is a sign, a segment of 3 bits and a step of 4 within it; each segment's steps are twice as wide as
// those of the one before. µ-law shifts all segments by this bias, so that they begin at powers of two.
constexpr int kMuBias = 33 << 2;
constexpr int kMuMost = 8158 << 2;
// On the line every second bit of A-law is inverted, and all of µ-law.
constexpr std::uint8_t kEvenBits = 0x55;

constexpr std::int16_t expand_mu_law(std::uint8_t code) {
  const int plain = ~code & 0xff;
  const int segment = plain >> 4 & 7;
  const int magnitude = ((((plain & 15) << 3) + kMuBias) << segment) - kMuBias;
  return static_cast<std::int16_t>(plain & 0x80 ? -magnitude : magnitude);
}

constexpr std::int16_t expand_a_law(std::uint8_t code) {
  const int plain = code ^ kEvenBits;
  const int segment = plain >> 4 & 7;
  const int middle = ((plain & 15) << 4) + 8;
  const int magnitude = segment == 0 ? middle : (middle + 256) << (segment - 1);
  return static_cast<std::int16_t>(plain & 0x80 ? magnitude : -magnitude);
}

template <typename Expand>
constexpr std::array<std::int16_t, 256> table_of(Expand expand) {
  std::array<std::int16_t, 256> table{};
  for (std::size_t code = 0; code < table.size(); ++code)
    table[code] = expand(static_cast<std::uint8_t>(code));
  return table;
}

constexpr auto kMuLaw = table_of(expand_mu_law);
constexpr auto kALaw = table_of(expand_a_law);

// From zero. -1 is as near as 0: it lies in the first step below (ITU-T G.191, the reference code).
constexpr int distance(std::int16_t sample) {
  return sample < 0 ? ~int{sample} : int{sample};
}

class G711Decoder final : public AudioDecoder {
 public:
  explicit G711Decoder(CodecId codec) : table_(codec == CodecId::pcmu ? kMuLaw : kALaw) {}

  AudioFormat format() const override { return kFormat; }

  base::Result<void> decode(base::Bytes frame, std::vector<std::int16_t>& samples) override {
    if (frame.empty()) return base::Error{"a G.711 frame without samples"};
    const std::size_t before = samples.size();
    for (const std::uint8_t code : frame) samples.push_back(table_[code]);
    concealment_.heard(std::span(samples).subspan(before));
    return {};
  }

  void conceal(int samples_per_channel, base::Bytes, std::vector<std::int16_t>& samples) override {
    concealment_.conceal(static_cast<std::size_t>(std::max(samples_per_channel, 0)), samples);
  }

 private:
  const std::array<std::int16_t, 256>& table_;
  Concealment concealment_{kFrameSamples};
};

class G711Encoder final : public AudioEncoder {
 public:
  explicit G711Encoder(CodecId codec) : encode_(codec == CodecId::pcmu ? encode_mu_law : encode_a_law) {}

  AudioFormat format() const override { return kFormat; }
  int samples_per_frame() const override { return kFrameSamples; }

  base::Result<void> encode(std::span<const std::int16_t> samples,
                            std::vector<std::uint8_t>& frame) override {
    for (const std::int16_t sample : samples) frame.push_back(encode_(sample));
    return {};
  }
  void set_bitrate(int) override {}  // it has one: 64 kb/s

 private:
  std::uint8_t (*encode_)(std::int16_t);
};

}  // namespace

std::int16_t decode_mu_law(std::uint8_t code) {
  return kMuLaw[code];
}
std::int16_t decode_a_law(std::uint8_t code) {
  return kALaw[code];
}

std::uint8_t encode_mu_law(std::int16_t sample) {
  const int sign = sample < 0 ? 0x80 : 0;
  const int magnitude = std::min(distance(sample), kMuMost) + kMuBias;
  const int segment = static_cast<int>(std::bit_width(static_cast<unsigned>(magnitude))) - 8;
  return static_cast<std::uint8_t>(~(sign | segment << 4 | (magnitude >> (segment + 3) & 15)));
}

std::uint8_t encode_a_law(std::int16_t sample) {
  const int sign = sample < 0 ? 0 : 0x80;
  const int magnitude = distance(sample) >> 4;
  const int segment = std::max(static_cast<int>(std::bit_width(static_cast<unsigned>(magnitude))) - 4, 0);
  const int step = magnitude >> std::max(segment - 1, 0) & 15;
  return static_cast<std::uint8_t>((sign | segment << 4 | step) ^ kEvenBits);
}

std::unique_ptr<AudioDecoder> make_g711_decoder(CodecId codec) {
  return std::make_unique<G711Decoder>(codec);
}
std::unique_ptr<AudioEncoder> make_g711_encoder(CodecId codec) {
  return std::make_unique<G711Encoder>(codec);
}

}  // namespace kaskado::codec
