#include "elements/routing_hub.hpp"

namespace kaskado::elements {

void RoutingHub::route(HubPort& sink, HubPort* source) {
  for (PortRoutes& routes : routes_) routes.set(sink, source);
}

void RoutingHub::on_removed(HubPort& port) {
  for (PortRoutes& routes : routes_) routes.forget(port);
}

}  // namespace kaskado::elements
