// The sound of several ports as one.
#pragma once

#include <map>
#include <memory>

#include "elements/hub_port.hpp"
#include "elements/mixing_strand.hpp"
#include "pipeline/frame_feed.hpp"
#include "pipeline/frame_input.hpp"
#include "pipeline/timed.hpp"

namespace kaskado::elements {

// Mixes in the compute pool, on a strand of its own, by the clock of the shard.
class SoundMix final : private pipeline::Timed {
 public:
  // `owner` gives it out.
  explicit SoundMix(HubPort& owner);
  ~SoundMix() override;

  pipeline::RtpFeed& feed() { return feed_; }
  // What comes in at `port` is part of it from now on, or no more.
  void add(HubPort& port, pipeline::RtpFeed* origin);
  void remove(HubPort& port);
  // Something else comes in at `port`.
  void bind(HubPort& port, pipeline::RtpFeed* origin);

 private:
  struct Source {
    Source(media::PortId given, media::Clock clock) : id(given), input({nullptr, ends->sound()}, std::move(clock)) {}

    const media::PortId id;
    const std::shared_ptr<media::MixerPort> ends = std::make_shared<media::MixerPort>();
    pipeline::FrameInput input;
  };

  base::Instant deadline() const override { return clock_.deadline(); }
  void advance(base::Instant now) override;

  MixingStrand strand_;
  media::MixingClock clock_;
  pipeline::FrameFeed feed_;
  std::map<const HubPort*, std::unique_ptr<Source>> sources_;
  std::uint32_t last_source_ = 0;
};

}  // namespace kaskado::elements
