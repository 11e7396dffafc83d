// Consent freshness (RFC 7675): how often it is asked for, and what its loss does.
#include <gtest/gtest.h>

#include "virtual_network.hpp"

namespace kaskado::ice::test {
namespace {

struct Connected : Duo {
  explicit Connected(std::uint64_t seed) : Duo(seed) {
    network.wire = [this](Datagram&) { return !cut; };
    EXPECT_TRUE(connect());
  }
  bool cut = false;
};

TEST(IceConsent, IsAskedForEveryFourToSixSeconds) {
  Connected duo(1);
  std::vector<base::Instant> asked;
  duo.network.wire = [&](Datagram& datagram) {
    const auto message = StunMessage::parse(datagram.bytes);
    const bool ours = datagram.from == address("10.0.0.1", 1000);
    if (ours && message.ok() && message->type == StunClass::request) {
      EXPECT_EQ(message->use_candidate, false);
      EXPECT_TRUE(message->verify(StunKey::short_term(duo.right.credentials.password)));
      asked.push_back(duo.network.now());
    }
    return true;
  };
  duo.left.advances = 0;
  duo.network.run(seconds(1000));
  EXPECT_NEAR(static_cast<double>(asked.size()), 200, 12);
  base::Duration shortest = seconds(99), longest{};
  for (std::size_t i = 1; i < asked.size(); ++i) {
    shortest = std::min(shortest, asked[i] - asked[i - 1]);
    longest = std::max(longest, asked[i] - asked[i - 1]);
  }
  EXPECT_GE(shortest, seconds(4));
  EXPECT_LT(shortest, milliseconds(4300)) << "randomised";
  EXPECT_LE(longest, seconds(6));
  EXPECT_GT(longest, milliseconds(5700));
  EXPECT_EQ(duo.left.advances, asked.size()) << "nothing else wakes an idle agent";
  EXPECT_TRUE(duo.both(IceState::ready));
}

TEST(IceConsent, EachAsksInANewTransaction) {
  Connected duo(2);
  std::map<TransactionId, int> seen;
  duo.network.wire = [&](Datagram& datagram) {
    const auto message = StunMessage::parse(datagram.bytes);
    if (message.ok() && message->type == StunClass::request) ++seen[message->transaction];
    return true;
  };
  duo.network.run(seconds(300));
  EXPECT_GT(seen.size(), 90u);
  for (const auto& [transaction, count] : seen) EXPECT_EQ(count, 1);
}

TEST(IceConsent, SurvivesHeavyLoss) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Connected duo(seed);
    duo.network.loss = 0.2;  // 36 % of the questions stay unanswered; six in a row are needed
    duo.network.run(seconds(60));
    EXPECT_TRUE(duo.left.agent->selected_path()) << seed;
  }
}

TEST(IceConsent, LossDisconnectsAfterThirtySecondsAndStopsMedia) {
  Connected duo(3);
  duo.network.run(seconds(7));
  const base::Instant cut_at = duo.network.now();
  duo.cut = true;
  duo.left.selected_changes = 0;
  ASSERT_TRUE(
      duo.network.run(seconds(60), [&] { return duo.left.agent->state() == IceState::disconnected; }));
  EXPECT_GE(duo.network.now() - cut_at, seconds(24))
      << "30 s after the last answer, which is at most 6 s old";
  EXPECT_LE(duo.network.now() - cut_at, seconds(30));
  EXPECT_EQ(duo.left.agent->selected_path(), nullptr);
  EXPECT_FALSE(duo.left.agent->selected_pair());
  EXPECT_EQ(duo.left.agent->round_trip(), base::Duration{});
  EXPECT_EQ(duo.left.selected_changes, 1);
}

TEST(IceConsent, RecoversWhenTheNetworkIsBack) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Connected duo(seed);
    duo.cut = true;
    duo.network.run(seconds(34));
    ASSERT_TRUE(duo.both(IceState::disconnected));
    duo.cut = false;
    duo.network.loss = seed % 2 ? 0 : 0.1;
    ASSERT_TRUE(duo.network.run(seconds(40), [&] { return duo.both(IceState::ready); })) << seed;
    EXPECT_TRUE(duo.agree());
    duo.network.run(seconds(60));
    EXPECT_TRUE(duo.both(IceState::ready));
  }
}

