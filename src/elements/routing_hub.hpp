// A hub whose ports give out what comes in at others, as it comes.
#pragma once

#include <array>

#include "elements/port_routes.hpp"

namespace kaskado::elements {

class RoutingHub : public Hub {
 public:
  using Hub::Hub;

  HubPort* given_by(HubPort& port, pipeline::MediaType type) override { return routes(type).given_by(port); }
  std::vector<HubPort*> given_to(HubPort& port, pipeline::MediaType type) override { return routes(type).given_to(port); }

 protected:
  PortRoutes& routes(pipeline::MediaType type) { return routes_[static_cast<std::size_t>(type)]; }
  // Media of all types.
  void route(HubPort& sink, HubPort* source);
  void on_removed(HubPort& port) override;

 private:
  std::array<PortRoutes, 3> routes_{PortRoutes{pipeline::MediaType{0}}, PortRoutes{pipeline::MediaType{1}},
                                    PortRoutes{pipeline::MediaType{2}}};
};

}  // namespace kaskado::elements
