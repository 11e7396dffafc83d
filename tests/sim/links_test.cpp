// Endpoints of servers that are connected to each other. All peers of a server share its port, so several
// links between two servers, or within one, have the same address at both ends.
#include <deque>
#include <memory>

#include "scene.hpp"
#include "server_link.hpp"

namespace kaskado::sim {
namespace {

const SocketAddress kHere = SocketAddress::v4({192, 0, 2, 1}, 40000);
const SocketAddress kThere = SocketAddress::v4({198, 51, 100, 1}, 40000);
constexpr int kLinks = 8;
constexpr LinkShape kNear{.delay = 1ms};

// A camera before each link and a viewer behind it.
class Links : public testing::Test {
 protected:
  SimServer& add_server(std::vector<SocketAddress> addresses) {
    servers_.push_back(std::make_unique<SimServer>(network, 100 + servers_.size(), std::move(addresses)));
    network.shape(*servers_.back(), kNear, kNear);
    return *servers_.back();
  }

  struct Chain {
    LinkEnd a;
    LinkEnd b;
    SimPeer* publisher;
    SimPeer* viewer;
    bool is_connected() const {
      return a.is_connected() && b.is_connected() && publisher->connected() && viewer->connected();
    }
  };

  SimPeer& add_peer(SimServer& server, PeerOptions options) {
    options.number = static_cast<std::uint32_t>(peers_.size() + 1);
    options.up = options.down = kNear;
    peers_.push_back(std::make_unique<SimPeer>(network, server, options));
    return *peers_.back();
  }

  // Not linked yet.
  Chain& add_chain(SimServer& from, SimServer& to) {
    const std::string first = from.make_pipeline();
    const std::string second = to.make_pipeline();
    chains.push_back({{from, from.make_endpoint(first)}, {to, to.make_endpoint(second)}, nullptr, nullptr});
    Chain& chain = chains.back();
    chain.publisher = &add_peer(from, {.publishes = true});
    const std::string ingress = from.make_endpoint(first);
    from.connect(ingress, chain.a.endpoint);
    chain.publisher->call(ingress);
    chain.viewer = &add_peer(to, {});
    const std::string egress = to.make_endpoint(second);
    to.connect(chain.b.endpoint, egress);
    chain.viewer->call(egress);
    return chain;
  }

  bool connect(Duration within = 2s) {
    return network.run_until(network.now() + within,
                             [&] { return std::ranges::all_of(chains, &Chain::is_connected); });
  }

  // Each viewer gets all of its own publisher's media, and none of another's.
  void expect_media() {
    for (const Chain& chain : chains) chain.publisher->start_media();
    network.run_for(2s);
    for (const Chain& chain : chains) chain.publisher->stop_media();
    network.run_for(3s);
    for (std::size_t i = 0; i < chains.size(); ++i) {
      for (const rtp::MediaKind kind : {rtp::MediaKind::audio, rtp::MediaKind::video}) {
        const MediaReceiver& received = *chains[i].viewer->receiver(kind);
        EXPECT_EQ(received.arrived().size(), chains[i].publisher->sender(kind)->sent()) << "link " << i;
        EXPECT_EQ(received.corrupt(), 0) << "link " << i;
        EXPECT_EQ(received.duplicates(), 0) << "link " << i;
        const std::uint32_t publisher = static_cast<std::uint32_t>(2 * i + 1);
        for (const auto& [extended, packet] : received.arrived())
          ASSERT_EQ(packet.id.publisher, publisher) << "link " << i << " carries another one's media";
      }
    }
  }

  void expect_clean_end() {
    for (const auto& server : servers_) {
      server->shard().set_now(network.now());
      server->shard().release_all();
      server->advance(network.now());
      EXPECT_EQ(server->open_ports(), 0u);
      EXPECT_EQ(server->shard().session_ports().count(), 0u);
      EXPECT_EQ(server->shard().demux().paths(), 0u);
    }
    network.run_for(100ms);
    for (const auto& server : servers_) EXPECT_EQ(server->shard().packets().in_use(), 0u);
  }

