#include "pipeline/layer_meter.hpp"

#include <algorithm>
#include <utility>

namespace kaskado::pipeline {

namespace {

constexpr std::uint64_t kStepsPerSecond = std::chrono::seconds{1} / LayerMeter::kStep;

// A key frame must not look like another rate, nor must several that are asked for by viewers who come.
constexpr unsigned kWindow = 2 * kStepsPerSecond;
constexpr unsigned kKeyFrameWindow = 10 * kStepsPerSecond;

std::uint64_t mean(std::uint64_t before, std::uint64_t bytes, unsigned steps) {
  return ((steps - 1) * before + bytes * 8 * kStepsPerSecond) / steps;
}

}  // namespace

// At first over the steps that there have been, with all that came in them.
void LayerMeter::Rate::advance(std::uint32_t bytes, std::uint32_t key_bytes, unsigned steps) {
  const std::uint32_t grown = bytes - std::exchange(bytes_before, bytes);
  const std::uint32_t keys_grown = key_bytes - std::exchange(key_bytes_before, key_bytes);
  const std::uint32_t apart = steps < kWindow ? 0 : keys_grown;
  pictures_bps = mean(pictures_bps, grown - apart, std::clamp(steps, 1u, kWindow));
  key_frames_bps = mean(key_frames_bps, apart, kKeyFrameWindow);
}

void LayerMeter::advance(const rtp::ReceiveStream& stream) {
  const rtp::LayerBytes &all = stream.layer_bytes(), &keys = stream.key_frame_bytes();
  silent_steps_ = all.whole != whole_.bytes_before ? 0 : silent_steps_ + 1;
  if (silent_steps_ >= kWindow) steps_ = 0;
  whole_.advance(all.whole, keys.whole, steps_);
  for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i].advance(all.bytes[i], keys.bytes[i], steps_);
  // The first step is of unknown length, and does not count.
  if (all.whole != 0) ++steps_;
}

// What goes with a layer: those below it in both directions.
std::uint64_t LayerMeter::sum_up_to(std::size_t spatial, std::size_t temporal) const {
  std::uint64_t sum = 0;
  for (std::size_t s = 0; s <= spatial; ++s)
    for (std::size_t t = 0; t <= temporal; ++t) sum += layers_[rtp::LayerBytes::index(s, t)].bps();
  return sum;
}

void LayerMeter::append_layers(RtpFeed& feed, std::uint8_t encoding, std::vector<FeedLayer>& layers) const {
  constexpr std::uint64_t kLeastBps = 2'000;  // less is what is left of one that is not sent any more
  for (std::uint8_t s = 0; s < rtp::LayerBytes::kEach; ++s) {
    for (std::uint8_t t = 0; t < rtp::LayerBytes::kEach; ++t) {
      if (layers_[rtp::LayerBytes::index(s, t)].bps() < kLeastBps) continue;
      layers.push_back({&feed, {s, t}, sum_up_to(s, t), encoding, s, t});
    }
  }
  // The highest is the whole, whatever it has more; where there are none, it is all there is.
  if (layers.empty() || layers.back().feed != &feed) layers.push_back({&feed, {}, 0, encoding});
  layers.back().limits = {};
  layers.back().bitrate_bps = bitrate_bps();
}

}  // namespace kaskado::pipeline
