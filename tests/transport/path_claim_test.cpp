// Two sessions of a shard whose peers have one address between them: what belongs to one of them never
// reaches the other.
#include <gtest/gtest.h>

#include "ice/stun_writer.hpp"
#include "memory_link.hpp"

namespace kaskado::transport::test {
namespace {

using base::DropReason;

constexpr PeerId kOther = 9;
const Octets kRtp{0x80, 96, 0, 1, 0, 0, 0, 9, 0xca, 0xfe, 0xba, 0xbe};

// A message to `to` as its peer sends it, or with another password.
Octets stun_for(const Peer& to, ice::StunClass type, const std::string& password) {
  Octets memory(256);
  ice::StunWriter writer(memory, type, {});
  writer.username(to.transport->local_credentials().ufrag, "peer");
  writer.priority(1);
  const auto written = writer.finish(ice::StunKey::short_term(password));
  return {written.begin(), written.end()};
}

Octets check_for(const Peer& to) {
  return stun_for(to, ice::StunClass::request, to.transport->local_credentials().password);
}

struct PathClaim : testing::Test {
  base::Path path_of(const base::SocketAddress& remote) const { return {0, remote}; }
  bool belongs_to(const base::SocketAddress& remote, PeerId peer) const {
    return link.left.demux.find(path_of(remote), kRtp) == peer;
  }
  std::size_t count_sent_to(const base::SocketAddress& remote) const {
    const auto pending = link.left.outbox.pending();
    return static_cast<std::size_t>(std::ranges::count_if(
        pending, [&](const base::Egress& egress) { return egress.path.remote == remote; }));
  }

