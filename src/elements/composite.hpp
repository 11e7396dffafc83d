// All ports' pictures in one grid, and to each port the sound of all others.
#pragma once

#include "elements/mixing_hub.hpp"

namespace kaskado::elements {

class Composite final : public MixingHub, public CompositeApi {
 public:
  using MixingHub::MixingHub;

  // Shown in its cell where the operator wants names.
  pipeline::ApiResult<void> on_renamed(HubPort& port, const std::string& name) override;
};

}  // namespace kaskado::elements
