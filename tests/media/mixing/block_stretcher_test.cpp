#include "media/mixing/block_stretcher.hpp"

#include <gtest/gtest.h>

#include <array>

#include "mixing/audio_test_support.hpp"

namespace kaskado::media {
namespace {

constexpr int kMargin = 16;

std::vector<std::int16_t> stretched(const std::vector<std::int16_t>& in, int consumed) {
  std::vector<std::int16_t> out(kBlockSamples);
  stretch(in.data() + kMargin, consumed, out.data(), 1);
  return out;
}

TEST(BlockStretcher, ChangesNothingAtItsOwnLength) {
  const auto in = test::Tone(3000, 30000).samples(kBlockSamples + 2 * kMargin);
  const auto out = stretched(in, kBlockSamples);
  EXPECT_TRUE(std::equal(out.begin(), out.end(), in.begin() + kMargin));
}

TEST(BlockStretcher, LeavesConstantsAsTheyAre) {
  for (const std::int16_t value :
       {std::int16_t{32767}, std::int16_t{-32768}, std::int16_t{-1}, std::int16_t{100}}) {
    const std::vector<std::int16_t> in(kBlockSamples + 2 * kMargin, value);
    for (const std::int16_t sample : stretched(in, kBlockSamples + 3)) EXPECT_EQ(sample, value);
  }
}

// Against the sine at the places in between.
TEST(BlockStretcher, InterpolatesTones) {
  for (const double hz : {50.0, 440.0, 1000.0, 5000.0, 10000.0}) {
    const auto in = test::Tone(hz, 20000).samples(kBlockSamples + kMaxStretch + 2 * kMargin);
    for (int more = -kMaxStretch; more <= kMaxStretch; ++more) {
      const auto out = stretched(in, kBlockSamples + more);
      double worst = 0;
      for (int i = 0; i < kBlockSamples; ++i) {
        const double place = kMargin + i * (kBlockSamples + more) / static_cast<double>(kBlockSamples);
        const double exact = 20000 * std::sin(2 * std::numbers::pi * hz * place / kSampleRate);
        worst = std::max(worst, std::abs(out[static_cast<std::size_t>(i)] - exact));
      }
      EXPECT_LT(worst, 20) << hz << " Hz, " << more;  // -60 dB
    }
  }
}

TEST(BlockStretcher, WritesEveryOtherSampleOfStereo) {
  const auto in = test::Tone(1000, 20000).samples(kBlockSamples + 2 * kMargin);
  std::vector<std::int16_t> out(2 * kBlockSamples, 7);
  stretch(in.data() + kMargin, kBlockSamples - 1, out.data() + 1, 2);
  const auto mono = stretched(in, kBlockSamples - 1);
  for (std::size_t i = 0; i < kBlockSamples; ++i) {
    EXPECT_EQ(out[2 * i], 7);
    EXPECT_EQ(out[2 * i + 1], mono[i]);
  }
}

// Square waves at full scale overshoot: they are cut, and never wrap.
TEST(BlockStretcher, DoesNotWrap) {
  std::vector<std::int16_t> in;
  for (int i = 0; i < kBlockSamples + 2 * kMargin + kMaxStretch; ++i)
    in.push_back(i / 10 % 2 == 0 ? std::int16_t{32767} : std::int16_t{-32768});
  const auto out = stretched(in, kBlockSamples + 4);
  for (int i = 0; i < kBlockSamples; ++i) {
    const int place = kMargin + i * (kBlockSamples + 4) / kBlockSamples;
    if (place % 10 == 0 || place % 10 == 9) continue;
    EXPECT_EQ(out[static_cast<std::size_t>(i)] > 0, in[static_cast<std::size_t>(place)] > 0) << i;
  }
}

}  // namespace
}  // namespace kaskado::media