  MemoryLink link;
  Peer& left = link.left;
  const base::SocketAddress shared = address("198.51.100.1", 9);
};

TEST_F(PathClaim, ACheckOnTheFirstFreePathMakesItThePeers) {
  link.introduce();
  EXPECT_EQ(link.deliver(left, shared, check_for(left)), DropReason::none);
  EXPECT_TRUE(belongs_to(shared, 7));
  EXPECT_FALSE(left.changes.path_taken);
  EXPECT_TRUE(left.transport->taken_ports().empty());
}

// If it were answered, its sender would take the path for good, and media on it would be another session's.
TEST_F(PathClaim, ACheckOnAnothersPathIsNotAnswered) {
  link.introduce();
  ASSERT_TRUE(left.demux.claim(path_of(shared), kOther));
  const base::PacketRef check = left.packet_of(check_for(left));
  const Received received = left.transport->receive(*check, path_of(shared), link.now(), left.outbox);
  EXPECT_EQ(received.drop, DropReason::path_taken);
  EXPECT_EQ(count_sent_to(shared), 0u);
  EXPECT_TRUE(belongs_to(shared, kOther));
  EXPECT_FALSE(left.transport->ice().accepts(path_of(shared)));
  EXPECT_TRUE(left.transport->take_changes().path_taken);
  EXPECT_EQ(left.transport->taken_ports(), std::vector<std::uint16_t>{0});
}

TEST_F(PathClaim, ItIsToldOnceAndOnlyWhenThePeerIsMeant) {
  link.introduce();
  ASSERT_TRUE(left.demux.claim(path_of(shared), kOther));
  const std::string& password = left.transport->local_credentials().password;
  // Anybody can write the fragment into these.
  for (const Octets& forged : {stun_for(left, ice::StunClass::request, "not the password of anybody"),
                               stun_for(left, ice::StunClass::indication, password)}) {
    EXPECT_EQ(link.deliver(left, shared, forged), DropReason::path_taken);
    EXPECT_FALSE(left.changes.path_taken);
  }
  EXPECT_EQ(link.deliver(left, shared, check_for(left)), DropReason::path_taken);
  EXPECT_TRUE(std::exchange(left.changes, {}).path_taken);
  EXPECT_EQ(link.deliver(left, shared, check_for(left)), DropReason::path_taken);
  EXPECT_FALSE(left.changes.path_taken);
  EXPECT_TRUE(belongs_to(shared, kOther));
  // Once the other one has gone, its path is free.
  left.demux.forget(kOther);
  EXPECT_EQ(link.deliver(left, shared, check_for(left)), DropReason::none);
  EXPECT_TRUE(belongs_to(shared, 7));
  EXPECT_TRUE(left.transport->ice().accepts(path_of(shared)));
}

TEST_F(PathClaim, AnIndicationClaimsNothing) {
  link.introduce();
  const std::string& password = left.transport->local_credentials().password;
  EXPECT_EQ(link.deliver(left, shared, stun_for(left, ice::StunClass::indication, password)),
            DropReason::none);
  EXPECT_FALSE(left.demux.find(path_of(shared), kRtp));
}

TEST_F(PathClaim, NoCheckGoesToACandidateWhosePathIsAnothers) {
  ASSERT_TRUE(left.demux.claim(path_of(shared), kOther));
  link.introduce();
  ice::Candidate candidate = link.right.candidate();
  candidate.address = shared;
  candidate.foundation = "2";  // or it would wait for the other one
  int to_shared = 0, to_peer = 0;
  link.wire = [&](Datagram& datagram) {
    to_shared += datagram.to == shared;
    to_peer += datagram.to == link.right.local;
    return false;  // so that every pair is tried
  };
  left.transport->add_remote_candidate(candidate, link.now());
  EXPECT_EQ(left.transport->taken_ports(), std::vector<std::uint16_t>{0});
  link.run(5s);
  EXPECT_GT(to_peer, 2);
  EXPECT_TRUE(left.changes.path_taken);
  EXPECT_EQ(to_shared, 0);
  EXPECT_TRUE(belongs_to(shared, kOther));
}

TEST_F(PathClaim, APortOfItsOwnReachesTheSameAddress) {
  ASSERT_TRUE(left.demux.claim(path_of(link.right.local), kOther));
  link.introduce();
  link.run(2s);
  EXPECT_FALSE(left.transport->ice().selected_path());
  // The link delivers to port 0 alone, so it is seen in the pairs that this port is tried.
  ice::Candidate own = left.candidate();
  own.address = left.local.with_port(5999);
  left.transport->add_local_candidate(own, 300, link.now());
  const base::Path path{300, link.right.local};
  EXPECT_EQ(left.demux.find(path, kRtp), 7u);
  const auto pairs = left.transport->ice().pairs();
  ASSERT_EQ(pairs.size(), 1u);
  EXPECT_EQ(pairs[0].path, path);
}

// The peer's address may be somebody else's by then.
TEST_F(PathClaim, ASessionThatHasFailedLetsItsPathsGo) {
  ASSERT_TRUE(link.connect());
  EXPECT_TRUE(belongs_to(link.right.local, 7));
  link.wire = [](Datagram&) { return false; };
  ASSERT_TRUE(link.run(300s, [&] { return left.ice_state() == ice::IceState::disconnected; }));
  EXPECT_TRUE(belongs_to(link.right.local, 7)) << "it is still trying";
  ASSERT_TRUE(link.run(300s, [&] { return left.ice_state() == ice::IceState::failed; }));
  EXPECT_EQ(left.demux.paths(), 0u);
  // The peer comes back, and so does the path.
  link.wire = [](Datagram&) { return true; };
  EXPECT_EQ(link.deliver(left, link.right.local, check_for(left)), DropReason::none);
  EXPECT_TRUE(belongs_to(link.right.local, 7));
}

TEST_F(PathClaim, EverNewAddressesDoNotFillAPeersPaths) {
  ASSERT_TRUE(link.connect());
  for (std::uint16_t port = 1; port <= 3 * Demux::kMaxPathsPerPeer; ++port) {
    const auto from = address("203.0.113.7", port);
    link.deliver(left, from, check_for(left));
    ASSERT_TRUE(belongs_to(from, 7)) << port;
    ASSERT_LE(left.demux.paths(), Demux::kMaxPathsPerPeer);
  }
  EXPECT_TRUE(belongs_to(link.right.local, 7)) << "the path in use is not given up for others";
}

}  // namespace
}  // namespace kaskado::transport::test
