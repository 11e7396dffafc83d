// The agent's interface and the rules of selection, without a network's chance.
#include "ice/ice_agent.hpp"

#include <gtest/gtest.h>

#include "virtual_network.hpp"

namespace kaskado::ice::test {
namespace {

TEST(Credentials, AreLongEnoughAndRandom) {
  base::SeededRandom random(1);
  const Credentials a = Credentials::generate(random), b = Credentials::generate(random);
  EXPECT_EQ(a.ufrag.size(), 8u);
  EXPECT_EQ(a.password.size(), 24u);
  EXPECT_FALSE(a == b);
  EXPECT_TRUE(a.usable());
  EXPECT_FALSE((Credentials{"", "password"}).usable());
  EXPECT_FALSE((Credentials{"ufrag", ""}).usable());
  EXPECT_FALSE((Credentials{"uf:rag", "password"}).usable());
  EXPECT_FALSE((Credentials{std::string(257, 'u'), "password"}).usable());
  EXPECT_TRUE((Credentials{std::string(256, 'u'), std::string(256, 'p')}).usable());
}

TEST(IceAgent, IsIdleAndSilentUntilItKnowsThePeer) {
  Duo duo(1);
  EXPECT_EQ(duo.left.agent->state(), IceState::idle);
  EXPECT_EQ(duo.left.agent->deadline(), base::kNever);
  EXPECT_FALSE(duo.left.agent->set_remote_credentials({"", ""}, duo.network.now()));
  EXPECT_EQ(duo.left.agent->state(), IceState::idle);
  EXPECT_TRUE(duo.left.agent->knows_local_ufrag(duo.left.credentials.ufrag));
  EXPECT_FALSE(duo.left.agent->knows_local_ufrag(duo.right.credentials.ufrag));
  EXPECT_FALSE(duo.left.agent->knows_local_ufrag(""));
  EXPECT_TRUE(duo.left.agent->pairs().empty());
}

TEST(IceAgent, TellsAtOnceWhatACallChanged) {
  Duo duo(2);
  duo.network.signal_credentials(duo.right, duo.left);
  EXPECT_EQ(duo.left.agent->state(), IceState::connecting);
  EXPECT_EQ(duo.left.agent->deadline(), duo.network.now());
  base::Outbox outbox;
  EXPECT_TRUE(duo.left.agent->advance(duo.network.now(), outbox).state_changed);
  EXPECT_FALSE(duo.left.agent->advance(duo.network.now(), outbox).state_changed);
}

TEST(IceAgent, TheLongestUfragsWork) {
  VirtualNetwork network(3);
  Host& left = network.add_host("left", {IceRole::controlling}, {address("10.0.0.1", 1)});
  Host& right = network.add_host("right", {IceRole::controlled}, {address("10.0.0.2", 2)});
  for (Host* host : {&left, &right}) {
    host->credentials = {network.random().ice_chars(256), network.random().ice_chars(256)};
    host->agent->restart(host->credentials, network.now());
  }
  network.introduce(left, right);
  EXPECT_TRUE(network.run(seconds(5), [&] { return left.agent->state() == IceState::ready; }));
}

TEST(IceAgent, ChecksArePaced) {
  VirtualNetwork network(4);
  Host& left = network.add_host("left", {IceRole::controlling}, {address("10.0.0.1", 1)});
  Host& right = network.add_host("right", {IceRole::controlled}, {});
  network.signal_credentials(right, left);
  for (std::uint16_t i = 1; i <= 10; ++i) {
    Candidate candidate = host_candidate(address("10.0.0.99", i), i);
    candidate.foundation = std::to_string(i);
    left.agent->add_remote_candidate(candidate, network.now());
  }
  std::vector<base::Instant> sent;
  std::vector<std::uint16_t> order;
  network.wire = [&](Datagram& datagram) {
    sent.push_back(network.now());
    order.push_back(datagram.to.port());
    return true;
  };
  network.run(milliseconds(499));
  ASSERT_EQ(sent.size(), 10u);
  for (std::size_t i = 1; i < sent.size(); ++i) EXPECT_EQ(sent[i] - sent[i - 1], milliseconds(50));
  EXPECT_EQ(order, (std::vector<std::uint16_t>{10, 9, 8, 7, 6, 5, 4, 3, 2, 1})) << "by priority";
}

// A hand-driven peer of a controlled agent with one socket: it answers and sends checks as told.
struct Puppet {
  explicit Puppet(std::uint64_t seed) : random(seed) {
    IceConfig config;
    config.local = ours = Credentials::generate(random);
    theirs = Credentials::generate(random);
    agent.emplace(config, random);
    agent->add_local_candidate(host_candidate(address("10.0.0.1", 1)), 0, now);
    agent->set_remote_credentials(theirs, now);
    agent->end_of_remote_candidates(now);
  }
  static SocketAddress path_address(std::uint16_t port) { return address("10.0.0.2", port); }
  void check_from(std::uint16_t port, std::uint32_t priority, bool use_candidate) {
    std::array<std::uint8_t, 200> buffer;
    TransactionId transaction;
    random.fill(transaction);
    StunWriter writer(buffer, StunClass::request, transaction);
    writer.username(ours.ufrag, theirs.ufrag);
    writer.priority(priority);
    writer.ice_controlling(1);
    if (use_candidate) writer.use_candidate();
    const Bytes bytes = writer.finish(StunKey::short_term(ours.password));
    agent->receive(bytes, {0, path_address(port)}, now, outbox);
  }
  // Answers the checks that wait in the outbox, but those to `silent`.
  void answer_checks(std::uint16_t silent = 0) {
    base::Outbox taken;
    for (const base::Egress& egress : outbox.pending()) taken.send(outbox.bytes(egress), egress.path);
    outbox.clear();
    for (const base::Egress& egress : taken.pending()) {
      const auto request = StunMessage::parse(taken.bytes(egress));
      if (!request.ok() || request->type != StunClass::request || egress.path.remote.port() == silent)
        continue;
      std::array<std::uint8_t, 200> buffer;
      StunWriter writer(buffer, StunClass::success, request->transaction);
      writer.xor_mapped_address(address("10.0.0.1", 1));
      agent->receive(writer.finish(StunKey::short_term(theirs.password)), egress.path, now, outbox);
    }
  }
  void pass(base::Duration time, std::uint16_t silent = 0) {
    const base::Instant until = now + time;
    answer_checks(silent);
    while (agent->deadline() <= until) {
      now = std::max(now, agent->deadline());
      agent->advance(now, outbox);
      answer_checks(silent);
    }
    now = until;
  }
  int selected_port() const { return agent->selected_path() ? agent->selected_path()->remote.port() : 0; }

