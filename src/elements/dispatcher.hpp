// Each port gives out what comes in at one other.
#pragma once

#include "elements/routing_hub.hpp"

namespace kaskado::elements {

class Dispatcher final : public RoutingHub, public DispatcherApi {
 public:
  using RoutingHub::RoutingHub;
  pipeline::ApiResult<void> connect(HubPort* source, HubPort* sink) override;
};

}  // namespace kaskado::elements
