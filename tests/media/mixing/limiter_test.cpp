#include "media/mixing/limiter.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "mixing/audio_test_support.hpp"

namespace kaskado::media {
namespace {

std::vector<std::int32_t> loud_tone(double amplitude, int block = 0) {
  std::vector<std::int32_t> samples;
  for (int i = 0; i < kBlockSamples; ++i)
    samples.push_back(static_cast<std::int32_t>(
        amplitude * std::sin(2 * std::numbers::pi * 400 * (block * kBlockSamples + i) / kSampleRate)));
  return samples;
}

std::vector<std::int16_t> limited(Limiter& limiter, const std::vector<std::int32_t>& in) {
  std::vector<std::int16_t> out(in.size());
  limiter.limit(in, out);
  return out;
}

TEST(Limiter, LeavesWhatFitsAsItIs) {
  Limiter limiter;
  auto in = loud_tone(32767);
  in[5] = -32767;
  const auto out = limited(limiter, in);
  EXPECT_TRUE(std::equal(out.begin(), out.end(), in.begin()));
  EXPECT_EQ(limiter.gain(), 1);
}

TEST(Limiter, KeepsSumsWithinSixteenBitsWithTheirSigns) {
  Limiter limiter;
  for (int block = 0; block < 5; ++block) {
    const auto in = loud_tone(2e9, block);
    const auto out = limited(limiter, in);
    for (std::size_t i = 0; i < in.size(); ++i) {
      EXPECT_TRUE(std::abs(in[i]) <= 100'000 || (out[i] < 0) == (in[i] < 0));
      EXPECT_LE(std::abs(out[i]), 32767);
    }
  }
}

// From the second block on it is a sine again: the gain follows the envelope and not the wave.
TEST(Limiter, KeepsTheShapeOfWhatIsLoud) {
  Limiter limiter;
  limited(limiter, loud_tone(100'000));
  const auto in = loud_tone(100'000, 1);
  const auto out = limited(limiter, in);
  for (std::size_t i = 0; i < in.size(); ++i) EXPECT_NEAR(out[i], in[i] * 0.32, 500) << i;
}

TEST(Limiter, RisesSlowlyBehindWhatWasLoud) {
  Limiter limiter;
  limited(limiter, loud_tone(100'000));
  const float low = limiter.gain();
  EXPECT_NEAR(low, 0.32, 0.01);
  float last = low;
  for (int block = 0; block < 100; ++block) {
    limited(limiter, loud_tone(1000, block));
    EXPECT_GE(limiter.gain(), last);
    EXPECT_LT(limiter.gain() - last, 0.2);
    last = limiter.gain();
  }
  EXPECT_EQ(last, 1);
}

TEST(Limiter, FallsBeforeWhatIsLoud) {
  Limiter limiter;
  auto in = loud_tone(10'000);
  for (std::size_t i = 500; i < 600; ++i) in[i] *= 20;
  const auto out = limited(limiter, in);
  for (std::size_t i = 480; i < 600; ++i) EXPECT_NEAR(out[i], in[i] * 0.16F, 300) << i;
  EXPECT_EQ(out[100], in[100]);
}

}  // namespace
}  // namespace kaskado::media
