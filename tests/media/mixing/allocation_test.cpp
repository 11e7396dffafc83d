// What a tick allocates is bounded by what leaves with it, and does not grow: operator new is counted here.
#include <gtest/gtest.h>

#include "base/allocation_counter.hpp"
#include "media/mixing/audio_mixer.hpp"
#include "media/mixing/grid_layout.hpp"
#include "media/mixing/video_compositor.hpp"
#include "mixing/audio_test_support.hpp"
#include "mixing/video_test_support.hpp"

namespace kaskado::media {
namespace {

using base::test::allocations;
using namespace test;
using namespace std::chrono_literals;

TEST(MixingAllocation, IsOneReferenceAPicture) {
  VideoCompositor compositor;
  GridLayout layout(320, 180);
  const std::array shown{picture(200, 200, kRed), picture(200, 200, kGreen)};
  for (std::uint32_t i = 0; i < 9; ++i) compositor.join(PortId{i});
  std::size_t before = 0;
  for (int tick = 0; tick < 300; ++tick) {
    if (tick == 100) before = allocations;
    // All inputs change, then none.
    for (std::uint32_t i = 0; i < 9 && tick < 200; ++i)
      compositor.take(PortId{i}, frame(shown[(static_cast<std::size_t>(tick) + i) % 2], tick * 33ms));
    compositor.compose(at(tick * 33ms + 40ms), layout);
    if (tick == 199) {
      EXPECT_LE(allocations - before, 100u);
      before = allocations;
    }
  }
  EXPECT_EQ(allocations, before);
}

TEST(MixingAllocation, IsOneFrameASpeakerAndOneForAll) {
  AudioMixer mixer;
  constexpr std::uint32_t kSpeakers = 3;
  for (std::uint32_t i = 0; i < 100; ++i) mixer.join(PortId{i});
  const AudioFrame spoken = Tone(400, 4000).frame(0ms);
  std::size_t before = 0;
  for (int tick = 0; tick < 300; ++tick) {
    if (tick == 100) before = allocations;
    AudioFrame one = spoken;
    one.time = at(tick * 20ms);
    for (std::uint32_t i = 0; i < kSpeakers && tick < 200; ++i) mixer.take(PortId{i}, one);
    mixer.mix(at(tick * 20ms));
    if (tick == 199) {
      EXPECT_LE(allocations - before, 100 * 2 * (kSpeakers + 1));  // a vector and its memory
    }
    if (tick == 210) before = allocations;
  }
  EXPECT_EQ(allocations, before) << "silence is always the same";
}

}  // namespace
}  // namespace kaskado::media
