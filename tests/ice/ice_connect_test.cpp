// Two agents over a network that loses, delays, reorders and duplicates: they always end connected and
// agreeing.
#include <gtest/gtest.h>

#include "virtual_network.hpp"

namespace kaskado::ice::test {
namespace {

using base::DropReason;

void expect_agreement(const Duo& duo, std::uint64_t seed) {
  EXPECT_TRUE(duo.both(IceState::ready)) << "seed " << seed << ": " << to_string(duo.left.agent->state())
                                         << " and " << to_string(duo.right.agent->state());
  EXPECT_TRUE(duo.agree()) << "seed " << seed;
  EXPECT_NE(duo.left.agent->role(), duo.right.agent->role()) << "seed " << seed;
}

TEST(IceConnect, OnAPerfectNetworkInThreeRoundTrips) {
  Duo duo(1);
  const base::Instant start = duo.network.now();
  ASSERT_TRUE(duo.connect());
  expect_agreement(duo, 1);
  EXPECT_LE(duo.network.now() - start,
            milliseconds(80));  // a check, its answer, the pacing, a nomination, its answer
  EXPECT_EQ(duo.left.agent->role(), IceRole::controlling);
  EXPECT_EQ(duo.left.states, (std::vector{IceState::connecting, IceState::connected, IceState::ready}));
  EXPECT_EQ(duo.left.agent->round_trip(), milliseconds(10));
  const auto pair = duo.left.agent->selected_pair();
  ASSERT_TRUE(pair);
  EXPECT_EQ(pair->path, (Path{0, address("10.0.0.2", 2000)}));
  EXPECT_EQ(pair->local.type, CandidateType::host);
  EXPECT_EQ(pair->remote.to_string(), duo.right.candidate().to_string());
  EXPECT_EQ(pair->state, PairState::succeeded);
  EXPECT_GE(pair->counters.requests_sent, 2u);
  EXPECT_TRUE(duo.left.agent->accepts(pair->path));
  EXPECT_FALSE(duo.left.agent->accepts({0, address("10.0.0.2", 2001)}));
  EXPECT_FALSE(duo.left.agent->accepts({1, address("10.0.0.2", 2000)}));
  EXPECT_TRUE(duo.left.drops.empty());
}

class IceLossy : public ::testing::TestWithParam<int> {};

TEST_P(IceLossy, AlwaysConnects) {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    Duo duo(seed * 7919);
    duo.network.loss = GetParam() / 100.0;
    duo.network.duplication = 0.05;
    duo.network.max_delay = milliseconds(150);
    duo.connect(seconds(120));
    expect_agreement(duo, seed);
    if (HasFailure()) return;
  }
}

TEST_P(IceLossy, AlwaysConnectsOverManyCandidates) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Duo duo(seed * 104729);
    Host& many =
        duo.network.add_host("many", {IceRole::controlled},
                             {address("10.0.1.1", 1), address("10.0.1.2", 2), address("10.0.1.3", 3)});
    duo.network.loss = GetParam() / 100.0;
    duo.network.duplication = 0.05;
    duo.network.max_delay = milliseconds(80);
    duo.network.introduce(duo.left, many);
    const bool done = duo.network.run(seconds(120), [&] {
      return duo.left.agent->state() == IceState::ready && many.agent->state() == IceState::ready;
    });
    ASSERT_TRUE(done) << "seed " << seed;
    duo.network.run(seconds(3));
    EXPECT_EQ(duo.left.agent->selected_pair()->remote.address, many.agent->selected_pair()->local.address);
  }
}

INSTANTIATE_TEST_SUITE_P(Percent, IceLossy, ::testing::Values(0, 5, 15, 30));

TEST(IceConnect, EitherSideMayControl) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Duo duo(seed, IceRole::controlled, IceRole::controlling);
    duo.network.loss = 0.1;
    ASSERT_TRUE(duo.connect(seconds(120)));
    expect_agreement(duo, seed);
    EXPECT_EQ(duo.right.agent->role(), IceRole::controlling);
  }
}

TEST(IceConnect, BothControllingIsSettled) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Duo duo(seed, IceRole::controlling, IceRole::controlling);
    duo.network.loss = seed % 2 ? 0 : 0.2;
    duo.network.max_delay = milliseconds(60);
    ASSERT_TRUE(duo.connect(seconds(120))) << seed;
    expect_agreement(duo, seed);
    EXPECT_GE(duo.left.agent->counters().role_switches + duo.right.agent->counters().role_switches, 1u);
  }
}

TEST(IceConnect, BothControlledIsSettled) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Duo duo(seed, IceRole::controlled, IceRole::controlled);
    duo.network.loss = seed % 2 ? 0 : 0.2;
    duo.network.max_delay = milliseconds(60);
    ASSERT_TRUE(duo.connect(seconds(120))) << seed;
    expect_agreement(duo, seed);
  }
}

