#include "elements/pass_through.hpp"

#include "pipeline/media_pipeline.hpp"

namespace kaskado::elements {

pipeline::ApiResult<std::unique_ptr<pipeline::MediaObject>> create_pass_through(
    const pipeline::Construction& construction, PassThroughParams params) {
  return std::unique_ptr<pipeline::MediaObject>(std::make_unique<PassThrough>(construction, params.media_pipeline));
}

}  // namespace kaskado::elements