  base::SeededRandom random;
  base::Instant now{seconds(5)};
  Credentials ours, theirs;
  base::Outbox outbox;
  std::optional<IceAgent> agent;
};

TEST(IceSelection, MediaMayStartOnTheBestValidPairBeforeNomination) {
  Puppet puppet(1);
  puppet.check_from(1, 100, false);
  EXPECT_EQ(puppet.selected_port(), 0) << "the check of ours is not answered yet";
  EXPECT_TRUE(puppet.agent->accepts({0, Puppet::path_address(1)}));
  puppet.answer_checks();
  EXPECT_EQ(puppet.selected_port(), 1);
  EXPECT_EQ(puppet.agent->state(), IceState::connected);
  puppet.check_from(2, 200, false);
  puppet.pass(milliseconds(100));
  EXPECT_EQ(puppet.selected_port(), 2) << "better";
  puppet.check_from(1, 100, true);
  EXPECT_EQ(puppet.selected_port(), 1) << "nominated";
  EXPECT_EQ(puppet.agent->state(), IceState::ready);
  EXPECT_TRUE(puppet.agent->selected_pair()->nominated);
}

TEST(IceSelection, ANominationCountsFromWhenThePairIsValid) {
  Puppet puppet(2);
  puppet.check_from(1, 100, true);
  EXPECT_EQ(puppet.agent->state(), IceState::connecting);
  puppet.answer_checks();
  EXPECT_EQ(puppet.agent->state(), IceState::ready);
}

TEST(IceSelection, AnAggressivePeerEndsOnItsHighestPriority) {
  Puppet puppet(3);
  for (const std::uint16_t port : {1, 3, 2}) {
    puppet.check_from(port, port * 100u, true);
    puppet.pass(milliseconds(200));
  }
  EXPECT_EQ(puppet.selected_port(), 3);
  EXPECT_EQ(puppet.agent->pairs().size(), 3u);
}

TEST(IceSelection, APeerThatInsistsMovesToALowerPriority) {
  Puppet puppet(4);
  puppet.check_from(2, 200, true);
  puppet.pass(milliseconds(200));
  puppet.check_from(1, 100, true);
  puppet.pass(milliseconds(200));
  ASSERT_EQ(puppet.selected_port(), 2);
  for (int i = 0; i < 10; ++i) {  // both: no insisting
    puppet.check_from(1, 100, true);
    puppet.check_from(2, 200, true);
    puppet.pass(milliseconds(480));
  }
  EXPECT_EQ(puppet.selected_port(), 2);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(puppet.selected_port(), 2) << i;
    puppet.check_from(1, 100, true);
    puppet.pass(milliseconds(480));
  }
  EXPECT_EQ(puppet.selected_port(), 1) << "it left the other network";
  EXPECT_EQ(puppet.agent->state(), IceState::ready);
  puppet.check_from(2, 200, true);
  EXPECT_EQ(puppet.selected_port(), 2) << "and came back";
}

TEST(IceSelection, ALateHigherPriorityPairIsTakenOnlyWhenNominated) {
  Puppet puppet(5);
  puppet.check_from(1, 100, true);
  puppet.pass(milliseconds(100));
  puppet.check_from(2, 200, false);
  puppet.pass(milliseconds(100));
  EXPECT_EQ(puppet.selected_port(), 1);
  puppet.check_from(2, 200, true);
  EXPECT_EQ(puppet.selected_port(), 2);
}

TEST(IceSelection, AFreshSparePairTakesOverWithoutAGap) {
  Puppet puppet(6);
  puppet.check_from(2, 200, true);
  puppet.pass(milliseconds(100));
  puppet.check_from(1, 100, false);
  puppet.pass(milliseconds(100));
  ASSERT_EQ(puppet.selected_port(), 2);
  for (int i = 0; i < 12; ++i) {  // path 2 dies; the peer keeps checking path 1
    puppet.pass(seconds(3), 2);
    puppet.check_from(1, 100, false);
    puppet.answer_checks(2);
    EXPECT_NE(puppet.selected_port(), 0) << i;
  }
  EXPECT_EQ(puppet.selected_port(), 1);
  EXPECT_EQ(puppet.agent->state(), IceState::connected) << "not nominated";
}

// A peer that checks faster than the round trip takes must not hinder us.
TEST(IceSelection, FrequentChecksOverALongRoundTrip) {
  Duo duo(7);
  duo.network.min_delay = duo.network.max_delay = milliseconds(700);
  duo.network.introduce(duo.left, duo.right);
  Duo* both = &duo;
  for (int i = 0; i < 100; ++i) {
    duo.network.at(milliseconds(48 * i), [both] {
      std::array<std::uint8_t, 200> buffer;
      TransactionId transaction;
      both->network.random().fill(transaction);
      StunWriter writer(buffer, StunClass::request, transaction);
      writer.username(both->left.credentials.ufrag, both->right.credentials.ufrag);
      writer.priority(5);
      const Bytes bytes = writer.finish(StunKey::short_term(both->left.credentials.password));
      both->network.send({both->right.addresses[0], both->left.addresses[0], {bytes.begin(), bytes.end()}});
    });
  }
  EXPECT_TRUE(duo.network.run(seconds(6), [&] { return duo.both(IceState::ready); }));
}

TEST(IceAgent, EqualTieBreakersAreSettledToo) {
  base::SeededRandom one(5), other(5);  // the same numbers on both sides
  IceConfig config;
  config.role = IceRole::controlling;
  config.local = {"left", "password of the left side"};
  IceAgent left(config, one);
  config.local = {"right", "password of the right side"};
  IceAgent right(config, other);
  base::Instant now{seconds(1)};
  left.add_local_candidate(host_candidate(address("10.0.0.1", 1)), 0, now);
  right.add_local_candidate(host_candidate(address("10.0.0.2", 2)), 0, now);
  left.add_remote_candidate(host_candidate(address("10.0.0.2", 2)), now);
  right.add_remote_candidate(host_candidate(address("10.0.0.1", 1)), now);
  left.set_remote_credentials({"right", "password of the right side"}, now);
  right.set_remote_credentials({"left", "password of the left side"}, now);
  base::Outbox from_left, from_right;
  base::SeededRandom third(9);
  for (int i = 0; i < 200 && left.state() != IceState::ready; ++i, now += milliseconds(10)) {
    if (i == 3) one.u64();  // and no longer
    left.advance(now, from_left);
    right.advance(now, from_right);
    const auto deliver = [&](base::Outbox& from, IceAgent& to, const SocketAddress& sender,
                             base::Outbox& answers) {
      std::vector<std::vector<std::uint8_t>> datagrams;
      for (const base::Egress& egress : from.pending()) {
        const auto bytes = from.bytes(egress);
        datagrams.emplace_back(bytes.begin(), bytes.end());
      }
      from.clear();
      for (const auto& datagram : datagrams) to.receive(datagram, {0, sender}, now, answers);
    };
    deliver(from_left, right, address("10.0.0.1", 1), from_right);
    deliver(from_right, left, address("10.0.0.2", 2), from_left);
  }
  EXPECT_EQ(left.state(), IceState::ready);
  EXPECT_NE(left.role(), right.role());
}

}  // namespace
}  // namespace kaskado::ice::test
