#include "pipeline/session_ports.hpp"

#include <algorithm>
#include <utility>

#include "pipeline/log.hpp"

namespace kaskado::pipeline {

std::optional<MediaPort> SessionPorts::open(transport::PeerId session, const MediaPort& shared) {
  if (!functions_.open) return std::nullopt;
  const auto mine = open_.find(session);
  if (mine != open_.end() &&
      std::ranges::find(mine->second, shared.index, &Port::shared_index) != mine->second.end())
    return std::nullopt;
  if (count_ == kMost) {
    warn(std::to_string(kMost) + " are open");
    return std::nullopt;
  }
  const auto port = bind(shared.local.with_port(0), shared.interface);
  if (!port) {
    warn(refusal_);
    return std::nullopt;
  }
  keep(session, shared.index, *port);
  return port;
}

// The system or the range gives a number; its neighbour makes the pair, where that is free too.
std::optional<PortPair> SessionPorts::open_pair(transport::PeerId session, const MediaPort& interface) {
  if (!functions_.open || count_ + 2 > kMost) return std::nullopt;
  std::vector<MediaPort> passed_over;  // until the end, so that they are not given again
  std::optional<PortPair> pair;
  for (int tries = 0; tries < kPairTries && !pair; ++tries) {
    const auto first = bind(interface.local.with_port(0), interface.interface);
    if (!first) break;
    const auto neighbour = static_cast<std::uint16_t>(first->local.port() ^ 1u);
    const auto second = bind(interface.local.with_port(neighbour), interface.interface);
    if (!second) {
      passed_over.push_back(*first);
    } else {
      pair = first->local.port() < neighbour ? PortPair{*first, *second} : PortPair{*second, *first};
    }
  }
  for (const MediaPort& port : passed_over) give_back(port);
  if (!pair) return std::nullopt;
  keep(session, kOfPair, pair->rtp);
  keep(session, kOfPair, pair->rtcp);
  return pair;
}

std::optional<RelayPorts> SessionPorts::open_relay(transport::PeerId session, const MediaPort& interface,
                                                   TurnCarrier by) {
  if (!functions_.open || count_ + 2 > kMost) return std::nullopt;
  std::optional<MediaPort> carrier;
  if (by == TurnCarrier::udp) {
    carrier = bind(interface.local.with_port(0), interface.interface);
    if (carrier) keep(session, kCarrier, *carrier);
  } else {
    carrier = open_stream(session, interface,
                          by == TurnCarrier::tls ? transport::StreamUse::turn_tls : transport::StreamUse::turn_tcp);
  }
  if (!carrier) return std::nullopt;
  const std::uint16_t index = take_index();
  keep(session, kBare, {index, interface.interface, {}});
  return RelayPorts{*carrier, index};
}

std::optional<MediaPort> SessionPorts::open_stream(transport::PeerId session, const MediaPort& interface,
                                                   transport::StreamUse use) {
  if (!functions_.open_stream || count_ == kMost) return std::nullopt;
  const MediaPort port{take_index(), interface.interface, interface.local.with_port(0)};
  functions_.open_stream(port.index, port.local, use);
  keep(session, kCarrier, port);
  return port;
}

std::optional<MediaPort> SessionPorts::bind(const base::SocketAddress& address, const std::string& interface) {
  const std::uint16_t index = take_index();
  const auto bound = functions_.open(index, address);
  if (bound) return MediaPort{index, interface, *bound};
  free_indices_.push_back(index);
  refusal_ = bound.error().message;
  return std::nullopt;
}

void SessionPorts::keep(transport::PeerId session, std::uint16_t shared_index, const MediaPort& port) {
  open_[session].push_back({shared_index, port});
  ++count_;
}

void SessionPorts::give_back(const MediaPort& port) {
  functions_.close(port.index);
  free_indices_.push_back(port.index);
}

void SessionPorts::close(const Port& port) {
  if (port.shared_index != kBare) return give_back(port.port);
  free_indices_.push_back(port.port.index);
}

std::vector<MediaPort> SessionPorts::of(transport::PeerId session) const {
  std::vector<MediaPort> ports;
  const auto mine = open_.find(session);
  if (mine == open_.end()) return ports;
  for (const Port& port : mine->second) {
    if (port.shared_index != kCarrier && port.shared_index != kBare) ports.push_back(port.port);
  }
  return ports;
}

void SessionPorts::close(transport::PeerId session) {
  const auto mine = open_.find(session);
  if (mine == open_.end()) return;
  for (const Port& port : mine->second) close(port);
  count_ -= mine->second.size();
  open_.erase(mine);
}

std::uint16_t SessionPorts::take_index() {
  if (free_indices_.empty()) return next_index_++;
  const std::uint16_t index = free_indices_.back();
  free_indices_.pop_back();
  return index;
}

void SessionPorts::warn(const std::string& why) {
  if (std::exchange(warned_, true)) return;
  LOG_WARNING(log,
              "no port of its own for a session whose peer shares its address with another one's: %s; "
              "it may fail to connect, and so may others",
              why.c_str());
}

}  // namespace kaskado::pipeline
