#include "elements/composite.hpp"

#include "media/mixing/grid_layout.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

namespace {

pipeline::ApiError out_of_range(const char* parameter, int most) {
  return {pipeline::ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR,
          std::string("'") + parameter + "' should be from 1 to " + std::to_string(most)};
}

}  // namespace

pipeline::ApiResult<std::unique_ptr<pipeline::MediaObject>> create_composite(const pipeline::Construction& construction,
                                                                             CompositeParams params) {
  constexpr int kMostFrames = static_cast<int>(media::MixingClock::kMaxFramesPerSecond);
  if (params.width < 1 || params.width > codec::Picture::kMaxWidth) return out_of_range("width", codec::Picture::kMaxWidth);
  if (params.height < 1 || params.height > codec::Picture::kMaxHeight) return out_of_range("height", codec::Picture::kMaxHeight);
  if (params.framerate < 1 || params.framerate > kMostFrames) return out_of_range("framerate", kMostFrames);
  auto layout = std::make_shared<media::GridLayout>(params.width, params.height);
  return std::unique_ptr<pipeline::MediaObject>(
      std::make_unique<Composite>(construction, params.media_pipeline, std::move(layout), params.framerate));
}

}  // namespace kaskado::elements
