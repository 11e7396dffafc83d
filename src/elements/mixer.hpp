// Pictures from port to port, and the sound of several ports mixed for another.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "elements/routing_hub.hpp"
#include "elements/sound_mix.hpp"
#include "pipeline/media_input.hpp"
#include "pipeline/rtp_feed.hpp"

namespace kaskado::elements {

// One port's sound alone goes on as it comes.
class Mixer final : public RoutingHub, public MixerApi {
 public:
  using RoutingHub::RoutingHub;

  pipeline::RtpFeed* source(HubPort& port, pipeline::MediaType type) override;
  pipeline::MediaInput* sink(HubPort& port, pipeline::MediaType type) override;
  void on_flowing_in(HubPort& port, pipeline::MediaType type, bool flowing) override;

  pipeline::ApiResult<void> connect(pipeline::MediaType media, HubPort* source, HubPort* sink) override;
  pipeline::ApiResult<void> disconnect(pipeline::MediaType media, HubPort* source, HubPort* sink) override;

 private:
  // Where sound comes in, for all mixes that it is part of.
  struct Input final : pipeline::MediaInput {
    Input(Mixer& owner, HubPort& at) : mixer(owner), port(at) {}
    void bind(pipeline::RtpFeed* bound) override;
    std::optional<base::Duration> latency() const override { return origin ? origin->latency() : std::nullopt; }

    Mixer& mixer;
    HubPort& port;
    pipeline::RtpFeed* origin = nullptr;
    bool flowing = false;
  };
  struct Output {
    std::set<HubPort*> from;
    std::unique_ptr<SoundMix> mix;  // while there are several
  };

  void on_added(HubPort& port) override;
  void on_removed(HubPort& port) override;
  pipeline::ApiResult<void> check(pipeline::MediaType media, const HubPort& source, const HubPort& sink) const;
  void leave_out(HubPort& source, HubPort& sink);
  // Takes up what `sink` is to give out now.
  void settle(HubPort& sink);
  void tell_flow(HubPort& sink);

  std::map<const HubPort*, std::unique_ptr<Input>> inputs_;
  std::map<HubPort*, Output> outputs_;  // of ports that somebody's sound leads to
};

}  // namespace kaskado::elements