TEST(IceConsent, GivesUpWhenTheNetworkStaysAwayAndFallsSilent) {
  Connected duo(4);
  duo.cut = true;
  ASSERT_TRUE(duo.network.run(seconds(90), [&] { return duo.both(IceState::failed); }));
  const std::uint64_t sent = duo.left.sent;
  duo.network.run(seconds(600));
  EXPECT_EQ(duo.left.sent, sent);
  EXPECT_EQ(duo.left.agent->deadline(), base::kNever);
}

TEST(IceConsent, AFailedAgentIsRevivedByThePeersCheck) {
  Connected duo(5);
  duo.cut = true;
  ASSERT_TRUE(duo.network.run(seconds(90), [&] { return duo.both(IceState::failed); }));
  duo.cut = false;
  // Only the right side is told to look again, by a candidate of the left one.
  duo.right.agent->add_remote_candidate(host_candidate(address("10.0.0.1", 1001)), duo.network.now());
  duo.network.run(seconds(1));
  Candidate better = duo.left.candidate();
  better.address = address("10.0.0.3", 1000);
  duo.left.addresses.push_back(better.address);
  duo.left.agent->add_local_candidate(better, 1, duo.network.now());
  ASSERT_TRUE(duo.network.run(seconds(10), [&] { return duo.both(IceState::ready); }));
  EXPECT_TRUE(duo.agree());
}

TEST(IceConsent, RevocationIsImmediateAndLasts) {
  Connected duo(6);
  duo.left.agent->revoke_consent(duo.network.now());
  EXPECT_EQ(duo.left.agent->selected_path(), nullptr);
  EXPECT_LE(duo.left.agent->deadline(), duo.network.now()) << "the news is to be fetched";
  duo.network.run(milliseconds(1));
  EXPECT_EQ(duo.left.agent->state(), IceState::failed);
  const auto requests = duo.right.agent->selected_pair()->counters.requests_received;
  duo.network.run(seconds(25));
  EXPECT_EQ(duo.right.agent->selected_pair()->counters.requests_received, requests) << "nothing but answers";
  EXPECT_EQ(duo.left.agent->state(), IceState::failed);
  EXPECT_EQ(duo.right.agent->state(), IceState::ready) << "it is still answered";
}

TEST(IceConsent, AuthenticatedForbiddenRevokes) {  // RFC 7675 §5.2
  Connected duo(7);
  duo.network.wire = [&](Datagram& datagram) {
    const auto message = StunMessage::parse(datagram.bytes);
    if (!message.ok() || message->type != StunClass::success || datagram.from != address("10.0.0.2", 2000))
      return true;
    std::array<std::uint8_t, 200> buffer;
    StunWriter writer(buffer, StunClass::error, message->transaction);
    writer.error_code(stun_error::kForbidden, "Forbidden");
    const Bytes refusal = writer.finish(StunKey::short_term(duo.right.credentials.password));
    datagram.bytes.assign(refusal.begin(), refusal.end());
    return true;
  };
  ASSERT_TRUE(duo.network.run(seconds(7), [&] { return duo.left.agent->state() == IceState::failed; }));
  EXPECT_EQ(duo.left.agent->selected_path(), nullptr);
}

TEST(IceConsent, AnUnauthenticatedForbiddenChangesNothing) {
  Connected duo(8);
  duo.network.wire = [&](Datagram& datagram) {
    const auto message = StunMessage::parse(datagram.bytes);
    if (!message.ok() || message->type != StunClass::success) return true;
    std::array<std::uint8_t, 200> buffer;
    StunWriter writer(buffer, StunClass::error, message->transaction);
    writer.error_code(stun_error::kForbidden, "Forbidden");
    const Bytes refusal = writer.finish();
    Datagram forged{datagram.from, datagram.to, {refusal.begin(), refusal.end()}};
    const auto wire = std::exchange(duo.network.wire, nullptr);
    duo.network.send(forged);
    duo.network.wire = wire;
    return true;
  };
  duo.network.run(seconds(20));
  EXPECT_TRUE(duo.both(IceState::ready));
  EXPECT_GT(duo.left.drops[base::DropReason::bad_stun_integrity], 0);
}

