// ICE restart (RFC 8445 §9): the pair in use carries media until one of the new session is nominated.
#include <gtest/gtest.h>

#include <algorithm>

#include "virtual_network.hpp"

namespace kaskado::ice::test {
namespace {

struct Restarting : Duo {
  explicit Restarting(std::uint64_t seed) : Duo(seed) {
    EXPECT_TRUE(connect());
    network.run(seconds(2));
  }
  void restart(Host& host) {
    host.credentials = Credentials::generate(network.random());
    host.agent->restart(host.credentials, network.now());
  }
};

TEST(IceRestart, KeepsMediaFlowingAllTheTime) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Restarting duo(seed);
    duo.network.loss = seed % 2 ? 0 : 0.15;
    const Path before = *duo.left.agent->selected_path();
    const std::string old_ufrag = duo.left.credentials.ufrag;
    bool gap = false;
    duo.network.wire = [&](Datagram&) {
      gap = gap || !duo.left.agent->selected_path() || !duo.right.agent->selected_path();
      return true;
    };
    duo.restart(duo.left);
    EXPECT_EQ(*duo.left.agent->selected_path(), before);
    EXPECT_TRUE(duo.left.agent->accepts(before));
    EXPECT_TRUE(duo.left.agent->knows_local_ufrag(old_ufrag));
    EXPECT_TRUE(duo.left.agent->knows_local_ufrag(duo.left.credentials.ufrag));
    duo.network.run(seconds(20));  // the offer is on its way
    EXPECT_EQ(duo.left.agent->state(), IceState::connecting);
    EXPECT_TRUE(duo.left.agent->selected_pair()->valid);
    duo.restart(duo.right);
    duo.network.introduce(duo.left, duo.right);
    ASSERT_TRUE(duo.network.run(seconds(60), [&] { return duo.both(IceState::ready); })) << seed;
    EXPECT_TRUE(duo.agree());
    EXPECT_FALSE(gap) << seed;
    EXPECT_FALSE(duo.left.agent->knows_local_ufrag(old_ufrag)) << "over";
    EXPECT_EQ(duo.left.agent->pairs().size(), 1u);
  }
}

TEST(IceRestart, ConsentOfTheOldPairIsKeptFreshWithTheOldKeys) {
  Restarting duo(2);
  const std::string old_username = duo.right.credentials.ufrag + ":" + duo.left.credentials.ufrag;
  duo.restart(duo.left);
  int asked = 0;
  duo.network.wire = [&](Datagram& datagram) {
    const auto message = StunMessage::parse(datagram.bytes);
    if (message.ok() && message->type == StunClass::request && datagram.from == address("10.0.0.1", 1000)) {
      ++asked;
      EXPECT_EQ(message->username, old_username);
    }
    return true;
  };
  duo.network.run(seconds(100));
  EXPECT_NEAR(asked, 20, 3);
  EXPECT_TRUE(duo.left.agent->selected_path());
  EXPECT_EQ(duo.right.agent->state(), IceState::ready)
      << "the peer, which knows nothing yet, is still answered";
}

TEST(IceRestart, ThatNeverEndsKeepsTheOldPair) {
  Restarting duo(13);
  const Path before = *duo.left.agent->selected_path();
  duo.restart(duo.left);
  duo.left.agent->set_remote_credentials(Credentials::generate(duo.network.random()), duo.network.now());
  duo.network.run(seconds(600));
  EXPECT_EQ(*duo.left.agent->selected_path(), before);
  EXPECT_EQ(duo.left.agent->state(), IceState::connecting);
}

