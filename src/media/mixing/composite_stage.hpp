// A hub that mixes: of all ports' pictures one for all, of their sounds what each of them is to hear.
//
// The owner runs all of it on one strand, but for the sinks and sources that it hands out, which any thread
// may use.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string_view>

#include "media/frame_publisher.hpp"
#include "media/mixing/audio_mixer.hpp"
#include "media/mixing/mixer_port.hpp"
#include "media/mixing/mixing_clock.hpp"
#include "media/mixing/video_compositor.hpp"
#include "media/stage.hpp"

namespace kaskado::media {

class CompositeStage {
 public:
  // What `layout` is told is told on the strand too. It may be null where nobody asks for pictures.
  CompositeStage(std::shared_ptr<Layout> layout, double frames_per_second, base::Instant start);
  ~CompositeStage();
  CompositeStage(const CompositeStage&) = delete;

  // False, and nothing changes, when there are too many (VideoCompositor::kMaxInputs) or it is there already. `ends` has
  // joined nowhere before.
  bool join(PortId port, std::shared_ptr<MixerPort> ends, std::string_view name = {});
  // Gives the ends of the new port, or null.
  std::shared_ptr<MixerPort> join(PortId port, std::string_view name = {});
  void leave(PortId port);
  void set_name(PortId port, std::string_view name) { compositor_.set_name(port, name); }
  void set_frames_per_second(double frames_per_second) { clock_.set_frames_per_second(frames_per_second); }

  const std::shared_ptr<VideoSource>& pictures() const { return pictures_source_; }
  // What one hears who says nothing.
  const std::shared_ptr<AudioSource>& whole_mix() const { return whole_mix_source_; }

  // Makes what is due. May come at any time; best at deadline(). After a stall see MixingClock. Nothing is
  // made that nobody takes.
  void tick(base::Instant now);
  base::Instant deadline() const { return clock_.deadline(); }

  VideoCompositor::InputState picture_state(PortId port) const { return compositor_.state(port); }
  double level_dbov(PortId port) const { return mixer_.level_dbov(port); }
  const MixingClock& clock() const { return clock_; }

 private:
  using VideoPublisher = FramePublisher<VideoFrame>;
  using AudioPublisher = FramePublisher<AudioFrame>;

  void take_frames();
  bool anybody_listens() const;
  void mix(base::Instant tick);
  void compose(base::Instant tick);

  std::shared_ptr<Layout> layout_;
  MixingClock clock_;
  VideoCompositor compositor_;
  AudioMixer mixer_;
  std::map<PortId, std::shared_ptr<MixerPort>> ports_;
  std::shared_ptr<VideoPublisher> pictures_ = std::make_shared<VideoPublisher>();
  std::shared_ptr<AudioPublisher> whole_mix_ = std::make_shared<AudioPublisher>();
  std::shared_ptr<VideoSource> pictures_source_ = pictures_;
  std::shared_ptr<AudioSource> whole_mix_source_ = whole_mix_;
};

}  // namespace kaskado::media
