// The rates of a received stream's layers, and whether it flows.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/feed_layer.hpp"
#include "rtp/receive_stream.hpp"

namespace kaskado::pipeline {

// Of one stream; advanced in even steps.
class LayerMeter {
 public:
  static constexpr base::Duration kStep = std::chrono::milliseconds{250};

  // Once a step.
  void advance(const rtp::ReceiveStream& stream);
  // Steps since the last packet; 0 in the step in which one came.
  unsigned silent_steps() const { return silent_steps_; }
  // All of it.
  std::uint64_t bitrate_bps() const { return rate_bps_; }
  // Appends what can be taken of it: the whole, and less where it has layers.
  void append_layers(RtpFeed& feed, std::uint8_t encoding, std::vector<FeedLayer>& layers) const;

 private:
  using Rates = std::array<std::uint64_t, rtp::LayerBytes::kLayers>;

  std::uint64_t bytes_before_ = 0;
  rtp::LayerBytes layers_before_;
  std::uint64_t rate_bps_ = 0;
  Rates layer_rates_bps_{};
  unsigned silent_steps_ = 0;
  unsigned steps_ = 0;
};

}  // namespace kaskado::pipeline
