#include "media/audio_jitter_buffer.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"
#include "media_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;

// Of PCMU, 160 bytes are 20 ms; the test's payload header takes one of them away.
constexpr JitterBufferPayload kSound[] = {
    {.type = {0}, .format = {codec::CodecId::pcmu}, .clock_rate = 8'000, .channels = 1},
    {.type = {111}, .format = {codec::CodecId::opus}, .clock_rate = 48'000, .channels = 2}};

struct Heard {
  std::uint32_t number;
  base::Duration when;
  codec::EncodedFrame frame;
};

struct AudioJitterBufferTest : ::testing::Test {
  AudioJitterBufferTest() { start({}); }
  void start(JitterBufferConfig config) {
    config.payloads = kSound;
    config.make_depacketizer = &TestDepacketizer::create;
    buffer = JitterBuffer::create(config);
  }
  base::DropReason put(std::uint32_t number, base::Duration when) { return put(number, number * 20ms, when); }
  // Captured at another time than its number says.
  base::DropReason put(std::uint32_t number, base::Duration captured, base::Duration when) {
    const auto timestamp = static_cast<std::uint32_t>(rtp::to_ticks(captured, 8'000)) + 0xffffff00;
    return put({.sequence = 70'000 + number,
                .timestamp = timestamp,
                .part = {number},
                .payload_type = 0,
                .bytes = 161},
               when);
  }
  base::DropReason put(const PacketSpec& spec, base::Duration when) {
    pass(when);
    const base::DropReason drop = buffer->insert(make_media(pool, spec, at(when)), at(when));
    drain(when);
    return drop;
  }
  // Time passes, with a call at each deadline.
  void pass(base::Duration until) {
    while (buffer->deadline() <= at(until)) {
      const base::Instant now = buffer->deadline();
      buffer->advance(now);
      drain(now - at(0ms));
      ASSERT_GT(buffer->deadline(), now);
    }
  }
  void drain(base::Duration when) {
    while (auto frame = buffer->take()) heard.push_back({number_of(*frame), when, std::move(*frame)});
  }
  std::vector<std::uint32_t> numbers() const {
    std::vector<std::uint32_t> all;
    for (const Heard& each : heard) all.push_back(each.number);
    return all;
  }
  using Numbers = std::vector<std::uint32_t>;

  base::PacketPool pool{1024};
  std::unique_ptr<JitterBuffer> buffer;
  std::vector<Heard> heard;
};

TEST_F(AudioJitterBufferTest, HandsOnEachPacketALittleAfterItsTime) {
  for (std::uint32_t i = 0; i < 5; ++i) put(i, i * 20ms + (i == 2 ? 6ms : 0ms));
  pass(200ms);
  ASSERT_EQ(numbers(), (Numbers{0, 1, 2, 3, 4}));
  for (const Heard& each : heard) {
    EXPECT_EQ(each.when, each.number * 20ms + 10ms);
    EXPECT_EQ(each.frame.time, at(each.number * 20ms));
    EXPECT_EQ(each.frame.duration, 20ms);
    EXPECT_EQ(each.frame.clock_rate, 8'000u);
    EXPECT_TRUE(each.frame.key_frame);
    EXPECT_FALSE(each.frame.after_loss);
  }
  EXPECT_EQ(heard[2].frame.arrived, at(46ms));
  EXPECT_EQ(heard[4].frame.rtp_time - heard[0].frame.rtp_time, 640);
  EXPECT_FALSE(buffer->take_key_frame_wish());
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST_F(AudioJitterBufferTest, GivesALostPacketUpWhenItIsDueAndSaysSo) {
  put(0, 0ms);
  put(1, 20ms);
  put(3, 60ms);
  put(4, 80ms);
  pass(300ms);
  ASSERT_EQ(numbers(), (Numbers{0, 1, 3, 4}));
  EXPECT_TRUE(heard[2].frame.after_loss);
  EXPECT_EQ(heard[2].when, 60ms) << "with the decoder making up for 2 as soon as it can";
  EXPECT_FALSE(heard[3].frame.after_loss);
  EXPECT_EQ(buffer->stats().lost_packets, 1u);
  EXPECT_EQ(put(2, 301ms), base::DropReason::too_old_packet);
  EXPECT_EQ(buffer->stats().late_packets, 1u);
}

TEST_F(AudioJitterBufferTest, PutsIntoOrderWhatComesInTime) {
  start({.least_delay = 50ms});
  put(0, 0ms);
  put(2, 40ms);
  put(1, 45ms);
  EXPECT_EQ(put(1, 46ms), base::DropReason::duplicate_packet);
  pass(300ms);
  EXPECT_EQ(numbers(), (Numbers{0, 1, 2}));
  EXPECT_EQ(heard[1].when, 70ms);
  EXPECT_EQ(heard[2].when, 90ms);
  EXPECT_EQ(buffer->stats().lost_packets, 0u);
}

TEST_F(AudioJitterBufferTest, TakesAPauseForSilence) {
  put(0, 0ms);
  put(1, 20ms);
  put(2, 840ms, 840ms);
  pass(2s);
  ASSERT_EQ(numbers(), (Numbers{0, 1, 2}));
  EXPECT_FALSE(heard[2].frame.after_loss);
  EXPECT_EQ(heard[2].when, 850ms);
}

TEST_F(AudioJitterBufferTest, DelaysByWhatTheNetworkNeedsAndShrinksSlowly) {
  base::SeededRandom random(5);
  std::uint32_t number = 0;
  const auto stream = [&](base::Duration how_long, std::uint32_t jitter_us) {
    std::multimap<base::Duration, std::uint32_t> arrivals;
    for (const std::uint32_t end = number + static_cast<std::uint32_t>(how_long / 20ms); number < end;
         ++number)
      arrivals.emplace(number * 20ms + random.below(jitter_us) * 1us, number);
    for (const auto& [when, which] : arrivals) put(which, when);
  };
  stream(20s, 80'000);
  EXPECT_GE(buffer->stats().delay, 70ms);
  EXPECT_LE(buffer->stats().delay, 90ms);
  const JitterBufferStats before = buffer->stats();
  stream(20s, 80'000);
  EXPECT_LT(buffer->stats().lost_packets - before.lost_packets, 60u) << "of a thousand";
  const base::Duration high = buffer->stats().delay;
  stream(2s, 3'000);
  EXPECT_GT(buffer->stats().delay, high - 30ms);
  stream(120s, 3'000);
  EXPECT_LE(buffer->stats().delay, 15ms);
  // Not more than the most.
  stream(10s, 3'000'000);
  EXPECT_EQ(buffer->stats().delay, 500ms);
}

TEST_F(AudioJitterBufferTest, HandsOnALateBurstAtOnce) {
  for (std::uint32_t i = 0; i < 2000; ++i) put(i, i * 20ms);
  for (std::uint32_t i = 2000; i < 2020; ++i) put(i, 40'400ms);  // the network stood still
  EXPECT_EQ(heard.size(), 2020u);
  EXPECT_EQ(buffer->stats().delay, 10ms) << "it has not done so before";
  pass(42s);
  EXPECT_EQ(buffer->stats().lost_packets, 0u);
}

TEST_F(AudioJitterBufferTest, ChangesTheCodecInTheStream) {
  for (std::uint32_t i = 0; i < 3; ++i) put(i, i * 20ms);
  const auto opus = [&](std::uint32_t number) {
    // 0x48: SILK, 20 ms; it stands where the number's first byte does.
    put({.sequence = 70'000 + number,
         .timestamp = 5'000 + number * 960,
         .part = {.number = 0x48000000 | number},
         .payload_type = 111,
         .bytes = 60},
        number * 20ms);
  };
  for (std::uint32_t i = 3; i < 6; ++i) opus(i);
  pass(500ms);
  ASSERT_EQ(heard.size(), 6u);
  EXPECT_EQ(heard[3].frame.codec, codec::CodecId::opus);
  EXPECT_EQ(heard[3].frame.channels, 2);
  EXPECT_EQ(heard[3].frame.clock_rate, 48'000u);
  EXPECT_EQ(heard[5].frame.time - heard[3].frame.time, 40ms);
  EXPECT_EQ(heard[5].frame.duration, 20ms);
}

TEST_F(AudioJitterBufferTest, IsBounded) {
  start({.most_packets = 64, .most_bytes = 4'000, .least_delay = 500ms});
  for (std::uint32_t i = 0; i < 2000; ++i) {
    const auto spec = PacketSpec{
        .sequence = i, .timestamp = i, .part = {i}, .payload_type = 0, .bytes = i < 1000 ? 20u : 100u};
    buffer->insert(make_media(pool, spec, at(0ms)), at(0ms));  // and nobody takes
    ASSERT_LE(buffer->packets(), 64u);
    ASSERT_LE(buffer->bytes(), 4'000u);
  }
  EXPECT_EQ(pool.in_use(), buffer->packets());
  buffer->insert(
      make_media(pool, {.sequence = 1'000'000, .timestamp = 1, .part = {7}, .payload_type = 0}, at(1s)),
      at(1s));
  buffer->advance(at(10s));
  while (auto frame = buffer->take()) heard.push_back({number_of(*frame), 0ms, *frame});
  EXPECT_EQ(heard.back().number, 7u);
}

}  // namespace
}  // namespace kaskado::media