  VirtualNetwork network{41};
  std::deque<Chain> chains;

 private:
  std::vector<std::unique_ptr<SimServer>> servers_;
  std::vector<std::unique_ptr<SimPeer>> peers_;
};

TEST_F(Links, EightPairsOfEndpointsOfOneServerConnectAtOnce) {
  SimServer& server = add_server({kHere});
  for (int i = 0; i < kLinks; ++i) add_chain(server, server);
  for (const Chain& chain : chains) link(network, chain.a, chain.b);
  ASSERT_TRUE(connect());
  EXPECT_EQ(server.open_ports(), 2u * kLinks);
  expect_media();
  expect_clean_end();
}

TEST_F(Links, EightLinksBetweenTwoServersConnectAtOnce) {
  SimServer& here = add_server({kHere});
  SimServer& there = add_server({kThere});
  for (int i = 0; i < kLinks; ++i) add_chain(here, there);
  for (const Chain& chain : chains) link(network, chain.a, chain.b);
  ASSERT_TRUE(connect());
  EXPECT_EQ(here.open_ports(), kLinks - 1u) << "the first link has the shared ports";
  EXPECT_EQ(there.open_ports(), kLinks - 1u);
  expect_media();
  expect_clean_end();
}

// The shared ports are a different link's at each end, so that neither of the two can use them.
TEST_F(Links, LinksThatGetTheSharedPortsCrosswiseConnect) {
  SimServer& here = add_server({kHere});
  SimServer& there = add_server({kThere});
  for (int i = 0; i < 2; ++i) add_chain(here, there);
  const auto link_with = [&](const Chain& chain, Duration a_to_b, Duration b_to_a) {
    trickle(network, chain.a, chain.b, a_to_b);
    trickle(network, chain.b, chain.a, b_to_a);
    chain.a.call("processAnswer", {chain.b.call("processOffer", {chain.a.call("generateOffer")})});
    chain.a.call("gatherCandidates");
    chain.b.call("gatherCandidates");
  };
  link_with(chains[0], 50ms, 5ms);
  link_with(chains[1], 5ms, 50ms);
  ASSERT_TRUE(connect());
  EXPECT_GT(here.drops().of(base::DropReason::path_taken) + there.drops().of(base::DropReason::path_taken),
            0u);
  expect_media();
  expect_clean_end();
}

TEST_F(Links, CandidatesInTheDescriptionsAreEnough) {
  SimServer& here = add_server({kHere});
  SimServer& there = add_server({kThere});
  for (int i = 0; i < kLinks; ++i) add_chain(here, i % 2 ? here : there);
  for (const Chain& chain : chains) link(network, chain.a, chain.b, {.trickles = false});
  ASSERT_TRUE(connect());
  expect_media();
  expect_clean_end();
}

TEST_F(Links, OfServersWithSeveralAddressesConnect) {
  SimServer& here = add_server({kHere, SocketAddress::v4({10, 1, 0, 1}, 40000)});
  SimServer& there = add_server({kThere, SocketAddress::v4({10, 2, 0, 1}, 40001)});
  for (int i = 0; i < kLinks; ++i) add_chain(here, i % 2 ? here : there);
  for (const Chain& chain : chains) link(network, chain.a, chain.b);
  ASSERT_TRUE(connect());
  expect_media();
  expect_clean_end();
}

TEST_F(Links, APortIsToldOnceAndStandsInLaterDescriptions) {
  SimServer& server = add_server({kHere});
  Chain& chain = add_chain(server, server);
  link(network, chain.a, chain.b);
  ASSERT_TRUE(connect());
  const std::string description = chain.a.call("getLocalSessionDescriptor");
  const std::string own = " 192.0.2.1 50002 typ host";
  EXPECT_NE(description.find(own), std::string::npos) << description;
  const auto told = server.events_of(chain.a.endpoint, {"IceCandidateFound"});
  EXPECT_EQ(told.size(), 4u) << "two candidates on each of two m-lines";
  expect_clean_end();
}

TEST_F(Links, ReleasedPortsAreUsedAgain) {
  SimServer& server = add_server({kHere});
  for (int round = 0; round < 20; ++round) {
    const std::string pipeline = server.make_pipeline();
    const LinkEnd a{server, server.make_endpoint(pipeline)};
    const LinkEnd b{server, server.make_endpoint(pipeline)};
    link(network, a, b);
    ASSERT_TRUE(network.run_until(network.now() + 2s, [&] { return a.is_connected() && b.is_connected(); }))
        << "round " << round;
    server.release(pipeline);
    ASSERT_EQ(server.open_ports(), 0u);
  }
  EXPECT_EQ(server.most_open_ports(), 2u);
  expect_clean_end();
}

TEST_F(Links, WithoutPortsToHaveTheFirstLinkGoesOn) {
  SimServer& here = add_server({kHere});
  SimServer& there = add_server({kThere});
  here.out_of_ports = there.out_of_ports = true;
  for (int i = 0; i < 3; ++i) add_chain(here, there);
  link(network, chains[0].a, chains[0].b);
  network.run_for(1s);
  for (int i : {1, 2}) link(network, chains[i].a, chains[i].b);
  EXPECT_FALSE(connect(5s));
  EXPECT_TRUE(chains[0].is_connected());
  while (chains.size() > 1) chains.pop_back();
  expect_media();
  expect_clean_end();
}

std::string with_other_credentials(std::string description) {
  for (const std::string name : {"a=ice-ufrag:", "a=ice-pwd:"}) {
    for (std::size_t at = 0; (at = description.find(name, at)) != std::string::npos; at += name.size())
      description.replace(at + name.size(), 4, "anew");
  }
  return description;
}

TEST_F(Links, WhenIceRestartsThePortsThatAreThereAreToldAgain) {
  SimServer& server = add_server({kHere});
  Chain& chain = add_chain(server, server);
  link(network, chain.a, chain.b);
  ASSERT_TRUE(connect());
  ASSERT_EQ(server.open_ports(), 2u);
  const auto candidates = [&] {
    std::vector<std::string> ports;
    std::string description = chain.b.call("getLocalSessionDescriptor");
    for (const char* port :
         {" 192.0.2.1 40000 typ host", " 192.0.2.1 50001 typ host", " 192.0.2.1 50002 typ host"}) {
      if (description.find(port) != std::string::npos) ports.push_back(port);
    }
    return ports;
  };
  const auto before = candidates();
  ASSERT_EQ(before.size(), 2u);
  server.forget_events();
  chain.b.call("processOffer", {with_other_credentials(chain.a.call("getLocalSessionDescriptor"))});
  EXPECT_EQ(server.events_of(chain.b.endpoint, {"IceCandidateFound"}).size(), 4u);
  EXPECT_EQ(candidates(), before);
  EXPECT_EQ(server.open_ports(), 2u);
  expect_clean_end();
}

TEST_F(Links, APortFoundNecessaryByALaterOfferStandsInThatAnswersDescription) {
  SimServer& server = add_server({kHere});
  Chain& chain = add_chain(server, server);
  chain.a.call("generateOffer");
  chain.a.call("gatherCandidates");
  const std::string offer = chain.a.call("getLocalSessionDescriptor");
  std::string without = offer;
  for (std::size_t at; (at = without.find("a=candidate:")) != std::string::npos;)
    without.erase(at, without.find("\r\n", at) + 2 - at);
  chain.b.call("processOffer", {without});
  chain.b.call("gatherCandidates");
  ASSERT_EQ(server.open_ports(), 0u);
  server.forget_events();
  chain.b.call("processOffer", {offer});
  EXPECT_EQ(server.open_ports(), 1u);
  EXPECT_NE(chain.b.call("getLocalSessionDescriptor").find(" 192.0.2.1 50001 typ host"), std::string::npos);
  EXPECT_EQ(server.events_of(chain.b.endpoint, {"IceCandidateFound"}).size(), 2u) << "one on each m-line";
  expect_clean_end();
}

}  // namespace
}  // namespace kaskado::sim
