#include "elements/mixing_hub.hpp"

#include <algorithm>
#include <utility>

#include "elements/hub_port.hpp"
#include "pipeline/media_pipeline.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

using pipeline::MediaType;

MixingHub::Port::Port(MixingHub& hub, HubPort& port, media::PortId given)
    : id(given),
      ends(std::make_shared<media::MixerPort>()),
      pictures({ends->pictures(), nullptr}, hub.shard().compute().clock),
      sound({nullptr, ends->sound()}, hub.shard().compute().clock),
      heard(hub.shard(), port, MediaType::audio, {nullptr, ends->heard()}) {}

MixingHub::MixingHub(const pipeline::Construction& construction, pipeline::MediaPipeline* pipeline,
                     std::shared_ptr<media::Layout> layout, double frames_per_second)
    : Hub(construction, pipeline),
      Timed(construction.shard->timed()),
      strand_(construction.shard->compute().executor,
              std::make_shared<media::CompositeStage>(std::move(layout), frames_per_second, shard().now())),
      clock_(frames_per_second, shard().now()),
      pictures_(shard(), *this, MediaType::video, {strand_.stage().pictures(), nullptr}),
      whole_mix_(shard(), *this, MediaType::audio, {nullptr, strand_.stage().whole_mix()}) {}

MixingHub::~MixingHub() = default;

pipeline::ApiResult<void> MixingHub::post(std::function<void()> work) {
  return post_to_stage([work = std::move(work)](media::CompositeStage&) { work(); });
}

pipeline::ApiResult<void> MixingHub::set_label(const HubPort& port, const std::string& text) {
  return post_to_stage([id = id_of(port), text](media::CompositeStage& stage) { stage.set_name(id, text); });
}

pipeline::ApiResult<void> MixingHub::post_to_stage(MixingStrand::Work work) {
  if (strand_.waiting() >= kMostWaiting) {
    return pipeline::ApiError{pipeline::ErrorCode::NOT_ENOUGH_RESOURCES, "The mixer is too busy, try again later"};
  }
  strand_.post(std::move(work));
  return {};
}

pipeline::ApiResult<void> MixingHub::check_room() const {
  if (ports().size() < media::VideoCompositor::kMaxInputs) return {};
  return pipeline::ApiError{pipeline::ErrorCode::NOT_ENOUGH_RESOURCES,
                            "'" + id() + "' has " + std::to_string(ports().size()) + " ports, and no room for more"};
}

pipeline::RtpFeed* MixingHub::source(HubPort& port, MediaType type) {
  if (type == MediaType::video) return &pictures_;
  if (type != MediaType::audio) return nullptr;
  Port& own = *ports_of_.at(&port);
  return own.speaks ? &own.heard : &whole_mix_;
}

pipeline::MediaInput* MixingHub::sink(HubPort& port, MediaType type) {
  Port& own = *ports_of_.at(&port);
  if (type == MediaType::video) return &own.pictures;
  return type == MediaType::audio ? &own.sound : nullptr;
}

void MixingHub::on_added(HubPort& port) {
  const auto& own = *(ports_of_[&port] = std::make_unique<Port>(*this, port, media::PortId{++last_port_}));
  strand_.post([id = own.id, ends = own.ends](media::CompositeStage& stage) { stage.join(id, ends); });
  for (const MediaType type : {MediaType::audio, MediaType::video}) {
    if (flowing(type) > 0) port.set_flowing_out(type, true);
    for (int i = 0; i < transcodings(type); ++i) port.set_transcoding(type, true);
  }
  reschedule();
}

void MixingHub::on_removed(HubPort& port) {
  const auto own = ports_of_.extract(&port);
  strand_.post([id = own.mapped()->id](media::CompositeStage& stage) { stage.leave(id); });
}

void MixingHub::on_flowing_in(HubPort& port, MediaType type, bool comes) {
  if (type == MediaType::data) return;
  if (type == MediaType::audio && comes && !std::exchange(ports_of_.at(&port)->speaks, true)) port.rebind();
  const bool before = flowing(type) > 0;
  flowing(type) += comes ? 1 : -1;
  const bool now = flowing(type) > 0;
  if (now == before) return;
  for (HubPort* each : ports()) each->set_flowing_out(type, now);
}

// Who asks for the most gets it, and the others the same.
media::BitrateWishes MixingHub::encoding_wishes() const {
  media::BitrateWishes most{.encoder_bps = 0, .min_bps = 0, .max_bps = 0};
  for (const HubPort* port : ports()) {
    const media::BitrateWishes wishes = port->encoding_wishes();
    most.encoder_bps = std::max(most.encoder_bps, wishes.encoder_bps);
    most.min_bps = std::max(most.min_bps, wishes.min_bps);
    most.max_bps = std::max(most.max_bps, wishes.max_bps);
  }
  return most;
}

void MixingHub::set_transcoding(MediaType type, bool transcoding) {
  transcodings(type) += transcoding ? 1 : -1;
  for (HubPort* port : ports()) port->set_transcoding(type, transcoding);
}

base::Instant MixingHub::deadline() const { return ports_of_.empty() ? base::kNever : clock_.deadline(); }

void MixingHub::advance(base::Instant now) {
  clock_.advance(now);
  strand_.tick(now);
}

}  // namespace kaskado::elements
