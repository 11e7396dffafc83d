// A hub that mixes: one picture made of those of all ports, and to each port the sound of all others.
#pragma once

#include <array>
#include <map>
#include <memory>

#include "elements/hub.hpp"
#include "elements/mixing_strand.hpp"
#include "pipeline/feed_owner.hpp"
#include "pipeline/frame_feed.hpp"
#include "pipeline/frame_input.hpp"
#include "pipeline/timed.hpp"

namespace kaskado::elements {

// Mixes in the compute pool, on a strand of its own, by the clock of the shard. The picture is one feed for all ports, so
// that it is encoded once.
class MixingHub : public Hub, private pipeline::FeedOwner, private pipeline::Timed {
 public:
  MixingHub(const pipeline::Construction& construction, pipeline::MediaPipeline* pipeline,
            std::shared_ptr<media::Layout> layout, double frames_per_second);
  ~MixingHub() override;

  pipeline::RtpFeed* source(HubPort& port, pipeline::MediaType type) override;
  pipeline::MediaInput* sink(HubPort& port, pipeline::MediaType type) override;
  void on_flowing_in(HubPort& port, pipeline::MediaType type, bool flowing) override;

 protected:
  media::PortId id_of(const HubPort& port) const { return ports_of_.at(&port)->id; }
  // Runs `work` where the layout may be touched; an error where so much waits for that that it is refused.
  pipeline::ApiResult<void> post(std::function<void()> work);
  // Writes it over the port's picture, empty for nothing; likewise.
  pipeline::ApiResult<void> set_label(const HubPort& port, const std::string& text);

  pipeline::ApiResult<void> check_room() const override;
  void on_added(HubPort& port) override;
  void on_removed(HubPort& port) override;

 private:
  pipeline::ApiResult<void> post_to_stage(MixingStrand::Work work);
  struct Port {
    Port(MixingHub& hub, HubPort& port, media::PortId id);

    const media::PortId id;
    const std::shared_ptr<media::MixerPort> ends;
    pipeline::FrameInput pictures;
    pipeline::FrameInput sound;
    pipeline::FrameFeed heard;
    bool speaks = false;  // sound comes in, or did: what it hears is its own mix
  };

  media::BitrateWishes encoding_wishes() const override;
  void set_transcoding(pipeline::MediaType type, bool transcoding) override;
  std::shared_ptr<media::SourceTime> source_time() override { return nullptr; }
  base::Instant deadline() const override;
  void advance(base::Instant now) override;

  int& flowing(pipeline::MediaType type) { return flowing_[static_cast<std::size_t>(type)]; }
  int& transcodings(pipeline::MediaType type) { return transcodings_[static_cast<std::size_t>(type)]; }

  static constexpr std::size_t kMostWaiting = 1024;

  MixingStrand strand_;
  media::MixingClock clock_;  // runs as the stage's does
  pipeline::FrameFeed pictures_;
  pipeline::FrameFeed whole_mix_;
  std::map<const HubPort*, std::unique_ptr<Port>> ports_of_;
  std::uint32_t last_port_ = 0;
  std::array<int, 3> flowing_{};      // ports that media comes in at, by type
  std::array<int, 3> transcodings_{};  // of what all ports give out, by type
};

}  // namespace kaskado::elements
