// Which port of a hub gives out what comes in at which, of one media type.
#pragma once

#include <map>
#include <vector>

#include "elements/hub_port.hpp"

namespace kaskado::elements {

// Owned by the hub. Each change takes effect at once, in the media behind the ports concerned.
class PortRoutes {
 public:
  explicit PortRoutes(pipeline::MediaType type) : type_(type) {}

  HubPort* given_by(HubPort& port) const;
  std::vector<HubPort*> given_to(const HubPort& port) const;

  // `source` nullptr: `sink` gives out nothing.
  void set(HubPort& sink, HubPort* source);
  // Ends all that leads from or to a port.
  void forget(HubPort& port);

 private:
  const pipeline::MediaType type_;
  std::map<HubPort*, HubPort*> sources_;  // by sink
};

}  // namespace kaskado::elements
