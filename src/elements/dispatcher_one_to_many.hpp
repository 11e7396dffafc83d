// All ports give out what comes in at one of them, that one too.
#pragma once

#include "elements/routing_hub.hpp"

namespace kaskado::elements {

class DispatcherOneToMany final : public RoutingHub, public DispatcherOneToManyApi {
 public:
  using RoutingHub::RoutingHub;
  pipeline::ApiResult<void> set_source(HubPort* source) override;
  pipeline::ApiResult<void> remove_source() override;

 private:
  void on_added(HubPort& port) override;
  void on_removed(HubPort& port) override;

  HubPort* source_ = nullptr;
};

}  // namespace kaskado::elements
