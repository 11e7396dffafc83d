// What must not happen, whatever comes in: trust without a password, growth without bound, amplification.
#include <gtest/gtest.h>

#include "virtual_network.hpp"

namespace kaskado::ice::test {
namespace {

using base::DropReason;

const SocketAddress kStranger = address("198.51.100.66", 6666);

// What a request is to carry; the defaults make a good check from the right to the left side of a Duo.
struct Check {
  std::string password;
  std::string username;
  std::optional<std::uint32_t> priority = 1000;
  std::optional<std::uint64_t> controlling;
  bool use_candidate = false;
  bool integrity = true;
  std::uint16_t extra_attribute = 0;
};

struct HostileDuo : Duo {
  explicit HostileDuo(std::uint64_t seed) : Duo(seed) {}

  Check good() const {
    return {left.credentials.password,
            left.credentials.ufrag + ":" + right.credentials.ufrag,
            1000,
            {},
            false,
            true,
            0};
  }
  // Straight into the left agent, and what it sent in answer.
  IceOutcome give(Bytes bytes, const SocketAddress& from) {
    outbox.clear();
    return left.agent->receive(bytes, {0, from}, network.now(), outbox);
  }
  IceOutcome give(const Check& check, const SocketAddress& from = kStranger) {
    std::array<std::uint8_t, 700> buffer;
    TransactionId transaction;
    network.random().fill(transaction);
    StunWriter writer(buffer, StunClass::request, transaction);
    writer.text(StunAttribute::username, check.username);
    if (check.priority) writer.priority(*check.priority);
    if (check.controlling) writer.ice_controlling(*check.controlling);
    if (check.use_candidate) writer.use_candidate();
    if (check.extra_attribute) writer.attribute(check.extra_attribute, {});
    const Bytes bytes =
        check.integrity ? writer.finish(StunKey::short_term(check.password)) : writer.finish();
    request_bytes = bytes.size();
    return give(bytes, from);
  }
  // The error code of the one answer that was sent, 0 for a success, -1 where nothing was sent.
  int answered() const {
    if (outbox.pending().empty()) return -1;
    const auto message = StunMessage::parse(outbox.bytes(outbox.pending()[0]));
    EXPECT_TRUE(message.ok());
    return message->error_code;
  }

