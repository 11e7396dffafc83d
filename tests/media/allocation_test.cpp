// On the shard a packet allocates nothing, and a frame what it is itself: operator new is counted in this
// executable.
#include <gtest/gtest.h>

#include "base/allocation_counter.hpp"
#include "base/random.hpp"
#include "media_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;
using base::test::allocations;

void run(codec::CodecId codec, std::uint32_t clock_rate, std::uint8_t parts) {
  const JitterBufferPayload payload{{96}, {.codec = codec}, clock_rate, 1};
  base::PacketPool pool(1024);
  std::vector<base::PacketRef> warm;
  for (int i = 0; i < 1024; ++i) warm.push_back(pool.acquire());
  warm.clear();
  const auto buffer =
      JitterBuffer::create({.payloads = {&payload, 1}, .make_depacketizer = &TestDepacketizer::create});
  base::SeededRandom random(4);
  std::size_t frames = 0, of_frames = 0, before = 0;
  base::Duration now{};
  for (std::uint32_t number = 0; number < 2000; ++number) {
    for (std::uint8_t part = 0; part < parts; ++part) {
      now += 1ms;
      if (random.below(200) == 0) continue;
      const auto media =
          make_media(pool,
                     {.sequence = 65'000 + std::uint64_t{number} * parts + part,
                      .timestamp = number * clock_rate / 50,
                      .part = {number, part, parts, static_cast<std::uint8_t>(number % 20 == 0 ? kKey : 0)}},
                     at(now));
      if (number == 100) before = allocations;  // the first ones made the depacketizer and its room
      buffer->insert(media, at(now));
      const std::size_t at_take = allocations;
      while (auto frame = buffer->take()) ++frames;
      of_frames += number >= 100 ? allocations - at_take : 0;
    }
    now += 20ms;
  }
  EXPECT_GT(frames, 500u);
  EXPECT_EQ(allocations - before, of_frames) << "all of it was frames'";
  EXPECT_LE(of_frames, frames * 10);
}

TEST(Allocation, IsOfFramesAlone) {
  run(codec::CodecId::vp8, 90'000, 8);
  run(codec::CodecId::opus, 48'000, 1);
}

}  // namespace
}  // namespace kaskado::media