TEST(IceRestart, AForbiddenOldPairEndsOnlyTheOldSession) {
  Restarting duo(14);
  const std::string old_password = duo.right.credentials.password;
  duo.restart(duo.left);
  duo.network.wire = [&](Datagram& datagram) {
    const auto message = StunMessage::parse(datagram.bytes);
    if (!message.ok() || message->type != StunClass::success) return true;
    if (datagram.to != address("10.0.0.1", 1000)) return true;
    std::array<std::uint8_t, 200> buffer;
    StunWriter writer(buffer, StunClass::error, message->transaction);
    writer.error_code(stun_error::kForbidden, "Forbidden");
    const Bytes refusal = writer.finish(StunKey::short_term(old_password));
    datagram.bytes.assign(refusal.begin(), refusal.end());
    return true;
  };
  duo.network.run(seconds(7));
  EXPECT_EQ(duo.left.agent->selected_path(), nullptr);
  EXPECT_NE(duo.left.agent->state(), IceState::failed);
  duo.network.wire = nullptr;
  duo.restart(duo.right);
  ASSERT_TRUE(duo.connect());
}

TEST(IceRestart, TheOldPairMayDieMeanwhile) {
  Restarting duo(3);
  duo.restart(duo.left);
  bool cut = true;
  duo.network.wire = [&](Datagram&) { return !cut; };
  duo.network.run(seconds(40));
  EXPECT_EQ(duo.left.agent->selected_path(), nullptr);
  cut = false;
  duo.restart(duo.right);
  duo.network.introduce(duo.left, duo.right);
  ASSERT_TRUE(duo.network.run(seconds(10), [&] { return duo.both(IceState::ready); }));
}

TEST(IceRestart, InTheMiddleOfConnecting) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Duo duo(seed);
    duo.network.loss = 0.1;
    duo.network.introduce(duo.left, duo.right);
    duo.network.run(milliseconds(static_cast<int>(3 * seed)));
    for (Host* host : {&duo.left, &duo.right}) {
      host->credentials = Credentials::generate(duo.network.random());
      host->agent->restart(host->credentials, duo.network.now());
    }
    ASSERT_TRUE(duo.connect()) << seed;
    EXPECT_TRUE(duo.agree());
  }
}

TEST(IceRestart, TwiceBeforeTheFirstIsDone) {
  Restarting duo(5);
  const Path before = *duo.left.agent->selected_path();
  duo.restart(duo.left);
  duo.network.run(seconds(1));
  duo.restart(duo.left);
  EXPECT_EQ(*duo.left.agent->selected_path(), before);
  duo.restart(duo.right);
  ASSERT_TRUE(duo.connect());
  EXPECT_TRUE(duo.agree());
}

TEST(IceRestart, ToAnotherAddressOfThePeer) {
  Restarting duo(6);
  duo.restart(duo.left);
  duo.restart(duo.right);
  duo.right.addresses.push_back(address("172.16.0.2", 2000));
  duo.right.agent->add_local_candidate(host_candidate(duo.right.addresses[1]), 1, duo.network.now());
  const SocketAddress gone = address("10.0.0.2", 2000);
  duo.network.wire = [&](Datagram& datagram) { return datagram.from != gone && datagram.to != gone; };
  duo.network.introduce(duo.left, duo.right);
  ASSERT_TRUE(duo.network.run(seconds(10), [&] { return duo.both(IceState::ready); }));
  EXPECT_EQ(duo.left.agent->selected_path()->remote, address("172.16.0.2", 2000));
}

TEST(IceRestart, ThePeersNewChecksMayOvertakeItsAnswer) {
  Restarting duo(7);
  duo.restart(duo.left);
  duo.network.run(milliseconds(100));
  duo.restart(duo.right);
  duo.network.signal_credentials(duo.left, duo.right);
  duo.right.agent->add_remote_candidate(duo.left.candidate(), duo.network.now());
  duo.network.run(seconds(1));
  EXPECT_EQ(duo.left.agent->state(), IceState::connecting);
  duo.network.signal_credentials(duo.right, duo.left);
  ASSERT_TRUE(duo.network.run(seconds(5), [&] { return duo.both(IceState::ready); }));
}

