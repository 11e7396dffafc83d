// Agents over TCP: each address of a host stands for a port, whatever it speaks; the network keeps the order
// it is given.
#include <gtest/gtest.h>

#include "virtual_network.hpp"

namespace kaskado::ice::test {
namespace {

Candidate tcp(const SocketAddress& at, TcpType type) {
  Candidate made;
  made.foundation = "t" + std::to_string(static_cast<int>(type));
  made.transport = CandidateTransport::tcp;
  made.tcp_type = type;
  made.priority = tcp_candidate_priority(type, 8191);
  made.address = at;
  return made;
}

class IceTcp : public ::testing::Test {
 protected:
  // Two hosts whose UDP reaches nobody; the left one connects, the right one is connected to.
  IceTcp()
      : left(add("left", IceRole::controlling, "10.0.0.1")),
        right(add("right", IceRole::controlled, "10.0.0.2")) {
    left.agent->add_local_candidate(tcp(left.addresses[1].with_port(9), TcpType::active), 1, network.now());
    right.agent->add_local_candidate(tcp(right.addresses[1], TcpType::passive), 1, network.now());
    network.signal_credentials(left, right);
    network.signal_credentials(right, left);
    network.wire = [this](Datagram& datagram) { return !lose && datagram.to.port() != 1000; };
  }
  Host& add(const char* name, IceRole role, const char* ip) {
    IceConfig config;
    config.role = role;
    Host& host = network.add_host(name, config, {address(ip, 1000)});
    host.addresses.push_back(address(ip, 2000));  // of TCP, by candidates of its own
    return host;
  }
  bool connect(base::Duration within) {
    return network.run(within, [this] {
      return left.agent->state() == IceState::ready && right.agent->state() == IceState::ready;
    });
  }

  VirtualNetwork network{3};
  bool lose = false;
  Host& left;
  Host& right;
};

TEST_F(IceTcp, TheActiveSideConnectsToThePassiveOne) {
  left.agent->add_remote_candidate(tcp(right.addresses[1], TcpType::passive), network.now());
  right.agent->add_remote_candidate(tcp(left.addresses[1].with_port(9), TcpType::active), network.now());
  ASSERT_TRUE(connect(seconds(2)));
  const auto ours = left.agent->selected_pair();
  const auto theirs = right.agent->selected_pair();
  ASSERT_TRUE(ours && theirs);
  EXPECT_EQ(ours->remote.tcp_type, TcpType::passive);
  EXPECT_EQ(theirs->local.tcp_type, TcpType::passive);
  EXPECT_EQ(theirs->remote.type, CandidateType::peer_reflexive);
  EXPECT_EQ(theirs->remote.transport, CandidateTransport::tcp);
  EXPECT_EQ(right.agent->counters().candidates_ignored, 1u);  // the active one's, which shows itself
}

// RFC 8489 §6.2.2: TCP does that.
TEST_F(IceTcp, ARequestIsSentOnce) {
  lose = true;
  left.agent->add_remote_candidate(tcp(right.addresses[1], TcpType::passive), network.now());
  network.run(seconds(30));
  EXPECT_EQ(left.sent, 1u);
  network.run(seconds(60));
  EXPECT_EQ(left.agent->state(), IceState::failed);
}

TEST_F(IceTcp, SimultaneousOpenIsNotSpoken) {
  EXPECT_FALSE(
      left.agent->add_remote_candidate(tcp(right.addresses[1], TcpType::simultaneous_open), network.now()));
  EXPECT_FALSE(left.agent->add_remote_candidate(tcp(right.addresses[1], TcpType::none), network.now()));
}

TEST(IceTcpPriority, StandsBetweenUdpAndRelays) {
  const std::uint32_t active = tcp_candidate_priority(TcpType::active, 8191);
  const std::uint32_t passive = tcp_candidate_priority(TcpType::passive, 8191);
  EXPECT_GT(active, passive);
  EXPECT_LT(active, candidate_priority(CandidateType::server_reflexive, 0));
  EXPECT_GT(passive, candidate_priority(CandidateType::relayed, 65535));
}

}  // namespace
}  // namespace kaskado::ice::test
