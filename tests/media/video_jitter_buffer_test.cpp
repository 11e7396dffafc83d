#include "media/video_jitter_buffer.hpp"

#include <gtest/gtest.h>

#include "media_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;

constexpr JitterBufferPayload kVideo[] = {
    {.type = {96}, .format = {codec::CodecId::vp8}, .clock_rate = 90'000},
    {.type = {97}, .format = {codec::CodecId::h263}, .clock_rate = 90'000}};

struct VideoJitterBufferTest : ::testing::Test {
  VideoJitterBufferTest() { start({}); }

  void start(JitterBufferConfig config) {
    config.payloads = kVideo;
    config.make_depacketizer = &TestDepacketizer::create;
    buffer = JitterBuffer::create(config);
    buffer->set_rtt(50ms);
  }
  // Frames of one packet each, but for what the spec says; the RTP time is that of the number at 25 frames a
  // second.
  base::DropReason put(std::uint64_t sequence, Part part, base::Duration when) {
    return put({.sequence = sequence, .timestamp = part.number * 3600, .part = part}, when);
  }
  base::DropReason put(const PacketSpec& spec, base::Duration when) {
    const base::DropReason drop = buffer->insert(make_media(pool, spec, at(when)), at(when));
    drain();
    return drop;
  }
  void pass(base::Duration when) {
    buffer->advance(at(when));
    drain();
  }
  void drain() {
    while (auto frame = buffer->take())
      taken.push_back(number_of(*frame)), frames.push_back(std::move(*frame));
    wishes += buffer->take_key_frame_wish();
  }
  using Numbers = std::vector<std::uint32_t>;

  base::PacketPool pool{4096};
  std::unique_ptr<JitterBuffer> buffer;
  Numbers taken;
  std::vector<codec::EncodedFrame> frames;
  int wishes = 0;
};

TEST_F(VideoJitterBufferTest, HandsOnEachFrameWithItsLastPacket) {
  put(100, {.number = 1, .part = 0, .parts = 2, .flags = kKey}, 0ms);
  EXPECT_TRUE(taken.empty());
  put(101, {.number = 1, .part = 1, .parts = 2, .flags = kKey}, 3ms);
  put(102, {.number = 2}, 40ms);
  ASSERT_EQ(taken, (Numbers{1, 2}));
  EXPECT_TRUE(frames[0].key_frame);
  EXPECT_FALSE(frames[1].key_frame);
  EXPECT_EQ(frames[0].arrived, at(3ms));
  EXPECT_EQ(frames[0].time, at(0ms));
  EXPECT_EQ(frames[1].time, at(40ms));
  EXPECT_EQ(frames[1].rtp_time, 7200);
  EXPECT_EQ(wishes, 0);
  EXPECT_EQ(buffer->deadline(), base::kNever);
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST_F(VideoJitterBufferTest, WaitsForWhatWasReorderedOrSentAgain) {
  put(100, {.number = 1, .flags = kKey}, 0ms);
  put(103, {.number = 3}, 40ms);
  put(102, {.number = 2, .part = 1, .parts = 2}, 41ms);
  EXPECT_EQ(taken, (Numbers{1}));
  EXPECT_GT(buffer->deadline(), at(140ms)) << "two round trips behind the packet that showed the hole";
  EXPECT_LT(buffer->deadline(), at(200ms));
  pass(139ms);
  put(101, {.number = 2, .part = 0, .parts = 2}, 139ms);
  EXPECT_EQ(taken, (Numbers{1, 2, 3}));
  EXPECT_EQ(wishes, 0);
  EXPECT_EQ(put(101, {.number = 2, .part = 0, .parts = 2}, 140ms), base::DropReason::too_old_packet);
}

TEST_F(VideoJitterBufferTest, WishesOneKeyFrameForAGapAndHandsOnNothingBeforeIt) {
  put(100, {.number = 1, .flags = kKey}, 0ms);
  for (std::uint32_t i = 0; i < 30; ++i) {  // 101 is missing, and 106
    if (i != 5) put(102 + i, {.number = 3 + i}, 80ms + i * 40ms);
  }
  EXPECT_EQ(taken, (Numbers{1}));
  EXPECT_EQ(wishes, 1);
  put(132, {.number = 33, .flags = kKey}, 1280ms);
  put(133, {.number = 34}, 1320ms);
  EXPECT_EQ(taken, (Numbers{1, 33, 34}));
  EXPECT_EQ(wishes, 1);
  EXPECT_EQ(buffer->stats().lost_packets, 2u);
}

TEST_F(VideoJitterBufferTest, WishesNoneWhereAKeyFrameIsThereAlready) {
  put(100, {.number = 1, .flags = kKey}, 0ms);
  put(102, {.number = 3}, 80ms);
  put(103, {.number = 4, .flags = kKey}, 120ms);
  pass(buffer->deadline() - at(1ns));
  EXPECT_EQ(taken, (Numbers{1}));
  pass(buffer->deadline() - at(0ms));
  EXPECT_EQ(taken, (Numbers{1, 4}));
  EXPECT_EQ(wishes, 0);
}

TEST_F(VideoJitterBufferTest, LeavesOutAloneWhatNoOtherFrameNeeds) {
  put(100, {.number = 1, .flags = kKey}, 0ms);
  put(101, {.number = 2, .part = 0, .parts = 3, .flags = kDiscardable}, 40ms);
  put(103, {.number = 2, .part = 2, .parts = 3, .flags = kDiscardable}, 40ms);
  put(104, {.number = 3, .part = 0, .parts = 2, .flags = kDiscardable}, 80ms);  // its end is missing
  put(106, {.number = 4}, 120ms);
  put(108, {.number = 5, .part = 1, .parts = 2, .flags = kDiscardable}, 160ms);  // its beginning is missing
  put(109, {.number = 6}, 200ms);
  pass(1s);
  EXPECT_EQ(taken, (Numbers{1, 4, 6}));
  EXPECT_EQ(wishes, 0);
  EXPECT_EQ(buffer->stats().gaps, 3u);
  EXPECT_EQ(buffer->stats().dropped_frames, 3u);
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST_F(VideoJitterBufferTest, CannotTellWhatWasDiscardableOfWholeFrames) {
  put(100, {.number = 1, .flags = kKey}, 0ms);
  put(102, {.number = 3, .flags = kDiscardable}, 40ms);
  pass(1s);
  EXPECT_EQ(taken, (Numbers{1}));
  EXPECT_EQ(wishes, 1);
}

TEST_F(VideoJitterBufferTest, BeginsWithAKeyFrame) {
  put(100, {.number = 1}, 0ms);
  put(101, {.number = 2}, 40ms);
  EXPECT_EQ(wishes, 1);
  put(103, {.number = 3, .part = 1, .parts = 3, .flags = kKey}, 80ms);
  put(104, {.number = 3, .part = 2, .parts = 3, .flags = kKey}, 80ms);
  EXPECT_TRUE(taken.empty());
  put(102, {.number = 3, .part = 0, .parts = 3, .flags = kKey}, 90ms);
  EXPECT_EQ(taken, (Numbers{3}));
  EXPECT_EQ(wishes, 1);
}

TEST_F(VideoJitterBufferTest, WishesAgainWhenTheKeyFrameItselfIsTorn) {
  put(100, {.number = 1, .flags = kKey}, 0ms);
  put(102, {.number = 3}, 80ms);
  pass(300ms);
  EXPECT_EQ(wishes, 1);
  put(103, {.number = 4, .part = 0, .parts = 3, .flags = kKey}, 320ms);
  put(105, {.number = 4, .part = 2, .parts = 3, .flags = kKey}, 320ms);
  pass(700ms);
  EXPECT_EQ(wishes, 2);
  put(106, {.number = 5, .flags = kKey}, 720ms);
  EXPECT_EQ(taken, (Numbers{1, 5}));
}

TEST_F(VideoJitterBufferTest, WishesAgainWhereNoKeyFrameComes) {
  put(100, {.number = 1}, 0ms);
  for (std::uint32_t i = 2; i < 150; ++i) put(99 + i, {.number = i}, i * 40ms);
  EXPECT_EQ(wishes, 1 + 2);  // in 6 s
}

TEST_F(VideoJitterBufferTest, DoesNotWaitForWhatStandsBeforeTheKeyFrameThatItNeeds) {
  put(100, {.number = 1}, 0ms);
  put(103, {.number = 4}, 40ms);
  put(105, {.number = 6, .flags = kKey}, 80ms);
  EXPECT_EQ(taken, (Numbers{6}));
}

TEST_F(VideoJitterBufferTest, TakesPaddingForNothing) {
  put(100, {.number = 1, .flags = kKey}, 0ms);
  put({.sequence = 101, .timestamp = 3600, .bytes = 0}, 5ms);
  put(102, {.number = 2, .part = 0, .parts = 2}, 40ms);
  put({.sequence = 103, .timestamp = 7200, .bytes = 0}, 40ms);
  put({.sequence = 104, .timestamp = 7200, .payload_type = 111}, 40ms);
  put(105, {.number = 2, .part = 1, .parts = 2}, 40ms);
  put(106, {.number = 3}, 80ms);
  EXPECT_EQ(taken, (Numbers{1, 2, 3}));
  EXPECT_EQ(put({.sequence = 107, .timestamp = 7200, .payload_type = 111}, 40ms),
            base::DropReason::unknown_payload_type);
}

TEST_F(VideoJitterBufferTest, EndsFramesByTheirTimesWhereMarkersMeanSomethingElse) {
  for (std::uint32_t i = 0; i < 4; ++i) {
    const std::uint8_t flags = i != 1 ? kKey : 0;
    for (const std::uint8_t part : {0, 1}) {
      put({.sequence = 100 + 2 * i + part,
           .timestamp = i * 3600,
           .part = {i, part, 2, flags},
           .marker = true},
          i * 40ms);
    }
  }
  put(108, {.number = 4}, 160ms);
  // The first two were torn before that was known.
  EXPECT_EQ(taken.back(), 3u);
  EXPECT_EQ(buffer->stats().bad_frames, 2u);
}

TEST_F(VideoJitterBufferTest, StartsOverWithItsSender) {
  put(100, {.number = 1, .flags = kKey}, 0ms);
  put(102, {.number = 3}, 40ms);
  put({.sequence = 70'000, .timestamp = 5, .part = {.number = 9}, .source = {1, 1}}, 80ms);
  EXPECT_EQ(wishes, 1);
  put({.sequence = 70'001, .timestamp = 3605, .part = {.number = 10, .flags = kKey}, .source = {1, 1}},
      120ms);
  EXPECT_EQ(taken, (Numbers{1, 10}));
  EXPECT_NEAR(base::to_us(frames[1].time - at(120ms)), 0, 1);
}

TEST_F(VideoJitterBufferTest, ChangesTheCodecInTheStream) {
  put(100, {.number = 1, .flags = kKey}, 0ms);
  put({.sequence = 101, .timestamp = 7200, .part = {.number = 2, .flags = kKey}, .payload_type = 97}, 40ms);
  ASSERT_EQ(taken, (Numbers{1, 2}));
  EXPECT_EQ(frames[0].codec, codec::CodecId::vp8);
  EXPECT_EQ(frames[1].codec, codec::CodecId::h263);
}

TEST_F(VideoJitterBufferTest, TakesABadFrameForALostOne) {
  put(100, {.number = 1, .flags = kKey}, 0ms);
  put({.sequence = 101, .timestamp = 7200, .part = {.number = 2, .part = 1, .parts = 9}, .marker = true},
      40ms);
  put(102, {.number = 3}, 80ms);
  EXPECT_EQ(wishes, 1);
  EXPECT_EQ(buffer->stats().bad_frames, 1u);
  put(103, {.number = 4, .flags = kKey}, 120ms);
  EXPECT_EQ(taken, (Numbers{1, 4}));
}

TEST_F(VideoJitterBufferTest, IsBoundedInPacketsAndBytes) {
  start({.most_packets = 64, .most_bytes = 20'000, .most_patience = 100s});
  buffer->set_rtt(40s);
  put(100, {.number = 1, .flags = kKey}, 0ms);
  for (std::uint32_t i = 0; i < 2000; ++i) {
    put({.sequence = 102 + i,
         .timestamp = i * 3600,
         .part = {.number = 3 + i},
         .bytes = i < 1000 ? 50u : 1000u},
        i * 1ms);
    ASSERT_LE(buffer->packets(), 64u);
    ASSERT_LE(buffer->bytes(), 20'000u);
  }
  EXPECT_EQ(pool.in_use(), buffer->packets());
  EXPECT_EQ(taken, (Numbers{1}));
  EXPECT_EQ(wishes, 1);
  // Far away.
  put(1'000'000, {.number = 90'000, .flags = kKey}, 3s);
  EXPECT_EQ(taken, (Numbers{1, 90'000}));
  // One frame without an end.
  for (std::uint32_t i = 0; i < 200; ++i)
    put({.sequence = 1'000'001 + i, .timestamp = 1, .part = {.number = 4, .parts = 255}, .bytes = 1400}, 4s);
  EXPECT_LE(buffer->bytes(), 20'000u);
}

// Its scan had come as far as the key frame for which room is made.
TEST_F(VideoJitterBufferTest, NothingIsLeftOfAHeadThatRoomWasMadeOf) {
  start({.most_packets = 4});
  put(101, {.number = 2, .part = 0, .parts = 2, .flags = kKey}, 0ms);
  put(100, {.number = 1, .part = 1, .parts = 3}, 0ms);
  put(104, {.number = 4}, 0ms);
  put(102, {.number = 2, .part = 1, .parts = 2, .flags = kKey}, 1ms);
  EXPECT_EQ(taken, (Numbers{2}));
}

TEST_F(VideoJitterBufferTest, IsLessPatientWhereNothingIsSentAgain) {
  start({.retransmissions = false});
  put(100, {.number = 1, .flags = kKey}, 0ms);
  put(102, {.number = 3}, 40ms);
  EXPECT_LE(buffer->deadline(), at(80ms));
  buffer->set_rtt(400ms);
  start({.retransmissions = true});
  buffer->set_rtt(400ms);
  put(100, {.number = 1, .flags = kKey}, 0ms);
  put(102, {.number = 3}, 40ms);
  EXPECT_EQ(buffer->deadline(), at(540ms)) << "not for more than the most";
}

}  // namespace
}  // namespace kaskado::media
