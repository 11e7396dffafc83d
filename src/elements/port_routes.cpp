#include "elements/port_routes.hpp"

namespace kaskado::elements {

HubPort* PortRoutes::given_by(HubPort& port) const {
  const auto found = sources_.find(&port);
  return found == sources_.end() ? nullptr : found->second;
}

std::vector<HubPort*> PortRoutes::given_to(const HubPort& port) const {
  std::vector<HubPort*> sinks;
  for (const auto& [sink, source] : sources_) {
    if (source == &port) sinks.push_back(sink);
  }
  return sinks;
}

void PortRoutes::set(HubPort& sink, HubPort* source) {
  if (given_by(sink) == source) return;
  if (source) {
    sources_[&sink] = source;
  } else {
    sources_.erase(&sink);
  }
  sink.reroute(type_);
}

void PortRoutes::forget(HubPort& port) {
  for (HubPort* sink : given_to(port)) set(*sink, nullptr);
  sources_.erase(&port);
}

}  // namespace kaskado::elements
