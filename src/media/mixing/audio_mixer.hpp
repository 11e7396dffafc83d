// Lets each of many hear all others: n − 1 mixing at 48 kHz, a block of 20 ms at every tick.
//
// The sum of all is made once, and what each has said is taken off it again. Those who have said nothing get
// the very same frame. Never waits for an input. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "media/mixing/audio_input.hpp"
#include "media/mixing/limiter.hpp"
#include "media/mixing/mixing_delay.hpp"
#include "media/mixing/port_id.hpp"

namespace kaskado::media {

class AudioMixer {
 public:
  static constexpr std::size_t kMaxPorts = 1024;
  static constexpr double kSilence_dbov = -127;  // RFC 6465 §3: the least that there is

  struct Output {
    PortId port;
    AudioFrame frame;
    // It has said nothing, and its samples are whole_mix()'s.
    bool hears_all = false;
  };

  // False, and nothing changes, when there are too many or it is there already. It fades in.
  bool join(PortId port);
  // It fades out within the next block.
  void leave(PortId port);

  // Sound of an unknown port is left out; for the rest see AudioInput.
  void take(PortId port, const AudioFrame& frame);

  // The block of this tick, to each port what it hears; valid until the next call. Ticks are kBlockDuration
  // apart; more, where some were left out. A frame's time is the tick's, and `arrived` that of the oldest
  // sound in it. Stereo while a port has stereo sound, else mono.
  std::span<const Output> mix(base::Instant tick);
  // Of the last tick: what one hears who has said nothing.
  const AudioFrame& whole_mix() const { return whole_; }

  // How loud the port was in the last block (RMS): 0 at the most, kSilence_dbov where it was silent.
  double level_dbov(PortId port) const;
  // Null for an unknown port.
  const AudioInput* input(PortId port) const;

 private:
  struct Port {
    AudioInput input;
    AudioInputBlock block;
    Limiter limiter;
  };
  using Samples = std::array<std::int32_t, static_cast<std::size_t>(kBlockSamples) * kMaxChannels>;

  bool any_stereo() const;
  void add_ports(base::Instant due);
  void add_leaving(base::Instant due);
  AudioFrame frame(Limiter& limiter, std::span<const std::int32_t> samples) const;
  AudioFrame silence() const;
  void mix_whole();
  Output output(PortId id, Port& port);

  std::map<PortId, std::unique_ptr<Port>> ports_;
  std::vector<std::unique_ptr<Port>> leaving_;
  base::Instant tick_{};
  base::Instant oldest_{};  // arrival of what is in the block
  int channels_ = 1;
  int heard_ = 0;  // inputs that are not silent
  Samples total_{};
  Limiter whole_limiter_;
  AudioFrame whole_;
  std::vector<Output> outputs_;
};

}  // namespace kaskado::media
