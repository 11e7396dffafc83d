// Sound from one sample rate to another, and a little faster or slower than that.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/time.hpp"

struct SpeexResamplerState_;

namespace kaskado::media {

// Keeps what it needs of the samples before, so a stream goes through one resampler. Belongs to one strand.
class Resampler {
 public:
  // Faster or slower by that much, at the most.
  static constexpr int kMostPpm = 20'000;

  // Rates from 1 kHz on, one or two channels.
  Resampler(int from_rate, int to_rate, int channels);
  ~Resampler();
  Resampler(Resampler&&) noexcept = default;
  Resampler& operator=(Resampler&&) noexcept = default;

  // Appends what comes out. Interleaved.
  void process(std::span<const std::int16_t> in, std::vector<std::int16_t>& out);
  // Gives so many millionths more samples than the rates say, or fewer, some 17 off where one rate divides
  // the other. A resampler that is to be stretched is so from the beginning, by 0 for example.
  void stretch(int ppm);
  // How far what has come out is behind what went in, but for the first call, which gives less by that.
  base::Duration latency() const;

  int from_rate() const { return from_rate_; }
  int to_rate() const { return to_rate_; }
  int channels() const { return channels_; }

 private:
  struct Free {
    void operator()(SpeexResamplerState_* state) const;
  };
  int from_rate_;
  int to_rate_;
  int channels_;
  int stretched_ = 0;  // by so many parts; 0 where it never was
  std::unique_ptr<SpeexResamplerState_, Free> state_;
};

}  // namespace kaskado::media