TEST(IceConsent, OfALiteAgentIsThePeersChecks) {
  Duo duo(10, IceRole::controlled, IceRole::controlling, true);
  bool cut = false;
  duo.network.wire = [&](Datagram&) { return !cut; };
  ASSERT_TRUE(duo.connect());
  cut = true;
  ASSERT_TRUE(
      duo.network.run(seconds(31), [&] { return duo.left.agent->state() == IceState::disconnected; }));
  EXPECT_EQ(duo.left.agent->selected_path(), nullptr);
  cut = false;
  ASSERT_TRUE(duo.network.run(seconds(30), [&] { return duo.both(IceState::ready); }));
}

// Two paths, and the one in use dies while the peer still sends checks on the other: the other takes over
// when consent is gone, with no time in between.
TEST(IceConsent, AFreshSparePairTakesOver) {
  VirtualNetwork network(9);
  Host& server = network.add_host("server", {IceRole::controlled}, {address("10.0.0.1", 1)});
  Host& client =
      network.add_host("client", {IceRole::controlling}, {address("10.0.0.9", 9), address("172.16.0.9", 9)});
  network.introduce(server, client);
  ASSERT_TRUE(network.run(seconds(5), [&] { return server.agent->state() == IceState::ready; }));
  network.run(seconds(2));
  const Path first = *server.agent->selected_path();
  ASSERT_EQ(first.remote, address("10.0.0.9", 9));
  network.wire = [&](Datagram& datagram) {
    return datagram.from != first.remote && datagram.to != first.remote;
  };
  ASSERT_TRUE(network.run(seconds(80), [&] {
    const Path* path = server.agent->selected_path();
    return path && path->remote == address("172.16.0.9", 9) && client.agent->state() == IceState::ready;
  }));
}

// A NAT gives the peer another address: what goes to the old one is lost, what the peer sends comes from the
// new one. It used to take until consent ran out.
TEST(IceConsent, APeerBehindARebindingNatIsFoundWithinSeconds) {
  for (const IceRole role : {IceRole::controlled, IceRole::controlling}) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
      Duo duo(seed, role, role == IceRole::controlled ? IceRole::controlling : IceRole::controlled);
      ASSERT_TRUE(duo.connect());
      duo.network.run(seconds(2));
      const SocketAddress inside = duo.right.addresses[0];
      const SocketAddress outside = address("203.0.113.7", 61000);
      duo.network.loss = seed % 2 ? 0 : 0.1;
      duo.network.wire = [&](Datagram& datagram) {
        if (datagram.to == inside) return false;
        if (datagram.from == inside) datagram.from = outside;
        if (datagram.to == outside) datagram.to = inside;
        return true;
      };
      ASSERT_TRUE(duo.network.run(seconds(seed % 2 ? 10 : 30), [&] {
        const Path* path = duo.left.agent->selected_path();
        return path && path->remote == outside;
      })) << seed;
      EXPECT_EQ(duo.right.agent->state(), IceState::ready);
      duo.network.run(seconds(100));
      EXPECT_EQ(duo.left.agent->selected_path()->remote, outside);
    }
  }
}

// Two paths that both work, of which the peer asks about each: neither is given up.
TEST(IceConsent, ChecksOnAnotherPathDoNotMoveUs) {
  VirtualNetwork network(9);
  Host& server = network.add_host("server", {IceRole::controlled}, {address("10.0.0.1", 1)});
  Host& client =
      network.add_host("client", {IceRole::controlling}, {address("10.0.0.9", 9), address("172.16.0.9", 9)});
  network.introduce(server, client);
  network.loss = 0.1;
  ASSERT_TRUE(network.run(seconds(20), [&] { return server.agent->state() == IceState::ready; }));
  network.run(seconds(5));
  const Path first = *server.agent->selected_path();
  const int changes = server.selected_changes;
  // Half of the client's checks come from its other address.
  network.wire = [&](Datagram& datagram) {
    const bool request = datagram.bytes[0] == 0 && datagram.bytes[1] == 1;
    if (request && datagram.from == first.remote && network.random().below(2)) {
      datagram.from = address("172.16.0.9", 9);
    }
    return true;
  };
  network.run(seconds(200));
  EXPECT_EQ(*server.agent->selected_path(), first);
  EXPECT_LE(server.selected_changes - changes, 2);
}

}  // namespace
}  // namespace kaskado::ice::test
