// A server with one pipeline, and peers around it: what most scenarios begin with, and how all of them end.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "hop_audit.hpp"
#include "sim_peer.hpp"
#include "sim_server.hpp"

namespace kaskado::sim {

// What came of one stream on its way from a publisher to a viewer.
struct StreamResult {
  int arrived = 0;
  int recovered = 0;  // by a retransmission, on either hop
  int lost = 0;       // for good: beyond what NACKs can do
};

class Scene {
 public:
  explicit Scene(std::uint64_t seed,
                 std::vector<SocketAddress> server_addresses = {SocketAddress::v4({192, 0, 2, 1}, 40000)});

  // A peer with an endpoint in the pipeline, which it has called.
  SimPeer& add_publisher(PeerOptions options = {});
  SimPeer& add_viewer(SimPeer& publisher, PeerOptions options = {});
  // Without a call; `options` get a number and the scene's seed.
  SimPeer& add_peer(PeerOptions options);
  // The two call, and see and hear each other: what has happened up to then is forgotten.
  void converse(SimPeer& one, SimPeer& other);
  void run_for(Duration span) { network.run_for(span); }
  // Both ends of each call can send.
  bool connect(Duration within = 30s);
  bool connected(SimPeer& peer);
  // Stops all media and waits until nothing can be asked for any more.
  void drain();

  // Each packet of the publisher since the viewer's first one has arrived once, unchanged, and in one
  // continuous numbering; those that did not are beyond what NACKs can do, which is computed from all that
  // was sent.
  StreamResult expect_stream(SimPeer& publisher, SimPeer& viewer,
                             rtp::MediaKind kind = rtp::MediaKind::video);
  // The same for a viewer who was switched from one publisher to the next, in this order.
  StreamResult expect_stream(const std::vector<SimPeer*>& publishers, SimPeer& viewer, rtp::MediaKind kind);
  // Releases the pipeline: nothing is left of it, and nothing more is due.
  void expect_clean_end();
  // No more than `each_second` of the server's wake-ups since the last call.
  void expect_calm(double each_second);

  const std::uint64_t seed;
  VirtualNetwork network;
  SimServer server;
  std::string pipeline;
  std::vector<std::unique_ptr<SimPeer>> peers;
  HopRules rules;

 private:
  std::uint64_t wake_ups_before_ = 0;
  Instant calm_since_;
  std::uint32_t last_number_ = 0;
};

}  // namespace kaskado::sim
