#include "media/sound_line.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "media/channel_mix.hpp"
#include "rtp/types.hpp"

namespace kaskado::media {

namespace {

using namespace std::chrono_literals;

constexpr double kSmoothing = 16;        // frames
constexpr int kFramesBetweenSteps = 25;  // of the speed
constexpr base::Duration kMostBack = 500ms;

}  // namespace

SoundLine::SoundLine(int sample_rate, int channels)
    : channels_(channels), resampler_(kSampleRate, sample_rate, channels) {}

bool SoundLine::follows(const AudioFrame& frame) const {
  return begun_ && off(frame) <= kMostGap && off(frame) > -kMostBack;
}

void SoundLine::begin(const AudioFrame& frame) {
  resampler_ = Resampler(kSampleRate, resampler_.to_rate(), channels_);
  resampler_.stretch(0);
  line_.clear();
  begun_ = true;
  start_ = frame.time;
  cut_ = 0;
  mean_off_s_ = 0;
  followed_ = 0;
}

void SoundLine::append(const AudioFrame& frame) {
  if (!follows(frame)) begin(frame);
  last_arrived_ = frame.arrived;
  if (line_.empty()) arrived_ = frame.arrived;
  mixed_.clear();
  const base::Duration off = line_.empty() && cut_ == 0 ? base::Duration{} : this->off(frame);
  const auto samples_off = static_cast<std::size_t>(rtp::to_ticks(std::chrono::abs(off), kSampleRate)) *
                           static_cast<std::size_t>(channels_);
  if (off > kSlack) mixed_.resize(samples_off);
  mix_channels(*frame.samples, frame.channels, channels_, mixed_);
  std::span<const std::int16_t> fresh = mixed_;
  if (off < -kSlack) fresh = fresh.subspan(std::min(samples_off, fresh.size()));
  if (std::chrono::abs(off) <= kSlack) follow(off);
  resampler_.process(fresh, line_);
}

void SoundLine::follow(base::Duration off) {
  mean_off_s_ += (base::to_seconds(off) - mean_off_s_) / kSmoothing;
  if (++followed_ < kFramesBetweenSteps) return;
  followed_ = 0;
  resampler_.stretch(static_cast<int>(std::lround(mean_off_s_ / base::to_seconds(kSettling) * 1e6)));
}

void SoundLine::cut(std::size_t samples, std::vector<std::int16_t>& into) {
  const std::size_t wanted = samples * static_cast<std::size_t>(channels_);
  const auto end = line_.begin() + static_cast<std::ptrdiff_t>(std::min(wanted, line_.size()));
  into.assign(line_.begin(), end);
  into.resize(wanted);
  line_.erase(line_.begin(), end);
  cut_ += static_cast<std::int64_t>(samples);
  arrived_ = last_arrived_;
}

void SoundLine::end() {
  if (!begun_) return;
  const auto held = static_cast<std::size_t>(rtp::to_ticks(resampler_.latency(), kSampleRate));
  mixed_.assign(held * static_cast<std::size_t>(channels_), 0);
  resampler_.process(mixed_, line_);
  begun_ = false;
}

}  // namespace kaskado::media
