// Two endpoints of servers, or of one server, that are connected to each other by their clients: what
// cascades are made of.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "sim_server.hpp"

namespace kaskado::sim {

struct LinkEnd {
  SimServer& server;
  std::string endpoint;

  std::string call(const char* operation, pipeline::Arguments arguments = {}) const {
    const pipeline::Value result = server.call(endpoint, operation, std::move(arguments));
    return result.string() ? *result.string() : std::string();
  }
  bool is_connected() const { return call("getConnectionState") == "CONNECTED"; }
};

// How the clients do it.
struct LinkSignalling {
  Duration delay = 5ms;  // of a candidate from one end to the other
  bool trickles = true;  // otherwise the descriptions are exchanged when all candidates are in them
};

inline void trickle(VirtualNetwork& network, const LinkEnd& from, const LinkEnd& to, Duration delay) {
  from.server.on_candidate[from.endpoint] = [&network, to, delay](const std::string& candidate) {
    network.at(network.now() + delay, [to, candidate] {
      const bool is_there = to.server.shard().objects().find(to.endpoint);
      if (is_there) to.server.add_candidate(to.endpoint, candidate, "");
    });
  };
}

// `a` offers, `b` answers.
inline void link(VirtualNetwork& network, const LinkEnd& a, const LinkEnd& b,
                 const LinkSignalling& signalling = {}) {
  if (signalling.trickles) {
    trickle(network, a, b, signalling.delay);
    trickle(network, b, a, signalling.delay);
    const std::string offer = a.call("generateOffer");
    const std::string answer = b.call("processOffer", {offer});
    a.call("processAnswer", {answer});
    a.call("gatherCandidates");
    b.call("gatherCandidates");
    return;
  }
  a.call("generateOffer");
  a.call("gatherCandidates");
  b.call("processOffer", {a.call("getLocalSessionDescriptor")});
  b.call("gatherCandidates");
  a.call("processAnswer", {b.call("getLocalSessionDescriptor")});
}

}  // namespace kaskado::sim
