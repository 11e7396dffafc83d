#include "rtp/key_frame_requester.hpp"

#include <gtest/gtest.h>

#include "rtp/rtcp_reader.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::at;
using namespace std::chrono_literals;

// The FIR command number, or 0 for a PLI; nothing where nothing was written.
std::optional<int> advance(KeyFrameRequester& requester, base::Instant now) {
  std::array<std::uint8_t, 100> slot;
  RtcpBuilder builder(slot);
  requester.advance(now, Ssrc{1}, Ssrc{2}, builder);
  RtcpReader reader(builder.written());
  const auto message = reader.next();
  if (!message) return std::nullopt;
  if (const auto* fir = std::get_if<FullIntraRequest>(&*message)) return fir->commands[0].command_number;
  return 0;
}

TEST(KeyFrameRequester, SendsAtOnceAndRemembersOneThatComesTooSoon) {
  KeyFrameRequester requester(KeyFrameMethod::pli, 500ms);
  EXPECT_EQ(requester.deadline(), base::kNever);
  requester.request(at(0ms));
  EXPECT_EQ(requester.deadline(), at(0ms));
  EXPECT_TRUE(advance(requester, at(0ms)));
  requester.key_frame_started();
  for (int i = 1; i < 10; ++i) requester.request(at(i * 10ms));
  EXPECT_FALSE(advance(requester, at(499ms)));
  EXPECT_EQ(requester.deadline(), at(500ms));
  EXPECT_TRUE(advance(requester, at(500ms)));
  requester.key_frame_started();
  EXPECT_FALSE(advance(requester, at(5s)));
  EXPECT_EQ(requester.sent(), 2u);
}

TEST(KeyFrameRequester, AsksAgainMoreAndMoreSeldomUntilOneComes) {
  KeyFrameRequester requester(KeyFrameMethod::pli, 500ms, 4s);
  requester.request(at(0ms));
  std::vector<base::Duration> sent;
  for (base::Duration t = 0ms; t <= 12s; t += 10ms)
    if (advance(requester, at(t))) sent.push_back(t);
  EXPECT_EQ(sent, (std::vector<base::Duration>{0ms, 500ms, 1500ms, 3500ms, 7500ms, 11500ms}));
  requester.key_frame_started();
  EXPECT_EQ(requester.deadline(), base::kNever);
  requester.request(at(20s));
  EXPECT_TRUE(advance(requester, at(20s)));
  EXPECT_EQ(requester.deadline(), at(20500ms));
}

TEST(KeyFrameRequester, ARequestDuringAWaitIsNotPutOff) {
  KeyFrameRequester requester(KeyFrameMethod::pli, 500ms, 4s);
  requester.request(at(0ms));
  for (base::Duration t = 0ms; t <= 3600ms; t += 10ms) advance(requester, at(t));
  EXPECT_EQ(requester.deadline(), at(7500ms));
  requester.request(at(3700ms));
  EXPECT_EQ(requester.deadline(), at(4s));
}

// RFC 5104 §4.3.1.1
TEST(KeyFrameRequester, RepeatsAFirWithItsNumber) {
  KeyFrameRequester requester(KeyFrameMethod::fir, 500ms);
  requester.request(at(0ms));
  EXPECT_EQ(advance(requester, at(0ms)), 1);
  EXPECT_EQ(advance(requester, at(500ms)), 1);
  requester.key_frame_started();
  requester.request(at(2s));
  EXPECT_EQ(advance(requester, at(2s)), 2);
}

TEST(KeyFrameRequester, KeepsWhatDoesNotFitAndIsQuietWithoutAMethod) {
  KeyFrameRequester requester(KeyFrameMethod::pli);
  requester.request(at(0ms));
  std::array<std::uint8_t, 11> slot;
  RtcpBuilder builder(slot);
  requester.advance(at(0ms), Ssrc{1}, Ssrc{2}, builder);
  EXPECT_EQ(requester.deadline(), at(0ms));
  KeyFrameRequester none(KeyFrameMethod::none);
  none.request(at(0ms));
  EXPECT_EQ(none.deadline(), base::kNever);
}

}  // namespace
}  // namespace kaskado::rtp
