#include "pipeline/layer_meter.hpp"

#include <algorithm>

namespace kaskado::pipeline {

namespace {

constexpr std::uint64_t kStepsPerSecond = std::chrono::seconds{1} / LayerMeter::kStep;

// A key frame must not look like another rate.
constexpr unsigned kWindow = 2 * kStepsPerSecond;

// Over the window, or over the `steps` that there have been with this one, if these are fewer.
std::uint64_t mean(std::uint64_t before, std::uint64_t bytes, unsigned steps) {
  const std::uint64_t bps = bytes * 8 * kStepsPerSecond;
  const std::uint64_t weight = std::clamp(steps, 1u, kWindow);
  return ((weight - 1) * before + bps) / weight;
}

// What goes with a layer: those below it in both directions.
std::uint64_t sum_up_to(const auto& rates, std::size_t spatial, std::size_t temporal) {
  std::uint64_t sum = 0;
  for (std::size_t s = 0; s <= spatial; ++s)
    for (std::size_t t = 0; t <= temporal; ++t) sum += rates[rtp::LayerBytes::index(s, t)];
  return sum;
}

}  // namespace

void LayerMeter::advance(const rtp::ReceiveStream& stream) {
  const std::uint64_t bytes = stream.packet_bytes();
  silent_steps_ = bytes != bytes_before_ ? 0 : silent_steps_ + 1;
  if (silent_steps_ >= kWindow) steps_ = 0;
  rate_bps_ = mean(rate_bps_, bytes - bytes_before_, steps_);
  for (std::size_t i = 0; i < layer_rates_bps_.size(); ++i) {
    const std::uint32_t grown = stream.layer_bytes().bytes[i] - layers_before_.bytes[i];
    layer_rates_bps_[i] = mean(layer_rates_bps_[i], grown, steps_);
  }
  // The first step is of unknown length, and does not count.
  if (bytes != 0) ++steps_;
  bytes_before_ = bytes;
  layers_before_ = stream.layer_bytes();
}

void LayerMeter::append_layers(RtpFeed& feed, std::uint8_t encoding, std::vector<FeedLayer>& layers) const {
  constexpr std::uint64_t kLeastBps = 2'000;  // less is what is left of one that is not sent any more
  for (std::uint8_t s = 0; s < rtp::LayerBytes::kEach; ++s) {
    for (std::uint8_t t = 0; t < rtp::LayerBytes::kEach; ++t) {
      if (layer_rates_bps_[rtp::LayerBytes::index(s, t)] < kLeastBps) continue;
      layers.push_back({&feed, {s, t}, sum_up_to(layer_rates_bps_, s, t), encoding, s, t});
    }
  }
  // The highest is the whole, whatever it has more; where there are none, it is all there is.
  if (layers.empty() || layers.back().feed != &feed) layers.push_back({&feed, {}, 0, encoding});
  layers.back().limits = {};
  layers.back().bitrate_bps = rate_bps_;
}

}  // namespace kaskado::pipeline
