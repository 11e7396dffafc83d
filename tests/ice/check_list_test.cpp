#include "ice/check_list.hpp"

#include <gtest/gtest.h>

#include "virtual_network.hpp"

namespace kaskado::ice::test {
namespace {

constexpr base::Instant kNow{seconds(1)};

Candidate candidate(const char* ip, std::uint16_t port, std::uint32_t priority, const char* foundation) {
  Candidate made;
  made.foundation = foundation;
  made.priority = priority;
  made.address = address(ip, port);
  return made;
}

std::vector<std::uint16_t> order_of_checks(CheckList& list) {
  std::vector<std::uint16_t> ports;
  while (Pair* pair = list.next_check()) {
    pair->state = PairState::in_progress;
    ports.push_back(pair->path.remote.port());
  }
  return ports;
}

TEST(CheckList, PairsWhatBelongsTogether) {
  CheckList list(IceRole::controlling, true);
  list.add_local(candidate("10.0.0.1", 1, 100, "a"), 0);
  list.add_local(candidate("2001:db8::1", 1, 90, "b"), 1);
  list.add_local(candidate("fe80::1", 1, 80, "c"), 2);
  list.add_remote(candidate("10.0.0.2", 2, 100, "a"));
  list.add_remote(candidate("2001:db8::2", 2, 100, "b"));
  list.add_remote(candidate("fe80::2", 2, 100, "c"));
  ASSERT_EQ(list.pairs().size(), 3u);
  for (const Pair& pair : list.pairs()) {
    const CandidatePair told = list.describe(pair);
    EXPECT_EQ(told.local.foundation, told.remote.foundation);
    EXPECT_EQ(told.priority, pair_priority(told.local.priority, told.remote.priority));
  }
  list.set_role(IceRole::controlled);
  EXPECT_EQ(list.pairs()[1].priority, pair_priority(100, 90));
}

TEST(CheckList, CandidatesOfOneSocketMakeOnePairAndTheBetterStandsInIt) {
  CheckList list(IceRole::controlling, true);
  Candidate reflexive = candidate("203.0.113.1", 1, 50, "s");
  reflexive.type = CandidateType::server_reflexive;
  list.add_local(reflexive, 0);
  list.add_remote(candidate("10.0.0.2", 2, 100, "a"));
  list.add_local(candidate("10.0.0.1", 1, 100, "h"), 0);
  ASSERT_EQ(list.pairs().size(), 1u);
  EXPECT_EQ(list.describe(list.pairs()[0]).local.foundation, "h");
}

Candidate tcp_candidate(const char* ip, std::uint16_t port, TcpType type, const char* foundation) {
  Candidate made = candidate(ip, port, tcp_candidate_priority(type, 1), foundation);
  made.transport = CandidateTransport::tcp;
  made.tcp_type = type;
  return made;
}

// RFC 6544 §6.2.
TEST(CheckList, OverTcpTheActivePairsWithThePassiveAlone) {
  CheckList list(IceRole::controlling, true);
  list.add_local(candidate("10.0.0.1", 1, 100, "u"), 0);
  list.add_local(tcp_candidate("10.0.0.1", 9, TcpType::active, "a"), 1);
  list.add_local(tcp_candidate("10.0.0.1", 1, TcpType::passive, "p"), 2);
  list.add_remote(candidate("10.0.0.2", 2, 100, "u"));
  list.add_remote(tcp_candidate("10.0.0.2", 9, TcpType::active, "a"));
  list.add_remote(tcp_candidate("10.0.0.2", 2, TcpType::passive, "p"));
  ASSERT_EQ(list.pairs().size(), 2u);
  EXPECT_EQ(list.pairs()[0].path, (Path{0, address("10.0.0.2", 2)}));
  EXPECT_FALSE(list.pairs()[0].reliable);
  EXPECT_EQ(list.pairs()[1].path, (Path{1, address("10.0.0.2", 2)}));
  EXPECT_TRUE(list.pairs()[1].reliable);
  // Whoever connects is learnt, although a UDP candidate has the same address.
  const Pair* learnt = list.learn({2, address("10.0.0.2", 2)}, 5);
  ASSERT_TRUE(learnt);
  EXPECT_EQ(list.describe(*learnt).remote.transport, CandidateTransport::tcp);
  EXPECT_EQ(list.describe(*learnt).local.foundation, "p");
}

TEST(CheckList, ChecksGoByPriorityHoweverTheyTrickledIn) {
  CheckList list(IceRole::controlling, true);
  list.add_local(candidate("10.0.0.1", 1, 1000, "a"), 0);
  list.add_remote(candidate("10.0.0.2", 20, 20, "x"));
  EXPECT_TRUE(list.has_check());
  list.add_remote(candidate("10.0.0.2", 40, 40, "y"));
  list.add_remote(candidate("10.0.0.2", 30, 30, "z"));
  EXPECT_EQ(order_of_checks(list), (std::vector<std::uint16_t>{40, 30, 20}));
  EXPECT_FALSE(list.has_check());
}

TEST(CheckList, OneOfAFoundationAtATimeUntilItSucceeds) {
  CheckList list(IceRole::controlling, true);
  list.add_local(candidate("10.0.0.1", 1, 1000, "a"), 0);
  for (std::uint16_t port = 1; port <= 4; ++port) {
    list.add_remote(candidate("10.0.0.2", port, 100u - port, port % 2 ? "odd" : "even"));
  }
  EXPECT_EQ(order_of_checks(list), (std::vector<std::uint16_t>{1, 2}));
  list.find(Path{0, address("10.0.0.2", 2)})->state = PairState::failed;
  EXPECT_EQ(order_of_checks(list), (std::vector<std::uint16_t>{4})) << "the next of a foundation that failed";
  Pair* first = list.find(Path{0, address("10.0.0.2", 1)});
  list.unfreeze(first->foundation);
  EXPECT_EQ(order_of_checks(list), (std::vector<std::uint16_t>{3}));
}

TEST(CheckList, TriggeredChecksComeFirstAndInOrder) {
  CheckList list(IceRole::controlling, true);
  list.add_local(candidate("10.0.0.1", 1, 1000, "a"), 0);
  for (std::uint16_t port = 1; port <= 4; ++port) {
    list.add_remote(candidate("10.0.0.2", port, 100u - port, std::to_string(port).c_str()));
  }
  list.trigger(*list.find(Path{0, address("10.0.0.2", 4)}));
  list.trigger(*list.find(Path{0, address("10.0.0.2", 3)}));
  list.trigger(*list.find(Path{0, address("10.0.0.2", 4)}));
  EXPECT_EQ(order_of_checks(list), (std::vector<std::uint16_t>{4, 3, 1, 2}));
}

TEST(CheckList, PairsAreBoundedAndTheBestStay) {
  CheckList list(IceRole::controlling, true);
  for (std::uint16_t i = 0; i < 20; ++i) {
    const bool taken = list.add_local(candidate("10.0.0.1", static_cast<std::uint16_t>(1000 + i), 1000, "a"),
                                      static_cast<std::uint8_t>(i));
    EXPECT_EQ(taken, i < CheckList::kMaxLocal);
  }
  for (std::uint16_t i = 1; i <= 60; ++i) {
    EXPECT_EQ(list.add_remote(candidate("10.0.0.2", i, i, "r")), i <= CheckList::kMaxRemote);
  }
  ASSERT_EQ(list.pairs().size(), CheckList::kMaxPairs);
  for (const Pair& pair : list.pairs())
    EXPECT_GE(pair.path.remote.port(), 44) << "6 remote ones of 16 pairs each, and some";
}

TEST(CheckList, LearntCandidatesAreBoundedAndTheQuietestGoes) {
  CheckList list(IceRole::controlled, true);
  list.add_local(candidate("10.0.0.1", 1, 1000, "a"), 0);
  for (std::uint16_t i = 1; i <= 100; ++i) {
    Pair* pair = list.learn({0, address("10.9.9.9", i)}, 7);
    ASSERT_TRUE(pair);
    pair->heard = true;
    pair->heard_at = kNow + seconds(i);
    if (i == 3) pair->in_use = true;
  }
  EXPECT_EQ(list.pairs().size(), CheckList::kMaxRemoteReflexive);
  EXPECT_TRUE(list.find(Path{0, address("10.9.9.9", 3)})) << "what carries media stays";
  EXPECT_FALSE(list.find(Path{0, address("10.9.9.9", 84)}));
  EXPECT_TRUE(list.find(Path{0, address("10.9.9.9", 86)}));
  EXPECT_EQ(list.describe(*list.find(Path{0, address("10.9.9.9", 100)})).remote.address,
            address("10.9.9.9", 100));
  EXPECT_FALSE(list.learn({5, address("10.9.9.9", 1)}, 7)) << "no such socket";
}

TEST(CheckList, ALearntPairFindsRoomInAFullList) {
  CheckList list(IceRole::controlling, true);
  for (std::uint8_t i = 0; i < 16; ++i) list.add_local(candidate("10.0.0.1", 1000, 1000, "a"), i);
  for (std::uint16_t i = 1; i <= 10; ++i) list.add_remote(candidate("10.0.0.2", i, 100, "r"));
  ASSERT_EQ(list.pairs().size(), CheckList::kMaxPairs);
  ASSERT_TRUE(list.learn({0, address("10.9.9.9", 1)}, 1));
  EXPECT_EQ(list.pairs().size(), CheckList::kMaxPairs);
}

TEST(CheckList, SignallingTellsWhatWasLearnt) {
  CheckList list(IceRole::controlled, true);
  list.add_local(candidate("10.0.0.1", 1, 1000, "a"), 0);
  list.learn({0, address("10.0.0.2", 2)}, 7);
  EXPECT_EQ(list.describe(list.pairs()[0]).remote.type, CandidateType::peer_reflexive);
  EXPECT_EQ(list.describe(list.pairs()[0]).remote.foundation, "remote1");
  list.add_remote(candidate("10.0.0.2", 2, 77, "h"));
  ASSERT_EQ(list.pairs().size(), 1u);
  EXPECT_EQ(list.describe(list.pairs()[0]).remote, candidate("10.0.0.2", 2, 77, "h"));
  EXPECT_EQ(list.pairs()[0].priority, pair_priority(77, 1000));
}

TEST(CheckList, MappedAddressesAreBounded) {
  CheckList list(IceRole::controlled, true);
  list.add_local(candidate("10.0.0.1", 1, 1000, "a"), 0);
  list.add_remote(candidate("10.0.0.2", 2, 1000, "a"));
  Pair& pair = *list.find(Path{0, address("10.0.0.2", 2)});
  for (std::uint16_t i = 1; i <= 100; ++i) list.note_mapped(pair, address("203.0.113.1", i));
  EXPECT_EQ(list.describe(pair).local.address, address("203.0.113.1", CheckList::kMaxLocalReflexive));
  list.note_mapped(pair, address("10.0.0.1", 1));
  EXPECT_EQ(list.describe(pair).local.type, CandidateType::host);
}

TEST(CheckList, BestUsableIsNominatedFreshAndOfHighestPriority) {
  CheckList list(IceRole::controlling, true);
  list.add_local(candidate("10.0.0.1", 1, 1000, "a"), 0);
  for (std::uint16_t port = 1; port <= 3; ++port) list.add_remote(candidate("10.0.0.2", port, port, "r"));
  EXPECT_EQ(list.best_usable(kNow), nullptr);
  for (Pair& pair : list.pairs()) {
    pair.valid = true;
    pair.consent_until = kNow + seconds(1);
  }
  EXPECT_EQ(list.best_usable(kNow)->path.remote.port(), 3);
  list.find(Path{0, address("10.0.0.2", 1)})->nominated = true;
  EXPECT_EQ(list.best_usable(kNow)->path.remote.port(), 1);
  list.find(Path{0, address("10.0.0.2", 1)})->consent_until = kNow;
  EXPECT_EQ(list.best_usable(kNow)->path.remote.port(), 3);
}

TEST(CheckList, ConcludingForgetsWhatIsNotNeeded) {
  for (const IceRole role : {IceRole::controlling, IceRole::controlled}) {
    CheckList list(role, true);
    list.add_local(candidate("10.0.0.1", 1, 1000, "a"), 0);
    for (std::uint16_t port = 1; port <= 4; ++port) list.add_remote(candidate("10.0.0.2", port, port, "r"));
    Pair* selected = list.find(Path{0, address("10.0.0.2", 3)});
    selected->valid = selected->in_use = true;
    list.find(Path{0, address("10.0.0.2", 1)})->heard = true;
    list.conclude(selected->priority);
    EXPECT_EQ(list.find(Path{0, address("10.0.0.2", 1)})->state, PairState::failed);
    EXPECT_FALSE(list.find(Path{0, address("10.0.0.2", 2)}));
    EXPECT_TRUE(list.find(Path{0, address("10.0.0.2", 3)}));
    EXPECT_EQ(list.find(Path{0, address("10.0.0.2", 4)}) != nullptr, role == IceRole::controlled);
    list.start_over();
    EXPECT_EQ(list.pairs().size(), 4u);
    EXPECT_EQ(list.unfinished(), 4u);
  }
}

TEST(CheckList, NoPairIsMadeOfAForbiddenPathUntilACheckComesInOnIt) {
  CheckList list(IceRole::controlling, true);
  list.add_local(candidate("10.0.0.1", 1, 100, "a"), 0);
  list.add_local(candidate("10.0.0.1", 2, 90, "b"), 300);
  list.add_remote(candidate("10.0.0.2", 2, 100, "a"));
  const Path path{0, address("10.0.0.2", 2)};
  list.forbid(path);
  EXPECT_FALSE(list.find(path));
  ASSERT_EQ(list.pairs().size(), 1u);
  EXPECT_EQ(list.pairs()[0].path.port_index, 300);
  // None of the ways in which pairs are made.
  list.add_remote(candidate("10.0.0.2", 2, 200, "b"));
  list.start_over();
  list.add_local(candidate("10.0.0.9", 1, 110, "c"), 0);
  EXPECT_FALSE(list.find(path));
  ASSERT_TRUE(list.learn(path, 100));
  EXPECT_TRUE(list.find(path)->state == PairState::frozen);
}

TEST(CheckList, ARestartForgetsWhatWasForbidden) {
  CheckList list(IceRole::controlling, true);
  list.add_local(candidate("10.0.0.1", 1, 100, "a"), 0);
  list.add_remote(candidate("10.0.0.2", 2, 100, "a"));
  const Path path{0, address("10.0.0.2", 2)};
  list.forbid(path);
  list.forget_remote();
  list.add_remote(candidate("10.0.0.2", 2, 100, "a"));
  EXPECT_TRUE(list.find(path));
}

TEST(CheckList, ForgetsSessions) {
  CheckList list(IceRole::controlled, true);
  list.add_local(candidate("10.0.0.1", 1, 1000, "a"), 0);
  for (std::uint16_t port = 1; port <= 4; ++port) {
    Candidate remote = candidate("10.0.0.2", port, port, "r");
    remote.ufrag = port == 1 ? "" : port % 2 ? "odd" : "even";
    list.add_remote(remote);
  }
  list.forget_other_sessions("odd");
  ASSERT_EQ(list.pairs().size(), 2u);
  for (const Pair& pair : list.pairs()) EXPECT_EQ(list.describe(pair).remote.address, pair.path.remote);
  list.forget_remote();
  EXPECT_TRUE(list.pairs().empty());
  EXPECT_TRUE(list.add_remote(candidate("10.0.0.2", 1, 1, "r")));
  EXPECT_EQ(list.pairs().size(), 1u) << "local candidates stay";
}

}  // namespace
}  // namespace kaskado::ice::test
