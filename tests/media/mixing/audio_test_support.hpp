// Tones, and what is heard of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <numbers>
#include <span>
#include <vector>

#include "media/audio_frame.hpp"
#include "media/mixing/audio_block.hpp"
#include "mixing/test_time.hpp"

namespace kaskado::media::test {

inline AudioFrame sound(std::vector<std::int16_t> samples, base::Duration time, int channels = 1) {
  return {.samples = std::make_shared<const std::vector<std::int16_t>>(std::move(samples)),
          .channels = channels,
          .time = at(time),
          .arrived = at(time)};
}

// A sine that goes on from frame to frame.
class Tone {
 public:
  Tone(double hz, double amplitude) : step_(2 * std::numbers::pi * hz / kSampleRate), amplitude_(amplitude) {}

  std::vector<std::int16_t> samples(int count) {
    std::vector<std::int16_t> made;
    for (int i = 0; i < count; ++i)
      made.push_back(static_cast<std::int16_t>(
          std::lround(amplitude_ * std::sin(step_ * static_cast<double>(next_++)))));
    return made;
  }
  AudioFrame frame(base::Duration time, int count = kBlockSamples) { return sound(samples(count), time); }
  // From one sample to the next, at the most.
  double steepest() const { return amplitude_ * step_; }

 private:
  double step_;
  double amplitude_;
  std::int64_t next_ = 0;
};

// What came out of a mixer at a port, of one channel.
class Recording {
 public:
  void add(const AudioFrame& frame, int channel = 0) {
    for (std::size_t i = static_cast<std::size_t>(channel); i < frame.samples->size();
         i += static_cast<std::size_t>(frame.channels))
      samples_.push_back((*frame.samples)[i]);
  }
  void clear() { samples_.clear(); }

  // Goertzel's, over all of it.
  double amplitude(double hz) const {
    double in_phase = 0, across = 0;
    for (std::size_t i = 0; i < samples_.size(); ++i) {
      const double angle = 2 * std::numbers::pi * hz * static_cast<double>(i) / kSampleRate;
      in_phase += samples_[i] * std::cos(angle);
      across += samples_[i] * std::sin(angle);
    }
    return 2 * std::hypot(in_phase, across) / static_cast<double>(samples_.size());
  }
  int steepest() const {
    int most = 0;
    for (std::size_t i = 1; i < samples_.size(); ++i)
      most = std::max(most, std::abs(samples_[i] - samples_[i - 1]));
    return most;
  }
  int peak() const {
    int most = 0;
    for (const int sample : samples_) most = std::max(most, std::abs(sample));
    return most;
  }
  std::span<const int> samples() const { return samples_; }

 private:
  std::vector<int> samples_;
};

}  // namespace kaskado::media::test
