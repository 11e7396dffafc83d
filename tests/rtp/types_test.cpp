#include "rtp/types.hpp"

#include <gtest/gtest.h>

#include "rtp/ntp_time.hpp"

namespace kaskado::rtp {
namespace {

using namespace std::chrono_literals;

TEST(SequenceNumber, IsNewerAcrossTheWrap) {
  EXPECT_TRUE(is_newer(SequenceNumber{0}, SequenceNumber{65535}));
  EXPECT_FALSE(is_newer(SequenceNumber{65535}, SequenceNumber{0}));
  EXPECT_TRUE(is_newer(SequenceNumber{32767}, SequenceNumber{0}));
  EXPECT_FALSE(is_newer(SequenceNumber{7}, SequenceNumber{7}));
}

TEST(Timestamp, IsNewerAcrossTheWrap) {
  EXPECT_TRUE(is_newer(Timestamp{5}, Timestamp{0xfffffff0}));
  EXPECT_FALSE(is_newer(Timestamp{0xfffffff0}, Timestamp{5}));
}

TEST(Extend, TakesTheNearestNumber) {
  EXPECT_EQ(extend(SequenceNumber{1}, 0x1ffff), 0x20001u);
  EXPECT_EQ(extend(SequenceNumber{0xffff}, 0x20001), 0x1ffffu);
  EXPECT_EQ(extend(SequenceNumber{0x8000}, 0x10001), 0x18000u);
  EXPECT_EQ(extend(SequenceNumber{0xfff0}, 5), 0xfff0u);  // nothing lies before zero
}

TEST(Ticks, AreExactOverDecades) {
  EXPECT_EQ(to_ticks(1s, 90000), 90000);
  EXPECT_EQ(to_ticks(-20ms, 48000), -960);
  EXPECT_EQ(to_ticks(std::chrono::hours{24 * 365 * 50}, 90000), 90000ll * 3600 * 24 * 365 * 50);
  EXPECT_EQ(from_ticks(-960, 48000), -20ms);
  EXPECT_EQ(from_ticks(90000ll * 1000000, 90000), 1000000s);
}

TEST(NtpTime, CountsFrom1900AndWrapsIn2036) {
  EXPECT_EQ(NtpTime::of({0}).value, 2208988800ull << 32);
  EXPECT_EQ(NtpTime::of({500'000'000}).value, 2208988800ull << 32 | 0x80000000);
  // RFC 5905 §6: era 1 begins on 7 February 2036, 06:28:16 UTC.
  const NtpTime before = NtpTime::of({2085978495ll * 1'000'000'000});
  const NtpTime after = NtpTime::of({2085978497ll * 1'000'000'000});
  EXPECT_EQ(before.value >> 32, 0xffffffffu);
  EXPECT_EQ(after.value >> 32, 1u);
  EXPECT_EQ(after - before, 2s);
  EXPECT_EQ(before - after, -2s);
}

TEST(NtpTime, GivesTheMiddleBitsAndSaturates) {
  EXPECT_EQ(NtpTime{0x1122334455667788}.compact(), 0x33445566u);
  EXPECT_EQ(to_compact_ntp(1500ms), 0x18000u);
  EXPECT_EQ(to_compact_ntp(-1s), 0u);
  EXPECT_EQ(to_compact_ntp(70000s), 0xffffffffu);
  EXPECT_EQ(from_compact_ntp(0x18000), 1500ms);
}

}  // namespace
}  // namespace kaskado::rtp