  base::Outbox outbox;
  std::size_t request_bytes = 0;
};

TEST(IceHostile, AWrongPasswordIsRefusedAndLeavesNothing) {
  HostileDuo duo(1);
  ASSERT_TRUE(duo.connect());
  Check check = duo.good();
  check.password = "a guess";
  check.use_candidate = true;
  EXPECT_EQ(duo.give(check).drop, DropReason::bad_stun_integrity);
  EXPECT_EQ(duo.answered(), 401);
  EXPECT_LT(duo.outbox.pending()[0].length, duo.request_bytes);
  EXPECT_FALSE(duo.left.agent->accepts({0, kStranger}));
  EXPECT_EQ(duo.left.agent->pairs().size(), 1u);
  EXPECT_EQ(duo.left.agent->counters().requests_refused, 1u);
}

TEST(IceHostile, WithoutIntegrityItIsABadRequest) {
  HostileDuo duo(2);
  Check check = duo.good();
  check.integrity = false;
  EXPECT_EQ(duo.give(check).drop, DropReason::bad_stun_integrity);
  EXPECT_EQ(duo.answered(), 400);
  EXPECT_LE(duo.outbox.pending()[0].length, duo.request_bytes);
}

TEST(IceHostile, AStrangersUsernameGetsNoAnswer) {
  HostileDuo duo(3);
  for (const char* username : {"someone:else", "", ":", "x"}) {
    Check check = duo.good();
    check.username = username;
    EXPECT_EQ(duo.give(check).drop, DropReason::bad_stun_username);
    EXPECT_EQ(duo.answered(), -1);
  }
}

TEST(IceHostile, UnknownAttributesAreNamed) {
  HostileDuo duo(4);
  Check check = duo.good();
  check.extra_attribute = 0x7abc;
  EXPECT_EQ(duo.give(check).drop, DropReason::bad_stun);
  ASSERT_EQ(duo.answered(), 420);
  const auto message = StunMessage::parse(duo.outbox.bytes(duo.outbox.pending()[0]));
  EXPECT_TRUE(message->verify(StunKey::short_term(duo.left.credentials.password)));
  const Bytes list = message->find(static_cast<std::uint16_t>(StunAttribute::unknown_attributes));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(base::load_u16(list.data()), 0x7abc);
}

TEST(IceHostile, GarbageIsCountedAndNotAnswered) {
  HostileDuo duo(5);
  EXPECT_EQ(duo.give(Bytes{}, kStranger).drop, DropReason::bad_stun);
  std::array<std::uint8_t, 64> buffer;
  const TransactionId transaction{};
  Bytes other_method = StunWriter(buffer, StunClass::request, transaction, 0x003).finish();
  EXPECT_EQ(duo.give(other_method, kStranger).drop, DropReason::unexpected_stun);
  EXPECT_EQ(duo.answered(), -1);
  Bytes indication = StunWriter(buffer, StunClass::indication, transaction).finish();
  EXPECT_EQ(duo.give(indication, kStranger).drop, DropReason::none) << "a keepalive";
  EXPECT_EQ(duo.answered(), -1);
  Bytes response = StunWriter(buffer, StunClass::success, transaction).finish();
  EXPECT_EQ(duo.give(response, kStranger).drop, DropReason::unexpected_stun);
}

TEST(IceHostile, ACheckWithoutPriorityTeachesNoNewAddress) {
  HostileDuo duo(6);
  Check check = duo.good();
  check.priority.reset();
  EXPECT_EQ(duo.give(check).drop, DropReason::none);
  EXPECT_EQ(duo.left.agent->pairs().size(), 0u);
  EXPECT_EQ(duo.left.agent->counters().requests_not_kept, 1u);
}

// A response that would be longer than the request waits for a proven address.
TEST(IceHostile, NoMoreBytesGoToAnUnprovenAddressThanCameFromIt) {
  HostileDuo duo(7);
  const SocketAddress v6 = address("2001:db8::66", 6666);
  std::array<std::uint8_t, 200> buffer;
  StunWriter writer(buffer, StunClass::request, {});
  writer.text(StunAttribute::username, duo.left.credentials.ufrag);
  const Bytes bytes = writer.finish(StunKey::short_term(duo.left.credentials.password));
  EXPECT_EQ(bytes.size(), 64u);
  EXPECT_EQ(duo.give(bytes, v6).drop, DropReason::none);
  EXPECT_EQ(duo.answered(), -1) << "the answer has 76";
  EXPECT_EQ(duo.give(bytes, kStranger).drop, DropReason::none);
  EXPECT_EQ(duo.answered(), 0) << "this one has 64";
}

TEST(IceHostile, AFloodOfForgedChecksChangesNothing) {
  HostileDuo duo(8);
  ASSERT_TRUE(duo.connect());
  for (int i = 0; i < 10000; ++i) {
    Check check = duo.good();
    check.password = "guess";
    duo.give(check, address("198.51.100.66", static_cast<std::uint16_t>(1 + i)));
  }
  EXPECT_EQ(duo.left.agent->pairs().size(), 1u);
  EXPECT_EQ(duo.left.agent->state(), IceState::ready);
  EXPECT_GT(duo.left.agent->deadline(), duo.network.now());
}

// A peer that knows the password makes us send checks to addresses of its choice: few, paced, and soon
// forgotten.
TEST(IceHostile, AFloodOfGenuineChecksFromEverywhereIsBounded) {
  HostileDuo duo(9);
  ASSERT_TRUE(duo.connect());
  std::uint64_t to_strangers = 0;
  duo.network.wire = [&](Datagram& datagram) {
    to_strangers += datagram.to == duo.left.addresses[0] || datagram.to == duo.right.addresses[0] ? 0 : 1;
    return true;
  };
  for (int i = 0; i < 5000; ++i) {
    duo.give(duo.good(), address("198.51.100.66", static_cast<std::uint16_t>(1 + i)));
    EXPECT_LE(duo.left.agent->pairs().size(), 1 + CheckList::kMaxRemoteReflexive);
    EXPECT_LE(duo.outbox.pending().size(), 2u) << "an answer, and at most one check";
    duo.network.run(milliseconds(1));
  }
  EXPECT_LE(to_strangers, 5000u / 50 + 16) << "one new check each 50 ms, whatever is asked for";
  EXPECT_EQ(duo.left.agent->selected_path()->remote, address("10.0.0.2", 2000));
  EXPECT_FALSE(duo.left.agent->accepts({0, address("198.51.100.66", 7)})) << "forgotten";
  duo.network.run(seconds(120));
  EXPECT_TRUE(duo.both(IceState::ready));
}

TEST(IceHostile, ANominationFromAnUnprovenAddressMovesNothing) {
  HostileDuo duo(10);
  duo.network.introduce(duo.left, duo.right);
  duo.left.agent->set_remote_credentials(duo.right.credentials, duo.network.now());
  Check check = duo.good();
  check.use_candidate = true;
  check.controlling = ~0ull;  // the left agent gives in and is controlled from here
  EXPECT_EQ(duo.give(check).drop, DropReason::none);
  EXPECT_EQ(duo.left.agent->role(), IceRole::controlled);
  EXPECT_EQ(duo.left.agent->selected_path(), nullptr) << "our own check was not answered from there";
}

TEST(IceHostile, AReplayedResponseIsNotExpected) {
  Duo duo(11);
  std::vector<Datagram> responses;
  duo.network.wire = [&](Datagram& datagram) {
    const auto message = StunMessage::parse(datagram.bytes);
    if (message.ok() && message->type == StunClass::success && datagram.to == address("10.0.0.1", 1000)) {
      responses.push_back(datagram);
    }
    return true;
  };
  ASSERT_TRUE(duo.connect());
  const auto before = duo.left.agent->selected_pair()->counters.responses_received;
  ASSERT_FALSE(responses.empty());
  duo.network.wire = nullptr;
  for (const Datagram& response : responses) duo.network.send(response);
  duo.network.run(milliseconds(50));
  EXPECT_EQ(duo.left.drops[DropReason::unexpected_stun], static_cast<int>(responses.size()));
  EXPECT_EQ(duo.left.agent->selected_pair()->counters.responses_received, before);
}

TEST(IceHostile, AResponseCountsOnlyFromWhereTheRequestWent) {
  Duo duo(12);
  bool moved = true;
  duo.network.wire = [&](Datagram& datagram) {
    const auto message = StunMessage::parse(datagram.bytes);
    if (moved && message.ok() && message->type == StunClass::success)
      datagram.from = address("10.0.0.66", 66);
    return true;
  };
  EXPECT_FALSE(duo.connect(seconds(3)));
  EXPECT_TRUE(duo.both(IceState::connecting));
  EXPECT_GT(duo.left.drops[DropReason::unexpected_stun], 0);
  moved = false;
  ASSERT_TRUE(duo.network.run(seconds(20), [&] { return duo.both(IceState::ready); }))
      << "and nothing was spoilt";
}

TEST(IceHostile, AResponseNeedsTheRightPasswordAndTransaction) {
  Duo duo(13);
  int forged = 0;
  duo.network.wire = [&](Datagram& datagram) {
    const auto message = StunMessage::parse(datagram.bytes);
    if (!message.ok() || message->type != StunClass::success) return true;
    std::array<std::uint8_t, 200> buffer;
    TransactionId transaction = message->transaction;
    const bool wrong_transaction = ++forged % 4 < 2;
    if (wrong_transaction) transaction[11] ^= 1;
    StunWriter writer(buffer, StunClass::success, transaction);
    writer.xor_mapped_address(datagram.to);
    const bool from_left = datagram.from == address("10.0.0.1", 1000);
    const Host& answering = from_left ? duo.left : duo.right;
    const Bytes bytes = writer.finish(
        StunKey::short_term(wrong_transaction ? answering.credentials.password : std::string("wrong")));
    datagram.bytes.assign(bytes.begin(), bytes.end());
    return true;
  };
  EXPECT_FALSE(duo.connect(seconds(30)));
  EXPECT_TRUE(duo.both(IceState::connecting));
  EXPECT_GT(duo.left.drops[DropReason::bad_stun_integrity], 0);
  EXPECT_GT(duo.left.drops[DropReason::unexpected_stun], 0);
}

TEST(IceHostile, EveryFlippedBitOnTheWireIsHarmless) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Duo duo(seed);
    base::SeededRandom random(seed);
    duo.network.wire = [&](Datagram& datagram) {
      if (random.below(3) == 0) {
        datagram.bytes[random.below(static_cast<std::uint32_t>(datagram.bytes.size()))] ^=
            static_cast<std::uint8_t>(1 << random.below(8));
      }
      return true;
    };
    EXPECT_TRUE(duo.connect(seconds(120))) << seed;
    EXPECT_TRUE(duo.agree()) << seed;
  }
}

TEST(IceHostile, UselessCandidatesAreCountedAndIgnored) {
  Duo duo(14);
  for (const char* text : {
           "candidate:1 1 TCP 1 10.0.0.2 9 typ host tcptype active",
           "candidate:1 2 UDP 1 10.0.0.2 9 typ host",
           "candidate:1 1 UDP 1 10.0.0.2 0 typ host",
           "candidate:1 1 UDP 1 0.0.0.0 9 typ host",
           "candidate:1 1 UDP 1 224.0.0.1 9 typ host",
           "candidate:1 1 UDP 1 abc.local 9 typ host",
           "candidate:1 1 DCCP 1 10.0.0.2 9 typ host",
       }) {
    const auto candidate = Candidate::parse(text);
    ASSERT_TRUE(candidate.ok()) << text;
    EXPECT_FALSE(duo.left.agent->add_remote_candidate(*candidate, duo.network.now())) << text;
  }
  EXPECT_EQ(duo.left.agent->counters().candidates_ignored, 7u);
  EXPECT_TRUE(duo.left.agent->pairs().empty());
}

}  // namespace
}  // namespace kaskado::ice::test
