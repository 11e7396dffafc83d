// The functions that generated code wants defined beside each class.
#include "elements/endpoint.hpp"
#include "elements/hub_port.hpp"
#include "pipeline/media_pipeline.hpp"
#include "toys/toy_box.hpp"

namespace kaskado {
namespace {

using Made = pipeline::ApiResult<std::unique_ptr<pipeline::MediaObject>>;

class PassThroughDouble : public pipeline::MediaElement, public elements::PassThroughApi {
 public:
  using MediaElement::MediaElement;
};

template <typename T, typename Params>
Made make(const pipeline::Construction& construction, Params params) {
  return std::unique_ptr<pipeline::MediaObject>(std::make_unique<T>(construction, std::move(params)));
}

}  // namespace

Made pipeline::create_media_pipeline(const Construction& construction, MediaPipelineParams params) {
  return make<MediaPipeline>(construction, params);
}

Made elements::create_pass_through(const pipeline::Construction& construction, PassThroughParams params) {
  return make<PassThroughDouble>(construction, params.media_pipeline);
}

// Which one is made makes no difference here, as below.
Made elements::create_http_post_endpoint(const pipeline::Construction& construction, HttpPostEndpointParams params) {
  return make<PassThroughDouble>(construction, params.media_pipeline);
}

Made elements::create_active_speaker_detector(const pipeline::Construction& construction,
                                              ActiveSpeakerDetectorParams params) {
  return make<PassThroughDouble>(construction, params.media_pipeline);
}

Made elements::create_layer_preference(const pipeline::Construction& construction, LayerPreferenceParams params) {
  return make<PassThroughDouble>(construction, params.viewer);
}

Made elements::create_player_endpoint(const pipeline::Construction& construction, PlayerEndpointParams params) {
  return make<PassThroughDouble>(construction, params.media_pipeline);
}

Made elements::create_recorder_endpoint(const pipeline::Construction& construction, RecorderEndpointParams params) {
  return make<PassThroughDouble>(construction, params.media_pipeline);
}

Made elements::create_rtp_endpoint(const pipeline::Construction& construction, RtpEndpointParams params) {
  return make<PassThroughDouble>(construction, params.media_pipeline);
}

Made elements::create_web_rtc_endpoint(const pipeline::Construction& construction,
                                       WebRtcEndpointParams params) {
  if (params.recvonly && params.sendonly) {
    return pipeline::ApiError{pipeline::ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "both"};
  }
  return make<EndpointDouble>(construction, params);
}

Made elements::create_hub_port(const pipeline::Construction& construction, HubPortParams params) {
  return make<HubPort>(construction, params);
}

// The classes of hubs are served alike: which one is made makes no difference here.
Made elements::create_alpha_blending(const pipeline::Construction& construction, AlphaBlendingParams params) {
  return make<Hub>(construction, params.media_pipeline);
}

Made elements::create_composite(const pipeline::Construction& construction, CompositeParams params) {
  return make<Hub>(construction, params.media_pipeline);
}

Made elements::create_dispatcher(const pipeline::Construction& construction, DispatcherParams params) {
  return make<Hub>(construction, params.media_pipeline);
}

Made elements::create_dispatcher_one_to_many(const pipeline::Construction& construction, DispatcherOneToManyParams params) {
  return make<Hub>(construction, params.media_pipeline);
}

Made elements::create_mixer(const pipeline::Construction& construction, MixerParams params) {
  return make<Hub>(construction, params.media_pipeline);
}

Made toys::create_toy_box(const pipeline::Construction& construction, ToyBoxParams params) {
  return make<ToyBox>(construction, std::move(params));
}

pipeline::ApiResult<pipeline::Prepared> toys::prepare_toy_box(const pipeline::ClassInfo&, const std::string& id,
                                                              const pipeline::Arguments& arguments) {
  if (arguments[3].real() && *arguments[3].real() < 0) {
    return pipeline::ApiError{pipeline::ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "lighter than nothing"};
  }
  return pipeline::Prepared(std::make_shared<std::string>("prepared " + id));
}

}  // namespace kaskado
