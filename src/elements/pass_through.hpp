// Media goes through unchanged: a junction for applications to rewire behind.
#pragma once

#include "elements/api.hpp"
#include "pipeline/media_element.hpp"

namespace kaskado::elements {

class PassThrough final : public pipeline::MediaElement, public PassThroughApi {
 public:
  using MediaElement::MediaElement;
  bool passes(pipeline::MediaType) const override { return true; }
};

}  // namespace kaskado::elements
