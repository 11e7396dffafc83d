#include "pipeline/media_element.hpp"

#include <algorithm>

#include "pipeline/dot_graph.hpp"
#include "pipeline/latency_stats.hpp"
#include "pipeline/log.hpp"
#include "pipeline/media_input.hpp"
#include "pipeline/media_pipeline.hpp"
#include "pipeline/relay_sender.hpp"
#include "pipeline/rtp_feed.hpp"
#include "pipeline/shard.hpp"
#include "pipeline/stats_record.hpp"

namespace kaskado::pipeline {

namespace {

constexpr std::array kAllTypes{MediaType::audio, MediaType::video, MediaType::data};

std::vector<MediaType> types_of(const std::optional<MediaType>& one) {
  return one ? std::vector<MediaType>{*one} : std::vector<MediaType>(kAllTypes.begin(), kAllTypes.end());
}

// Where what leaves by `pad` comes in; nothing where the link does not carry it.
std::optional<Pad> carried_to(const Link& link, Pad pad) {
  return link.type == pad.type && link.from() == pad ? link.to() : std::nullopt;
}

ElementConnectionData describe(const Link& link) {
  return {link.source, link.sink, link.type, link.source_description, link.sink_description};
}

// In the order AUDIO, DATA, VIDEO of the enumeration's names, as Kurento's map gives them.
void sort_by_type(std::vector<ElementConnectionData>& connections) {
  std::stable_sort(connections.begin(), connections.end(),
                   [](const auto& a, const auto& b) { return to_string(a.type) < to_string(b.type); });
}

}  // namespace

MediaElement::MediaElement(const Construction& construction, MediaObject* parent)
    : MediaObject(construction, parent),
      shard_(construction.shard),
      encoder_bitrate_(shard_->configuration().encoder_bitrate_bps),
      min_encoder_bitrate_(shard_->configuration().min_encoder_bitrate_bps),
      max_encoder_bitrate_(shard_->configuration().max_encoder_bitrate_bps) {}

MediaElement::~MediaElement() = default;

std::size_t MediaElement::home() const { return shard_->index(); }

PipelineMirror* MediaElement::mirror() {
  const MediaPipeline* pipeline = get_media_pipeline().value();
  return pipeline ? pipeline->mirror() : nullptr;
}

void MediaElement::add_relay(const RelayName& name, const std::optional<Encoding>& as, std::optional<std::size_t> encoding) {
  remove_relay(name);
  relays_.push_back({name, std::make_unique<RelaySender>(*shard_, name.to, name.relay, as, encoding)});
  relays_.back().sender->bind(origin(name.pad));
}

void MediaElement::remove_relay(const RelayName& name) {
  std::erase_if(relays_, [&](const Relay& relay) { return relay.name == name; });
}

RelaySender* MediaElement::relay(const RelayName& name) const {
  const auto found = std::ranges::find(relays_, name, &Relay::name);
  return found == relays_.end() ? nullptr : found->sender.get();
}

void MediaElement::on_created() {
  if (PipelineMirror* const others = mirror()) others->created(*this);
}

void MediaElement::on_release() {
  while (!outgoing_.empty()) {
    const Link link = *outgoing_.back();
    disconnect_one(*link.sink, link.type, link.source_description, link.sink_description);
  }
  while (!incoming_.empty()) {
    const Link link = *incoming_.back();
    link.source->disconnect_one(*this, link.type, link.source_description, link.sink_description);
  }
  relays_.clear();
  if (PipelineMirror* const others = mirror()) others->released(id());
}

std::vector<Pad> MediaElement::pads() const {
  std::vector<Pad> pads(kAllTypes.begin(), kAllTypes.end());
  const auto add = [&](const std::optional<Pad>& pad) {
    if (pad && std::ranges::find(pads, *pad) == pads.end()) pads.push_back(*pad);
  };
  for (const Link* link : incoming_) add(link->to());
  for (const auto& link : outgoing_) add(link->from());
  return pads;
}

// From pad to pad: what leaves an element that passes media on has come in by its default one.
RtpFeed* MediaElement::origin(Pad pad) {
  MediaElement* at = this;
  for (int hop = 0; hop <= kMaxHops; ++hop) {
    if (RtpFeed* own = at->source_of(pad)) return own;
    MediaElement* const passing = pad.is_default() ? at->passed_from(pad.type) : nullptr;
    const Link* link = passing ? passing->incoming_link(pad) : nullptr;
    const std::optional<Pad> from = link ? link->from() : std::nullopt;
    if (!from) return nullptr;
    at = link->source;
    pad = *from;
  }
  return nullptr;
}

void MediaElement::rebind() {
  for (const Pad pad : pads()) {
    rebind(pad, this, kMaxHops);
    rebind_behind(pad, this, kMaxHops);
  }
}

// Where it begins at what leaves here, what comes in here may well be behind: the hops bound it.
void MediaElement::reroute(MediaType type) {
  rebind_behind(type, nullptr, kMaxHops);
  if (source(type)) return;  // who makes the media tells whether it flows
  MediaElement* const from = passed_from(type);
  set_flowing_out(type, from && from->flowing_in_[type], kMaxHops);
}

// A pad takes media from one pad only, so the way down is a tree, or comes back to where it began.
void MediaElement::rebind(Pad pad, const MediaElement* start, int hops) {
  if (hops < 0) return;
  const Link* link = incoming_link(pad);
  const std::optional<Pad> from = link ? link->from() : std::nullopt;
  if (MediaInput* own = sink_of(pad)) {
    own->set_caps(caps_[index(pad.type)]);
    own->bind(from ? link->source->origin(*from) : nullptr);
  }
  set_flowing_in(pad, from && link->source->flowing_out(*from), hops);
  if (!pad.is_default()) return;
  for (MediaElement* out : passed_to(pad.type)) out->rebind_behind(pad, start, hops);
}

void MediaElement::rebind_behind(Pad pad, const MediaElement* start, int hops) {
  for (const Relay& relay : relays_) {
    if (relay.name.pad == pad) relay.sender->bind(origin(pad));
  }
  for (const auto& next : outgoing_) {
    const auto to = carried_to(*next, pad);
    if (to && next->sink != start) next->sink->rebind(*to, start, hops - 1);
  }
}

void MediaElement::set_flowing_in(Pad pad, bool flowing, int hops) {
  if (hops < 0 || !flowing_in_.set(pad, flowing)) return;
  raise(MediaFlowInStateChanged{flowing ? MediaFlowState::flowing : MediaFlowState::not_flowing,
                                description_of(pad), pad.type});
  if (!pad.is_default()) return;
  for (MediaElement* out : passed_to(pad.type)) out->set_flowing_out(pad, flowing, hops - 1);
  on_flowing_in(pad.type, flowing);
}

void MediaElement::set_flowing_out(Pad pad, bool flowing, int hops) {
  if (!flowing_out_.set(pad, flowing)) return;
  raise(MediaFlowOutStateChanged{flowing ? MediaFlowState::flowing : MediaFlowState::not_flowing,
                                 description_of(pad), pad.type});
  // Clients are told once, as with Kurento, and then of changes.
  if (!transcoding_[index(pad.type)]) tell_transcoding(pad.type, false);
  for (const Relay& relay : relays_) {
    if (!flowing && relay.name.pad == pad) relay.sender->tell_silence();
  }
  for (const auto& link : outgoing_) {
    if (const auto to = carried_to(*link, pad)) link->sink->set_flowing_in(*to, flowing, hops);
  }
}

void MediaElement::tell_end_of_stream(MediaType type, int hops) {
  if (hops < 0) return;
  for (const auto& link : outgoing_) {
    if (carried_to(*link, type) != Pad(type)) continue;
    link->sink->on_end_of_stream(type);
    for (MediaElement* out : link->sink->passed_to(type)) out->tell_end_of_stream(type, hops - 1);
  }
}

void MediaElement::send_data(const DataRef& message, int hops) {
  if (hops < 0) return;
  for (const auto& link : outgoing_) {
    if (carried_to(*link, MediaType::data)) link->sink->receive_data(message, hops - 1);
  }
}

void MediaElement::receive_data(const DataRef& message, int hops) {
  on_data(message);
  for (MediaElement* out : passed_to(MediaType::data)) out->send_data(message, hops);
}

void MediaElement::set_transcoding(MediaType type, bool transcoding) {
  int& count = transcoders_[index(type)];
  count += transcoding ? 1 : -1;
  if (count == (transcoding ? 1 : 0)) tell_transcoding(type, transcoding);
}

void MediaElement::tell_transcoding(MediaType type, bool transcoding) {
  if (transcoding_[index(type)] == transcoding) return;
  transcoding_[index(type)] = transcoding;
  raise(MediaTranscodingStateChanged{
      transcoding ? MediaTranscodingState::transcoding : MediaTranscodingState::not_transcoding, kDefaultDescription, type});
}

std::shared_ptr<media::SourceTime> MediaElement::source_time() {
  if (!source_time_) source_time_ = std::make_shared<media::SourceTime>();
  return source_time_;
}

void MediaElement::encoding_changed() {
  for (const Pad pad : pads()) {
    if (RtpFeed* const made = source_of(pad)) made->encoding_changed();
  }
}

ApiResult<void> MediaElement::set_encoder_bitrate(int encoder_bitrate) {
  encoder_bitrate_ = encoder_bitrate;
  encoding_changed();
  return {};
}

ApiResult<void> MediaElement::set_min_encoder_bitrate(int min_encoder_bitrate) {
  min_encoder_bitrate_ = min_encoder_bitrate;
  encoding_changed();
  return {};
}

ApiResult<void> MediaElement::set_max_encoder_bitrate(int max_encoder_bitrate) {
  max_encoder_bitrate_ = max_encoder_bitrate;
  encoding_changed();
  return {};
}

ApiResult<std::vector<ElementConnectionData>> MediaElement::get_source_connections(std::optional<MediaType> media_type,
                                                                                   std::optional<std::string> description) {
  std::vector<ElementConnectionData> connections;
  for (const Link* link : incoming_) {
    if ((!media_type || link->type == *media_type) && (!description || link->sink_description == *description)) {
      connections.push_back(describe(*link));
    }
  }
  sort_by_type(connections);
  return connections;
}

ApiResult<std::vector<ElementConnectionData>> MediaElement::get_sink_connections(std::optional<MediaType> media_type,
                                                                                 std::optional<std::string> description) {
  std::vector<ElementConnectionData> connections;
  for (const auto& link : outgoing_) {
    if ((!media_type || link->type == *media_type) && (!description || link->source_description == *description)) {
      connections.push_back(describe(*link));
    }
  }
  sort_by_type(connections);
  return connections;
}

ApiResult<void> MediaElement::connect(MediaElement* sink, std::optional<MediaType> media_type,
                                      std::optional<std::string> source_media_description,
                                      std::optional<std::string> sink_media_description) {
  if (get_media_pipeline().value() != sink->get_media_pipeline().value()) {
    return ApiError{ErrorCode::CONNECT_ERROR, "Media elements do not share pipeline"};
  }
  for (const MediaType type : types_of(media_type)) {
    connect_one(*sink, type, source_media_description.value_or(kDefaultDescription),
                sink_media_description.value_or(kDefaultDescription));
  }
  return {};
}

void MediaElement::connect_one(MediaElement& sink, MediaType type, const std::string& source_description,
                               const std::string& sink_description) {
  // A sink takes one source of a type: the new one replaces the old.
  if (const Link* old = sink.incoming_link(type, sink_description)) {
    const Link copy = *old;
    copy.source->disconnect_one(sink, type, copy.source_description, copy.sink_description);
  }
  outgoing_.push_back(std::make_unique<Link>(Link{this, &sink, type, source_description, sink_description}));
  sink.incoming_.push_back(outgoing_.back().get());
  raise(ElementConnected{&sink, type, source_description, sink_description});
  if (PipelineMirror* const others = mirror()) others->connected(*outgoing_.back());
  if (const auto to = outgoing_.back()->to()) sink.rebind(*to, &sink, kMaxHops);
}

ApiResult<void> MediaElement::disconnect(MediaElement* sink, std::optional<MediaType> media_type,
                                         std::optional<std::string> source_media_description,
                                         std::optional<std::string> sink_media_description) {
  for (const MediaType type : types_of(media_type)) {
    disconnect_one(*sink, type, source_media_description.value_or(kDefaultDescription),
                   sink_media_description.value_or(kDefaultDescription));
  }
  return {};
}

void MediaElement::disconnect_one(MediaElement& sink, MediaType type, const std::string& source_description,
                                  const std::string& sink_description) {
  const auto found = std::ranges::find_if(outgoing_, [&](const auto& link) {
    return link->sink == &sink && link->type == type && link->source_description == source_description &&
           link->sink_description == sink_description;
  });
  if (found != outgoing_.end()) {
    const auto to = (*found)->to();
    std::erase(sink.incoming_, found->get());
    outgoing_.erase(found);
    if (to) sink.rebind(*to, &sink, kMaxHops);
  }
  raise(ElementDisconnected{&sink, type, source_description, sink_description});
  if (PipelineMirror* const others = mirror()) {
    others->disconnected({this, &sink, type, source_description, sink_description});
  }
}

Link* MediaElement::incoming_link(MediaType type, std::string_view sink_description) const {
  for (Link* link : incoming_) {
    if (link->type == type && link->sink_description == sink_description) return link;
  }
  return nullptr;
}

Link* MediaElement::incoming_link(Pad pad) const {
  return incoming_link(pad.type, description_of(pad));
}

void MediaElement::set_caps(MediaType type, const MediaCaps& caps) {
  caps_[index(type)] = caps;
  for (const Pad pad : pads()) {
    MediaInput* const own = pad.type == type ? sink_of(pad) : nullptr;
    if (own) own->set_caps(caps);
  }
}

ApiResult<void> MediaElement::set_audio_format(AudioCaps caps) {
  if (caps.bitrate < 0) return ApiError{ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "'bitrate' should be 0 or more"};
  set_caps(MediaType::audio, {.codec = codec::codec_named(to_string(caps.codec)), .bitrate_bps = caps.bitrate});
  return {};
}

// Pictures come at 30 a second at the most as a rule: a limit from there on is none, for which nothing is encoded anew.
ApiResult<void> MediaElement::set_video_format(VideoCaps caps) {
  const auto [numerator, denominator] = caps.framerate;
  if (numerator < 0 || denominator < 1) {
    return ApiError{ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "'framerate' should be 0 or more, over 1 or more"};
  }
  constexpr double kUsual = 30;
  const double rate = static_cast<double>(numerator) / denominator;
  set_caps(MediaType::video, {.codec = codec::codec_named(to_string(caps.codec)), .most_frames_per_second = rate < kUsual ? rate : 0});
  return {};
}

ApiResult<std::string> MediaElement::get_gstreamer_dot(std::optional<GstreamerDotDetails>) { return dot_graph(*this); }

ApiResult<void> MediaElement::dump_gstreamer_dot(std::optional<GstreamerDotDetails>) {
  LOG_INFO(log, "graph of %s: %s", id().c_str(), dot_graph(*this).c_str());
  return {};
}

bool MediaElement::tells_latency() const {
  const MediaObject* at = this;
  while (at->parent()) at = at->parent();
  const auto* pipeline = dynamic_cast<const MediaPipeline*>(at);
  return pipeline && pipeline->latency_stats();
}

ApiResult<std::map<std::string, Value>> MediaElement::get_stats(std::optional<MediaType> media_type) {
  std::map<std::string, Value> records;
  if (!tells_latency()) return records;
  auto own = stats_record<ElementStats>(id(), StatsType::element, host().wall_time());
  put_input_latency(own, input_latencies(*this, media_type));
  records.emplace(own.id, own.to_value());
  return records;
}

namespace {

ApiError data_does_not_flow(const char* operation) {
  return {ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, std::string("Media type DATA is not supported for ") + operation};
}

}  // namespace

ApiResult<bool> MediaElement::is_media_flowing_in(MediaType media_type, std::string sink_media_description) {
  if (media_type == MediaType::data) return data_does_not_flow("MediaFlowingIn");
  const auto pad = pad_of(media_type, sink_media_description);
  return pad && flowing_in_[*pad];
}

ApiResult<bool> MediaElement::is_media_flowing_out(MediaType media_type, std::string source_media_description) {
  if (media_type == MediaType::data) return data_does_not_flow("MediaFlowingOut");
  const auto pad = pad_of(media_type, source_media_description);
  return pad && flowing_out_[*pad];
}

ApiResult<bool> MediaElement::is_media_transcoding(MediaType media_type, std::string) {
  if (media_type == MediaType::data) return data_does_not_flow("MediaTranscoding");
  return transcoding_[index(media_type)].value_or(false);
}

MediaElement* find_element(ObjectHost& host, std::string_view id) {
  return dynamic_cast<MediaElement*>(host.find(id));
}

}  // namespace kaskado::pipeline
