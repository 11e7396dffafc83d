#include "ice/stun_query.hpp"

#include <gtest/gtest.h>

#include "turn_test_server.hpp"

namespace kaskado::ice::test {
namespace {

using base::DropReason;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Query : public ::testing::Test {
 protected:
  std::vector<std::uint8_t> sent() {
    EXPECT_EQ(outbox.pending().size(), 1u);
    const Bytes bytes = std::as_const(outbox).bytes(outbox.pending()[0]);
    std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
    outbox.clear();
    return copy;
  }
  const SocketAddress kServer = SocketAddress::v4({198, 51, 100, 1}, 3478);
  const SocketAddress kSeen = SocketAddress::v4({203, 0, 113, 5}, 61'000);
  const base::Path kPath{3, kServer};
  base::SeededRandom random{1};
  base::Outbox outbox{8};
  base::Instant now{seconds(10)};
  StunQuery query{kPath};
  TurnTestServer server{kServer, "", ""};
};

TEST_F(Query, TellsTheAddressThatTheServerSees) {
  query.start(random, now, outbox);
  EXPECT_EQ(outbox.pending()[0].path, kPath);
  const auto answer = server.receive(kSeen, kServer, sent(), now);
  EXPECT_EQ(query.receive(answer.at(0).bytes, kPath), DropReason::none);
  EXPECT_TRUE(query.is_over());
  EXPECT_EQ(query.mapped(), kSeen);
  EXPECT_EQ(query.deadline(), base::kNever);
  EXPECT_EQ(query.receive(answer.at(0).bytes, kPath), DropReason::unexpected_stun);
}

TEST_F(Query, IsAskedAgainAndGivenUp) {
  query.start(random, now, outbox);
  const auto first = sent();
  int sendings = 1;
  while (!query.is_over()) {
    ASSERT_GT(query.deadline(), now);
    now = query.deadline();
    query.advance(now, outbox);
    if (outbox.empty()) continue;
    EXPECT_EQ(sent(), first);
    ++sendings;
  }
  EXPECT_EQ(sendings, 5);  // at 0, 0.5, 1.5, 3.5 and 7.5 s
  EXPECT_FALSE(query.mapped().is_set());
}

TEST_F(Query, TakesNoAnswerOfAnother) {
  query.start(random, now, outbox);
  auto answer = server.receive(kSeen, kServer, sent(), now).at(0).bytes;
  EXPECT_EQ(query.receive(answer, {4, kServer}), DropReason::unexpected_stun);
  EXPECT_EQ(query.receive(answer, {3, kSeen}), DropReason::unexpected_stun);
  std::vector<std::uint8_t> buffer(100);
  StunWriter other(buffer, StunClass::success, TransactionId{1});
  other.xor_mapped_address(kSeen);
  EXPECT_EQ(query.receive(other.finish(), kPath), DropReason::unexpected_stun);
  EXPECT_EQ(query.receive(base::as_bytes("x"), kPath), DropReason::bad_stun);
  EXPECT_FALSE(query.is_over());
}

TEST_F(Query, AnAnswerWithoutAUsableAddressIsNone) {
  query.start(random, now, outbox);
  const auto request = sent();
  const auto parsed = StunMessage::parse(request);
  std::vector<std::uint8_t> buffer(100);
  StunWriter writer(buffer, StunClass::success, parsed->transaction);
  writer.xor_mapped_address(SocketAddress::v4({0, 0, 0, 0}, 1));
  EXPECT_EQ(query.receive(writer.finish(), kPath), DropReason::none);
  EXPECT_TRUE(query.is_over());
  EXPECT_FALSE(query.mapped().is_set());
}

}  // namespace
}  // namespace kaskado::ice::test
