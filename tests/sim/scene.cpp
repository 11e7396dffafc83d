#include "scene.hpp"

#include <algorithm>
#include <set>

namespace kaskado::sim {

namespace {

// Numbers go on as the publisher's do, with one distance all along.
void expect_one_numbering(const MediaReceiver& stream, std::uint32_t publisher) {
  std::optional<std::uint64_t> distance;
  for (const auto& [extended, packet] : stream.arrived()) {
    ASSERT_EQ(packet.id.publisher, publisher);
    const std::uint64_t here = extended - packet.id.number;
    ASSERT_EQ(here, distance.value_or(here)) << "at packet " << packet.id.number;
    distance = here;
  }
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
  const MediaSender& sent = *publisher.sender(kind);
  const MediaReceiver& received = *viewer.receiver(kind);
  StreamResult result{.arrived = static_cast<int>(received.arrived().size())};
  EXPECT_FALSE(received.arrived().empty());
  if (received.arrived().empty()) return result;
  EXPECT_EQ(received.duplicates(), 0);
  EXPECT_EQ(received.corrupt(), 0);
  const auto& [a_sequence, a_packet] = *received.arrived().begin();
  expect_one_numbering(received, a_packet.id.publisher);

  const HopAudit up = audit(sent.ledger(), rules, [&](std::uint64_t extended) {
    return sent.ledger().packets.at(extended).front().sent;
  });
  for (const std::string& fault : up.faults) ADD_FAILURE() << "to the server, " << fault;
  const std::uint64_t distance = sent.sequence_of(a_packet.id) - a_sequence;
  const HopAudit down = audit(received.ledger(), rules, [&](std::uint64_t extended) {
    return sent.ledger().arrival(extended + distance);
  });
  for (const std::string& fault : down.faults) ADD_FAILURE() << "from the server, " << fault;

  result.recovered = up.recovered + down.recovered;
  result.lost = static_cast<int>(down.lost.size());
  std::uint64_t from = down.first;
  EXPECT_EQ(
      static_cast<std::uint64_t>(std::distance(received.arrived().find(from), received.arrived().end())),
      down.last - from + 1 - down.lost.size());
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
