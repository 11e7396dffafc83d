#include "elements/mixer.hpp"

#include <algorithm>

namespace kaskado::elements {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::MediaType;

namespace {

bool hears_something(const HubPort& port) {
  return std::ranges::any_of(port.incoming(), [](const pipeline::Link* link) { return link->type == MediaType::audio; });
}

}  // namespace

void Mixer::Input::bind(pipeline::RtpFeed* bound) {
  origin = bound;
  for (auto& [sink, output] : mixer.outputs_) {
    if (output.mix) output.mix->bind(port, origin);
  }
}

void Mixer::on_added(HubPort& port) { inputs_[&port] = std::make_unique<Input>(*this, port); }

void Mixer::on_removed(HubPort& port) {
  for (HubPort* sink : ports()) leave_out(port, *sink);
  outputs_.erase(&port);
  RoutingHub::on_removed(port);
  inputs_.erase(&port);
}

pipeline::RtpFeed* Mixer::source(HubPort& port, MediaType type) {
  const auto found = outputs_.find(&port);
  const bool mixed = type == MediaType::audio && found != outputs_.end() && found->second.mix;
  return mixed ? &found->second.mix->feed() : nullptr;
}

pipeline::MediaInput* Mixer::sink(HubPort& port, MediaType type) {
  return type == MediaType::audio ? inputs_.at(&port).get() : nullptr;
}

ApiResult<void> Mixer::check(MediaType media, const HubPort& source, const HubPort& sink) const {
  if (media == MediaType::data) return ApiError{ErrorCode::UNSUPPORTED_MEDIA_TYPE, "Invalid media type"};
  for (const HubPort* port : {&source, &sink}) {
    if (auto own = check_own(*port); !own) return own;
  }
  // As Kurento's, which has no pads for sound before.
  if (media == MediaType::audio && !hears_something(source)) {
    return ApiError{ErrorCode::CONNECT_ERROR, "No audio is connected to '" + source.id() + "'"};
  }
  return {};
}

ApiResult<void> Mixer::connect(MediaType media, HubPort* source, HubPort* sink) {
  if (auto fits = check(media, *source, *sink); !fits) return fits;
  if (media == MediaType::video) {
    routes(media).set(*sink, source);
  } else if (outputs_[sink].from.insert(source).second) {
    settle(*sink);
  }
  return {};
}

ApiResult<void> Mixer::disconnect(MediaType media, HubPort* source, HubPort* sink) {
  if (auto fits = check(media, *source, *sink); !fits) return fits;
  if (media == MediaType::audio) {
    leave_out(*source, *sink);
  } else if (routes(media).given_by(*sink) == source) {
    routes(media).set(*sink, nullptr);
  }
  return {};
}

void Mixer::leave_out(HubPort& source, HubPort& sink) {
  const auto found = outputs_.find(&sink);
  if (found == outputs_.end() || found->second.from.erase(&source) == 0) return;
  if (found->second.mix) found->second.mix->remove(source);
  settle(sink);
}

void Mixer::settle(HubPort& sink) {
  Output& output = outputs_.at(&sink);
  const bool mixes = output.from.size() > 1;
  const auto former = mixes ? nullptr : std::move(output.mix);  // until nobody follows it
  if (mixes && !output.mix) output.mix = std::make_unique<SoundMix>(sink);
  if (mixes) {
    for (HubPort* source : output.from) output.mix->add(*source, inputs_.at(source)->origin);
  }
  routes(MediaType::audio).set(sink, output.from.size() == 1 ? *output.from.begin() : nullptr);
  sink.reroute(MediaType::audio);
  if (mixes) tell_flow(sink);
}

void Mixer::on_flowing_in(HubPort& port, MediaType type, bool flowing) {
  if (type != MediaType::audio) return;
  inputs_.at(&port)->flowing = flowing;
  for (const auto& [sink, output] : outputs_) {
    if (output.mix && output.from.contains(&port)) tell_flow(*sink);
  }
}

void Mixer::tell_flow(HubPort& sink) {
  const auto& from = outputs_.at(&sink).from;
  sink.set_flowing_out(MediaType::audio, std::ranges::any_of(from, [&](HubPort* each) { return inputs_.at(each)->flowing; }));
}

ApiResult<std::unique_ptr<pipeline::MediaObject>> create_mixer(const pipeline::Construction& construction, MixerParams params) {
  return std::unique_ptr<pipeline::MediaObject>(std::make_unique<Mixer>(construction, params.media_pipeline));
}

}  // namespace kaskado::elements
