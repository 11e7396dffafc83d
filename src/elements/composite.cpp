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

pipeline::ApiResult<void> Composite::on_renamed(HubPort& port, const std::string& name) {
  return shard().configuration().composite_show_names ? set_label(port, name) : pipeline::ApiResult<void>{};
}

pipeline::ApiResult<std::unique_ptr<pipeline::MediaObject>> create_composite(const pipeline::Construction& construction,
                                                                             CompositeParams params) {
  constexpr int kMostFrames = static_cast<int>(media::MixingClock::kMaxFramesPerSecond);
  const pipeline::MediaConfiguration& configured = construction.shard->configuration();
  // The descriptor's defaults, which clients need not send, stand for the operator's.
  const pipeline::MediaConfiguration usual;
  const auto chosen = [&](int given, int pipeline::MediaConfiguration::*setting) {
    return given == usual.*setting ? configured.*setting : given;
  };
  const int width = chosen(params.width, &pipeline::MediaConfiguration::composite_width);
  const int height = chosen(params.height, &pipeline::MediaConfiguration::composite_height);
  const int framerate = chosen(params.framerate, &pipeline::MediaConfiguration::composite_frames_per_second);
  if (width < 1 || width > codec::Picture::kMaxWidth) return out_of_range("width", codec::Picture::kMaxWidth);
  if (height < 1 || height > codec::Picture::kMaxHeight) return out_of_range("height", codec::Picture::kMaxHeight);
  if (framerate < 1 || framerate > kMostFrames) return out_of_range("framerate", kMostFrames);
  return std::unique_ptr<pipeline::MediaObject>(std::make_unique<Composite>(
      construction, params.media_pipeline, std::make_shared<media::GridLayout>(width, height), framerate));
}

}  // namespace kaskado::elements
