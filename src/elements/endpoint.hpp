// An element where media enters or leaves the pipeline.
#pragma once

#include "elements/api.hpp"
#include "pipeline/media_element.hpp"

namespace kaskado::elements {

class Endpoint : public pipeline::MediaElement, public EndpointApi {
 public:
  using MediaElement::MediaElement;
};

}  // namespace kaskado::elements
