// A port of such a hub.
#pragma once

#include "elements/hub.hpp"

namespace kaskado::elements {

class HubPort : public pipeline::MediaElement, public HubPortApi {
 public:
  HubPort(const pipeline::Construction& construction, HubPortParams params) : MediaElement(construction, params.hub) {}
};

}  // namespace kaskado::elements