TEST(IceConnect, LiteAgentIsOnlyCheckedAndPeerControls) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Duo duo(seed, IceRole::controlling, IceRole::controlled, true);  // both roles wrong: lite decides
    duo.network.loss = seed % 2 ? 0 : 0.2;
    ASSERT_TRUE(duo.connect(seconds(120))) << seed;
    expect_agreement(duo, seed);
    EXPECT_EQ(duo.left.agent->role(), IceRole::controlled);
    EXPECT_EQ(duo.right.agent->role(), IceRole::controlling);
    for (const CandidatePair& pair : duo.left.agent->pairs()) EXPECT_EQ(pair.counters.requests_sent, 0u);
    ASSERT_EQ(*duo.left.agent->selected_path(), (Path{0, address("10.0.0.2", 2000)}));
    duo.network.loss = 0;
    duo.network.run(seconds(100));
    EXPECT_TRUE(duo.both(IceState::ready)) << "the full peer's consent checks keep a lite agent";
  }
}

TEST(IceConnect, CandidatesMayTrickleLate) {
  Duo duo(3);
  duo.network.signal_credentials(duo.left, duo.right);
  duo.network.signal_credentials(duo.right, duo.left);
  duo.network.run(seconds(20));
  EXPECT_TRUE(duo.both(IceState::connecting));
  EXPECT_EQ(duo.left.sent + duo.right.sent, 0u);
  duo.left.agent->add_remote_candidate(duo.right.candidate(), duo.network.now());
  ASSERT_TRUE(duo.network.run(seconds(5), [&] { return duo.both(IceState::ready); }));
  EXPECT_TRUE(duo.agree()) << "the right side never got a candidate";
  EXPECT_EQ(duo.right.agent->selected_pair()->remote.type, CandidateType::peer_reflexive);
  duo.right.agent->add_remote_candidate(duo.left.candidate(), duo.network.now());
  EXPECT_EQ(duo.right.agent->selected_pair()->remote, duo.left.candidate()) << "what it was is known now";
}

TEST(IceConnect, CandidatesMayComeBeforeCredentials) {
  Duo duo(4);
  duo.left.agent->add_remote_candidate(duo.right.candidate(), duo.network.now());
  duo.network.run(seconds(1));
  EXPECT_EQ(duo.left.sent, 0u);
  EXPECT_EQ(duo.left.agent->state(), IceState::idle);
  ASSERT_TRUE(duo.connect());
}

TEST(IceConnect, ChecksBeforeTheCredentialsAreAnsweredAndRemembered) {
  Duo duo(5, IceRole::controlled, IceRole::controlling);
  // The right side has everything, the left one waits for the answer and has not even a candidate.
  duo.network.signal_credentials(duo.left, duo.right);
  duo.right.agent->add_remote_candidate(duo.left.candidate(), duo.network.now());
  ASSERT_TRUE(duo.network.run(seconds(5), [&] { return duo.right.agent->state() == IceState::ready; }));
  EXPECT_EQ(duo.left.agent->state(), IceState::idle);
  EXPECT_EQ(duo.left.agent->selected_path(), nullptr) << "no check of its own, no consent";
  EXPECT_TRUE(duo.left.agent->accepts({0, address("10.0.0.2", 2000)})) << "a DTLS hello may come in";
  const base::Instant answered = duo.network.now();
  duo.network.signal_credentials(duo.right, duo.left);
  ASSERT_TRUE(duo.network.run(seconds(5), [&] { return duo.both(IceState::ready); }));
  EXPECT_LE(duo.network.now() - answered, milliseconds(20))
      << "one round trip: the nomination was remembered";
  EXPECT_TRUE(duo.agree());
}

TEST(IceConnect, OneOfTwoSocketsIsEnough) {
  VirtualNetwork network(6);
  Host& server =
      network.add_host("server", {IceRole::controlled}, {address("10.0.0.1", 1), address("192.168.0.1", 1)});
  Host& client = network.add_host("client", {IceRole::controlling}, {address("10.0.0.9", 9)});
  network.wire = [](Datagram& datagram) {
    return datagram.from != address("10.0.0.1", 1) && datagram.to != address("10.0.0.1", 1);
  };
  network.introduce(server, client);
  ASSERT_TRUE(network.run(seconds(5), [&] {
    return server.agent->state() == IceState::ready && client.agent->state() == IceState::ready;
  }));
  EXPECT_EQ(*server.agent->selected_path(), (Path{1, address("10.0.0.9", 9)}));
  EXPECT_EQ(server.agent->selected_pair()->local.address, address("192.168.0.1", 1));
}

