#include "media/mixing/audio_mixer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kaskado::media {
namespace {

// Adds a block to a sum of as many channels or more. `weight` gives each sample's share.
template <typename Weight>
void add(std::span<std::int32_t> sum, int sum_channels, std::span<const std::int16_t> block,
         Weight&& weight) {
  const int channels = static_cast<int>(block.size()) / kBlockSamples;
  if (channels == sum_channels) {
    for (std::size_t i = 0; i < block.size(); ++i) sum[i] += weight(block[i], static_cast<int>(i) / channels);
    return;
  }
  for (std::size_t i = 0; i < block.size(); ++i) {
    const std::int32_t sample = weight(block[i], static_cast<int>(i));
    sum[2 * i] += sample;
    sum[2 * i + 1] += sample;
  }
}

std::int32_t as_it_is(std::int16_t sample, int) {
  return sample;
}
std::int32_t taken_off(std::int16_t sample, int) {
  return -sample;
}
std::int32_t fading_out(std::int16_t sample, int index) {
  return sample * (kBlockSamples - 1 - index) / kBlockSamples;
}

}  // namespace

bool AudioMixer::join(PortId port) {
  if (ports_.size() >= kMaxPorts || ports_.contains(port)) return false;
  ports_.emplace(port, std::make_unique<Port>());
  return true;
}

void AudioMixer::leave(PortId port) {
  const auto found = ports_.find(port);
  if (found == ports_.end()) return;
  if (leaving_.size() < kMaxPorts) leaving_.push_back(std::move(found->second));
  ports_.erase(found);
}

void AudioMixer::take(PortId port, const AudioFrame& frame) {
  const auto found = ports_.find(port);
  if (found != ports_.end()) found->second->input.take(frame);
}

bool AudioMixer::any_stereo() const {
  const auto stereo = [](const Port& port) { return port.input.channels() == 2; };
  return std::ranges::any_of(ports_, [&](const auto& one) { return stereo(*one.second); }) ||
         std::ranges::any_of(leaving_, [&](const auto& one) { return stereo(*one); });
}

void AudioMixer::add_ports(base::Instant due) {
  for (const auto& [id, port] : ports_) {
    port->block = port->input.next(due);
    if (port->block.samples.empty()) continue;
    add(total_, channels_, port->block.samples, as_it_is);
    oldest_ = std::min(oldest_, port->block.arrived);
    ++heard_;
  }
}

void AudioMixer::add_leaving(base::Instant due) {
  for (const auto& port : leaving_) {
    const AudioInputBlock block = port->input.next(due);
    if (block.samples.empty()) continue;
    add(total_, channels_, block.samples, fading_out);
    oldest_ = std::min(oldest_, block.arrived);
    ++heard_;
  }
  leaving_.clear();
}

AudioFrame AudioMixer::silence() const {
  static const auto kMono = std::make_shared<const std::vector<std::int16_t>>(kBlockSamples);
  static const auto kStereo = std::make_shared<const std::vector<std::int16_t>>(2 * kBlockSamples);
  return {
      .samples = channels_ == 2 ? kStereo : kMono, .channels = channels_, .time = tick_, .arrived = tick_};
}

AudioFrame AudioMixer::frame(Limiter& limiter, std::span<const std::int32_t> samples) const {
  auto limited = std::make_shared<std::vector<std::int16_t>>(samples.size());
  limiter.limit(samples, *limited);
  return {.samples = std::move(limited), .channels = channels_, .time = tick_, .arrived = oldest_};
}

void AudioMixer::mix_whole() {
  const auto size = static_cast<std::size_t>(kBlockSamples * channels_);
  whole_ = heard_ == 0 ? silence() : frame(whole_limiter_, std::span(total_).first(size));
}

AudioMixer::Output AudioMixer::output(PortId id, Port& port) {
  if (port.block.samples.empty()) {
    port.limiter = whole_limiter_;  // for when it speaks
    return {id, whole_, true};
  }
  if (heard_ == 1) return {id, silence(), false};
  const auto size = static_cast<std::size_t>(kBlockSamples * channels_);
  Samples others;
  std::copy_n(total_.begin(), size, others.begin());
  add(others, channels_, port.block.samples, taken_off);
  return {id, frame(port.limiter, std::span(others).first(size)), false};
}

std::span<const AudioMixer::Output> AudioMixer::mix(base::Instant tick) {
  tick_ = oldest_ = tick;
  channels_ = any_stereo() ? 2 : 1;
  heard_ = 0;
  total_.fill(0);
  add_ports(tick - kMixingDelay);
  add_leaving(tick - kMixingDelay);
  mix_whole();
  outputs_.clear();
  for (const auto& [id, port] : ports_) outputs_.push_back(output(id, *port));
  return outputs_;
}

double AudioMixer::level_dbov(PortId port) const {
  const auto found = ports_.find(port);
  if (found == ports_.end() || found->second->block.samples.empty()) return kSilence_dbov;
  const AudioInputBlock& block = found->second->block;
  const double mean = block.energy / static_cast<double>(block.samples.size());
  return std::max(kSilence_dbov, 10 * std::log10(mean / (32768.0 * 32768.0)));
}

const AudioInput* AudioMixer::input(PortId port) const {
  const auto found = ports_.find(port);
  return found == ports_.end() ? nullptr : &found->second->input;
}

}  // namespace kaskado::media
