#include "rtp/bandwidth/sent_packets.hpp"

#include <gtest/gtest.h>

#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::at;
using namespace std::chrono_literals;

TEST(SentPackets, CountsOnFromTheFirstNumberAndOverTheWrap) {
  SentPackets sent(0xfffe);
  EXPECT_EQ(sent.add(SentStream::video, 7, 100, at(1ms)).value, 0xfffe);
  EXPECT_EQ(sent.add(SentStream::audio, 9, 50, at(2ms)).value, 0xffff);
  EXPECT_EQ(sent.add(SentStream::video, 8, 1000, at(3ms)).value, 0);
  EXPECT_EQ(sent.in_flight_bytes(), 1150u);
  EXPECT_EQ(sent.audio_bytes(), 50u);
  const auto settled = sent.settle({0}, true);
  ASSERT_TRUE(settled);
  EXPECT_TRUE(settled->received && settled->measurable && !settled->was_lost);
  EXPECT_EQ(settled->bytes, 1000);
  EXPECT_EQ(settled->number, 0x20000u);
  EXPECT_EQ(settled->sent_us, wrapped_us(at(3ms)));
  EXPECT_EQ(sent.in_flight_bytes(), 150u);
}

TEST(SentPackets, SayEachThingOnce) {
  SentPackets sent(0);
  sent.add(SentStream::video, 0, 100, at(0ms));
  EXPECT_FALSE(sent.settle({1}, true)) << "never sent";
  EXPECT_FALSE(sent.settle({0xffff}, true)) << "before the first";
  ASSERT_TRUE(sent.settle({0}, false));
  EXPECT_FALSE(sent.settle({0}, false));
  const auto late = sent.settle({0}, true);
  ASSERT_TRUE(late);
  EXPECT_TRUE(late->was_lost && !late->measurable);
  EXPECT_FALSE(sent.settle({0}, true));
  EXPECT_FALSE(sent.settle({0}, false)) << "it has come";
  EXPECT_EQ(sent.in_flight_bytes(), 0u);
}

TEST(SentPackets, ForgetTheOldestAndWhatOfThemWasUnderWay) {
  SentPackets sent(500);
  for (std::size_t i = 0; i <= SentPackets::kPackets; ++i) sent.add(SentStream::video, i, 10, at(0ms));
  EXPECT_EQ(sent.in_flight_bytes(), SentPackets::kPackets * 10);
  EXPECT_FALSE(sent.settle({500}, true));
  EXPECT_TRUE(sent.settle({501}, true));
}

TEST(SentPackets, FindTheNumberThatAPacketHad) {
  SentPackets sent(0);
  sent.add(SentStream::video, 0x1'0005, 10, at(0ms));
  sent.add(SentStream::audio, 5, 10, at(0ms));
  EXPECT_EQ(sent.find(SentStream::video, 0x1'0005)->value, 0);
  EXPECT_EQ(sent.find(SentStream::audio, 5)->value, 1);
  EXPECT_FALSE(sent.find(SentStream::repair, 5));
  EXPECT_FALSE(sent.find(SentStream::video, 6));
  for (std::size_t i = 0; i < SentPackets::kPackets; ++i) sent.add(SentStream::repair, i, 10, at(0ms));
  EXPECT_FALSE(sent.find(SentStream::video, 0x1'0005));
}

TEST(SentPackets, DoNotMeasureByAPacketThatWentTwice) {
  SentPackets sent(0);
  sent.add(SentStream::video, 0, 10, at(0ms));
  sent.sent_again({0}, at(50ms));
  const auto settled = sent.settle({0}, true);
  ASSERT_TRUE(settled);
  EXPECT_FALSE(settled->measurable);
  EXPECT_EQ(sent.sent_bytes(), 20u);
}

TEST(SentPackets, KeepLengthsUpToTheLongest) {
  SentPackets sent(0);
  sent.add(SentStream::repair, 0, 1500, at(0ms));
  sent.add(SentStream::video, 1, 5000, at(0ms));
  EXPECT_EQ(sent.settle({0}, true)->bytes, 1500);
  EXPECT_EQ(sent.settle({1}, true)->bytes, 2047);
}

}  // namespace
}  // namespace kaskado::rtp