// As browsers do, which gather anew when they make an offer and try what they have: our old candidates and credentials.
TEST(IceRestart, ThePeersNewCandidatesMayFindTheOldCredentials) {
  for (const bool early : {true, false}) {
    Restarting duo(12);
    Host& moved = duo.network.add_host("moved", {.role = IceRole::controlling}, {address("10.0.0.9", 2000)});
    const Path found{duo.right.agent->selected_path()->port_index, moved.addresses[0]};
    moved.agent->set_remote_credentials(duo.right.credentials, duo.network.now());
    moved.agent->add_remote_candidate(duo.right.candidate(), duo.network.now());
    if (early) {
      duo.network.run(seconds(1));
      EXPECT_TRUE(duo.right.agent->accepts(found));
    }
    duo.restart(duo.right);
    EXPECT_EQ(duo.right.agent->accepts(found), early) << "media does not wait for the next check";
    duo.network.signal_credentials(moved, duo.right);
    duo.network.run(seconds(8));
    EXPECT_TRUE(duo.right.agent->accepts(found));
    const auto pairs = duo.right.agent->pairs();
    EXPECT_TRUE(std::ranges::any_of(pairs, [&](const CandidatePair& pair) { return pair.path == found && pair.valid; }));
    if (early) continue;  // nominated before, which this agent does not say again
    EXPECT_EQ(duo.right.agent->state(), IceState::ready);
    EXPECT_EQ(*duo.right.agent->selected_path(), found);
  }
}

TEST(IceRestart, TheSameRemoteCredentialsAgainAreNoRestart) {
  Restarting duo(8);
  duo.left.selected_changes = 0;
  EXPECT_TRUE(duo.left.agent->set_remote_credentials(duo.right.credentials, duo.network.now()));
  duo.network.run(seconds(20));
  EXPECT_EQ(duo.left.selected_changes, 0);
  EXPECT_TRUE(duo.both(IceState::ready));
}

TEST(IceRestart, OnlyThePeersCredentialsMayChange) {
  Restarting duo(9);
  const Path before = *duo.right.agent->selected_path();
  duo.restart(duo.left);
  duo.network.signal_credentials(duo.left, duo.right);  // without a restart() of the right one
  EXPECT_EQ(*duo.right.agent->selected_path(), before);
  duo.right.agent->add_remote_candidate(duo.left.candidate(), duo.network.now());
  duo.network.signal_credentials(duo.right, duo.left);
  ASSERT_TRUE(duo.network.run(seconds(10), [&] { return duo.both(IceState::ready); }));
  EXPECT_TRUE(duo.agree());
}

TEST(IceRestart, EndsARevocation) {
  Restarting duo(10);
  duo.left.agent->revoke_consent(duo.network.now());
  duo.network.run(seconds(1));
  ASSERT_EQ(duo.left.agent->state(), IceState::failed);
  duo.restart(duo.left);
  duo.restart(duo.right);
  duo.network.introduce(duo.left, duo.right);
  ASSERT_TRUE(duo.network.run(seconds(10), [&] { return duo.both(IceState::ready); }));
}

TEST(IceRestart, CandidatesOfAnotherSessionAreIgnored) {
  Restarting duo(11);
  Candidate stale = host_candidate(address("10.0.0.7", 7));
  stale.ufrag = "old";
  EXPECT_FALSE(duo.left.agent->add_remote_candidate(stale, duo.network.now()));
  duo.restart(duo.left);
  EXPECT_TRUE(duo.left.agent->add_remote_candidate(stale, duo.network.now())) << "it may be the new one's";
  duo.network.signal_credentials(duo.right, duo.left);
  for (const CandidatePair& pair : duo.left.agent->pairs()) EXPECT_NE(pair.remote.address, stale.address);
}

TEST(IceRestart, OfALiteAgent) {
  Duo duo(12, IceRole::controlled, IceRole::controlling, true);
  ASSERT_TRUE(duo.connect());
  const Path before = *duo.left.agent->selected_path();
  for (Host* host : {&duo.left, &duo.right}) {
    host->credentials = Credentials::generate(duo.network.random());
    host->agent->restart(host->credentials, duo.network.now());
  }
  duo.network.run(seconds(60));
  EXPECT_EQ(*duo.left.agent->selected_path(), before) << "the peer's old consent checks keep it";
  ASSERT_TRUE(duo.connect());
  EXPECT_TRUE(duo.agree());
}

}  // namespace
}  // namespace kaskado::ice::test
