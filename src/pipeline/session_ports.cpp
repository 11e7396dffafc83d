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
  const std::uint16_t index = take_index();
  const auto bound = functions_.open(index, shared.local.with_port(0));
  if (!bound) {
    free_indices_.push_back(index);
    warn(bound.error().message);
    return std::nullopt;
  }
  MediaPort port{index, shared.interface, *bound};
  open_[session].push_back({shared.index, port});
  ++count_;
  return port;
}

std::vector<MediaPort> SessionPorts::of(transport::PeerId session) const {
  std::vector<MediaPort> ports;
  const auto mine = open_.find(session);
  if (mine == open_.end()) return ports;
  for (const Port& port : mine->second) ports.push_back(port.port);
  return ports;
}

void SessionPorts::close(transport::PeerId session) {
  const auto mine = open_.find(session);
  if (mine == open_.end()) return;
  for (const Port& port : mine->second) {
    functions_.close(port.port.index);
    free_indices_.push_back(port.port.index);
    --count_;
  }
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
