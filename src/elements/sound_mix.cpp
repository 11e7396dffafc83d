#include "elements/sound_mix.hpp"

#include "pipeline/shard.hpp"

namespace kaskado::elements {

namespace {

// There are no pictures; the clock wants a rate all the same.
constexpr double kPicturesPerSecond = 1;

}  // namespace

SoundMix::SoundMix(HubPort& owner)
    : Timed(owner.shard().timed()),
      strand_(owner.shard().compute().executor,
              std::make_shared<media::CompositeStage>(nullptr, kPicturesPerSecond, owner.shard().now())),
      clock_(kPicturesPerSecond, owner.shard().now()),
      feed_(owner.shard(), owner, pipeline::MediaType::audio, {nullptr, strand_.stage().whole_mix()}) {
  reschedule();
}

SoundMix::~SoundMix() = default;

void SoundMix::add(HubPort& port, pipeline::RtpFeed* origin) {
  const auto [at, added] = sources_.try_emplace(&port, nullptr);
  if (!added) return;
  at->second = std::make_unique<Source>(media::PortId{++last_source_}, port.shard().compute().clock);
  strand_.post([id = at->second->id, ends = at->second->ends](media::CompositeStage& stage) { stage.join(id, ends); });
  at->second->input.bind(origin);
}

void SoundMix::remove(HubPort& port) {
  const auto source = sources_.extract(&port);
  if (!source) return;
  strand_.post([id = source.mapped()->id](media::CompositeStage& stage) { stage.leave(id); });
}

void SoundMix::bind(HubPort& port, pipeline::RtpFeed* origin) {
  const auto found = sources_.find(&port);
  if (found != sources_.end()) found->second->input.bind(origin);
}

void SoundMix::advance(base::Instant now) {
  clock_.advance(now);
  strand_.tick(now);
}

}  // namespace kaskado::elements
