#include "scene.hpp"

#include <algorithm>
#include <set>

#include "stream_check.hpp"

namespace kaskado::sim {

namespace {

void expect_no_faults(const char* hop, const HopAudit& audit) {
  if (!audit.faults.empty()) {
    ADD_FAILURE() << hop << ", " << audit.faults.size() << " faults, the last one: " << audit.faults.front();
  }
}

// A packet can be had of the server from when it came until the viewer got another publisher.
Availability availability_at_server(const MediaReceiver& viewer, const std::vector<Segment>& segments,
                                    const std::vector<const MediaSender*>& senders, std::uint64_t extended) {
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (extended > segments[i].last) continue;
    const HopLedger& publisher = senders[i]->ledger();
    Availability available{publisher.arrival(senders[i]->sequence_of(segments[i].id_of(extended)))};
    if (i + 1 < segments.size()) {
      available.until = viewer.ledger().packets.at(segments[i].last).front().sent;
    }
    return available;
  }
  return {};
}

}  // namespace

Scene::Scene(std::uint64_t scene_seed, std::vector<SocketAddress> server_addresses)
    : seed(scene_seed),
      network(scene_seed),
      server(network, scene_seed ^ 0x5eed, std::move(server_addresses)),
      pipeline(server.make_pipeline()),
      calm_since_(network.now()) {}

SimPeer& Scene::add_peer(PeerOptions options) {
  options.number = ++last_number_;
  options.seed = seed;
  peers.push_back(std::make_unique<SimPeer>(network, server, options));
  return *peers.back();
}

SimPeer& Scene::add_publisher(PeerOptions options) {
  options.publishes = true;
  SimPeer& peer = add_peer(options);
  peer.call(server.make_endpoint(pipeline));
  return peer;
}

SimPeer& Scene::add_viewer(SimPeer& publisher, PeerOptions options) {
  SimPeer& peer = add_peer(options);
  const std::string endpoint = server.make_endpoint(pipeline);
  server.connect(publisher.endpoint(), endpoint);
  peer.call(endpoint);
  return peer;
}

bool Scene::connected(SimPeer& peer) {
  return peer.connected() && *server.call(peer.endpoint(), "getConnectionState").string() == "CONNECTED";
}

void Scene::converse(SimPeer& one, SimPeer& other) {
  for (SimPeer* peer : {&one, &other}) peer->call(server.make_endpoint(pipeline));
  server.connect(one.endpoint(), other.endpoint());
  server.connect(other.endpoint(), one.endpoint());
  EXPECT_TRUE(connect());
  for (SimPeer* peer : {&one, &other}) peer->start_media();
  run_for(2s);
  server.forget_events();
}

bool Scene::connect(Duration within) {
  return network.run_until(network.now() + within, [&] {
    return std::ranges::all_of(peers, [&](const auto& peer) { return connected(*peer); });
  });
}

void Scene::drain() {
  for (const auto& peer : peers) peer->stop_media();
  run_for(3s);
}

StreamResult Scene::expect_stream(SimPeer& publisher, SimPeer& viewer, rtp::MediaKind kind) {
  return expect_stream(std::vector{&publisher}, viewer, kind);
}

StreamResult Scene::expect_stream(const std::vector<SimPeer*>& publishers, SimPeer& viewer,
                                  rtp::MediaKind kind) {
  const MediaReceiver& received = *viewer.receiver(kind);
  StreamResult result{.arrived = static_cast<int>(received.arrived().size())};
  EXPECT_FALSE(received.arrived().empty());
  if (received.arrived().empty()) return result;
  std::vector<const MediaSender*> senders;
  for (SimPeer* publisher : publishers) senders.push_back(publisher->sender(kind));
  const std::vector<Segment> segments = segments_of(received);
  expect_one_stream(received, segments, senders);
  if (testing::Test::HasFatalFailure()) return result;

  for (const MediaSender* sent : std::set(senders.begin(), senders.end())) {
    const HopAudit up = audit(sent->ledger(), rules, [&](std::uint64_t extended) {
      return Availability{sent->ledger().packets.at(extended).front().sent};
    });
    expect_no_faults("to the server", up);
    result.recovered += up.recovered;
  }
  const HopAudit down = audit(received.ledger(), rules, [&](std::uint64_t extended) {
    return availability_at_server(received, segments, senders, extended);
  });
  expect_no_faults("from the server", down);

  result.recovered += down.recovered;
  result.lost = static_cast<int>(down.lost.size());
  EXPECT_EQ(static_cast<std::uint64_t>(
                std::distance(received.arrived().find(down.first), received.arrived().end())),
            down.last - down.first + 1 - down.lost.size());
  return result;
}

void Scene::expect_clean_end() {
  server.release(pipeline);
  run_for(100ms);
  EXPECT_EQ(server.shard().objects().size(), 0u);
  EXPECT_EQ(server.shard().demux().paths(), 0u);
  EXPECT_EQ(server.shard().packets().in_use(), 0u);
  EXPECT_EQ(server.shard().deadline(), base::kNever);
}

void Scene::expect_calm(double each_second) {
  const double seconds = base::to_seconds(network.now() - calm_since_);
  EXPECT_LE(static_cast<double>(server.wake_ups() - wake_ups_before_), each_second * seconds);
  wake_ups_before_ = server.wake_ups();
  calm_since_ = network.now();
}

}  // namespace kaskado::sim