// Both ends see another address of the client than it has: peer-reflexive on both sides.
TEST(IceConnect, ThroughANat) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Duo duo(seed, seed % 2 ? IceRole::controlling : IceRole::controlled,
            seed % 2 ? IceRole::controlled : IceRole::controlling);
    duo.network.loss = seed % 3 ? 0 : 0.15;
    const SocketAddress inside = address("10.0.0.2", 2000), outside = address("203.0.113.9", 50505);
    duo.network.wire = [&](Datagram& datagram) {
      if (datagram.from == inside) datagram.from = outside;
      if (datagram.to == inside) return false;
      if (datagram.to == outside) datagram.to = inside;
      return true;
    };
    ASSERT_TRUE(duo.connect(seconds(120))) << seed;
    const auto left = duo.left.agent->selected_pair(), right = duo.right.agent->selected_pair();
    EXPECT_EQ(left->remote.address, outside);
    EXPECT_EQ(left->remote.type, CandidateType::peer_reflexive);
    EXPECT_EQ(left->remote.priority, peer_reflexive_priority(duo.right.candidate().priority));
    EXPECT_EQ(right->local.address, outside);
    EXPECT_EQ(right->local.type, CandidateType::peer_reflexive);
    EXPECT_EQ(right->local.related, inside);
    EXPECT_EQ(right->remote.address, address("10.0.0.1", 1000));
  }
}

TEST(IceConnect, APeerThatHidesBehindMdnsIsLearnt) {
  Duo duo(8);
  duo.network.signal_credentials(duo.left, duo.right);
  duo.network.signal_credentials(duo.right, duo.left);
  const auto hidden = Candidate::parse("candidate:1 1 udp 2113937151 0b5b1d3c.local 2000 typ host");
  EXPECT_FALSE(duo.left.agent->add_remote_candidate(*hidden, duo.network.now()));
  EXPECT_EQ(duo.left.agent->counters().candidates_ignored, 1u);
  duo.left.agent->end_of_remote_candidates(duo.network.now());
  duo.network.run(seconds(10));
  EXPECT_EQ(duo.left.agent->state(), IceState::connecting) << "patient";
  duo.right.agent->add_remote_candidate(duo.left.candidate(), duo.network.now());
  ASSERT_TRUE(duo.network.run(seconds(5), [&] { return duo.both(IceState::ready); }));
  EXPECT_EQ(duo.left.agent->selected_pair()->remote.type, CandidateType::peer_reflexive);
}

TEST(IceConnect, TheBetterPairIsNominatedWithinTheDelay) {
  VirtualNetwork network(9);
  Host& server =
      network.add_host("server", {IceRole::controlling}, {address("10.0.0.1", 1), address("192.168.0.1", 1)});
  Host& client = network.add_host("client", {IceRole::controlled}, {address("10.0.0.9", 9)});
  int swallowed = 0;  // the better pair's first checks, both ways
  network.wire = [&](Datagram& datagram) {
    const bool better = datagram.from == address("10.0.0.1", 1) || datagram.to == address("10.0.0.1", 1);
    return !better || ++swallowed > 1;
  };
  network.introduce(server, client);
  ASSERT_TRUE(network.run(seconds(5), [&] { return server.agent->state() == IceState::ready; }));
  EXPECT_EQ(server.agent->selected_path()->port_index, 0);
}

TEST(IceConnect, FailsOnlyAfterItsPatienceAndRevives) {
  Duo duo(10);
  bool cut = true;
  duo.network.wire = [&](Datagram&) { return !cut; };
  const base::Instant start = duo.network.now();
  EXPECT_FALSE(duo.connect(milliseconds(39'400)));
  EXPECT_EQ(duo.left.agent->state(), IceState::connecting);
  ASSERT_TRUE(duo.network.run(seconds(60), [&] { return duo.both(IceState::failed); }));
  EXPECT_GE(duo.network.now() - start, milliseconds(39'500));  // RFC 8863 §4
  EXPECT_LE(duo.network.now() - start, milliseconds(40'000));
  // RFC 8489 §6.2.1: 0, 500, 1500, 3500, 7500, 15500, 31500 ms, then silence.
  EXPECT_EQ(duo.left.sent, 7u);
  EXPECT_EQ(duo.left.agent->deadline(), base::kNever);
  cut = false;
  duo.left.agent->add_remote_candidate(host_candidate(address("10.0.0.2", 2001)), duo.network.now());
  duo.network.run(seconds(1));
  EXPECT_EQ(duo.left.agent->state(), IceState::connecting) << "a new candidate is a new hope";
}

TEST(IceConnect, WithoutTheEndOfCandidatesItWaitsTwiceAsLong) {
  Duo duo(11);
  duo.network.signal_credentials(duo.right, duo.left);
  const base::Instant start = duo.network.now();
  ASSERT_TRUE(duo.network.run(seconds(100), [&] { return duo.left.agent->state() == IceState::failed; }));
  EXPECT_EQ(duo.network.now() - start, seconds(79));
}

}  // namespace
}  // namespace kaskado::ice::test
