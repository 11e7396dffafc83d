#include "transport/reflexive_inquiry.hpp"

#include <gtest/gtest.h>

#include "ice/stun_writer.hpp"

namespace kaskado::transport {
namespace {

using std::chrono::seconds;

class Inquiry : public testing::Test {
 protected:
  // The answer to the newest request.
  std::vector<std::uint8_t> answer(const base::SocketAddress& mapped) {
    const auto request = ice::StunMessage::parse(std::as_const(outbox).bytes(outbox.pending().back()));
    std::vector<std::uint8_t> buffer(100);
    ice::StunWriter writer(buffer, ice::StunClass::success, request->transaction);
    writer.xor_mapped_address(mapped);
    const base::Bytes written = writer.finish();
    return {written.begin(), written.end()};
  }

  const base::SocketAddress kServer = base::SocketAddress::v4({198, 51, 100, 1}, 3478);
  const base::SocketAddress kMapped = base::SocketAddress::v4({203, 0, 113, 1}, 50'000);
  const base::Path kPath{0, kServer};
  base::SeededRandom random{1};
  base::Outbox outbox{64};
  base::Instant now{seconds(100)};
  ReflexiveInquiry inquiry{random};
};

TEST_F(Inquiry, OneQuestionServesAllWhoAsk) {
  for (std::uint32_t asker : {1u, 2u, 3u}) inquiry.ask(asker, kPath, now, outbox);
  EXPECT_EQ(outbox.pending().size(), 1u);
  inquiry.forget(2);
  EXPECT_TRUE(inquiry.take_answers().empty());
  EXPECT_TRUE(inquiry.receive(answer(kMapped), kPath, now));
  const auto answers = inquiry.take_answers();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].asker, 1u);
  EXPECT_EQ(answers[1].asker, 3u);
  EXPECT_EQ(answers[1].mapped, kMapped);
}

TEST_F(Inquiry, AYoungAnswerIsGivenAgainAndAnOldOneAskedForAnew) {
  inquiry.ask(1, kPath, now, outbox);
  ASSERT_TRUE(inquiry.receive(answer(kMapped), kPath, now));
  inquiry.take_answers();
  now += seconds(9);
  inquiry.ask(2, kPath, now, outbox);
  EXPECT_EQ(outbox.pending().size(), 1u);
  EXPECT_LE(inquiry.deadline(), now);
  EXPECT_EQ(inquiry.take_answers().at(0).mapped, kMapped);
  now += seconds(2);
  inquiry.ask(3, kPath, now, outbox);
  EXPECT_EQ(outbox.pending().size(), 2u);
  EXPECT_TRUE(inquiry.take_answers().empty());
}

TEST_F(Inquiry, ASilentServerIsAnAnswerToo) {
  inquiry.ask(1, kPath, now, outbox);
  const base::Instant start = now;
  std::vector<ReflexiveInquiry::Answer> answers;
  while (answers.empty()) {
    ASSERT_GT(inquiry.deadline(), now);
    now = inquiry.deadline();
    inquiry.advance(now, outbox);
    answers = inquiry.take_answers();
  }
  EXPECT_FALSE(answers[0].mapped.is_set());
  EXPECT_LT(now - start, seconds(9));
  EXPECT_EQ(inquiry.deadline(), base::kNever);
  const std::size_t sent = outbox.pending().size();
  inquiry.ask(1, kPath, now, outbox);  // and is asked anew
  EXPECT_EQ(outbox.pending().size(), sent + 1);
}

TEST_F(Inquiry, QuestionsAreBounded) {
  base::Outbox all(2000);
  for (std::uint16_t port = 0; port < ReflexiveInquiry::kMostQueries + 10; ++port)
    inquiry.ask(port, {port, kServer}, now, all);
  EXPECT_EQ(all.pending().size(), ReflexiveInquiry::kMostQueries);
  EXPECT_EQ(inquiry.take_answers().size(), 10u);
}

TEST_F(Inquiry, WhatIsNoAnswerIsLeftToOthers) {
  inquiry.ask(1, kPath, now, outbox);
  const auto right = answer(kMapped);
  EXPECT_FALSE(inquiry.receive(right, {1, kServer}, now));
  EXPECT_FALSE(inquiry.receive(base::as_bytes("x"), kPath, now));
  EXPECT_TRUE(inquiry.receive(right, kPath, now));
  EXPECT_FALSE(inquiry.receive(right, kPath, now));
}

}  // namespace
}  // namespace kaskado::transport
