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
  std::uint64_t bitrate_bps() const { return whole_.bps(); }
  // Appends what can be taken of it: the whole, and less where it has layers.
  void append_layers(RtpFeed& feed, std::uint8_t encoding, std::vector<FeedLayer>& layers) const;

 private:
  // Of the whole, or of one layer.
  struct Rate {
    std::uint32_t bytes_before = 0;
    std::uint32_t key_bytes_before = 0;
    std::uint64_t pictures_bps = 0;
    std::uint64_t key_frames_bps = 0;

    void advance(std::uint32_t bytes, std::uint32_t key_bytes, unsigned steps);
    std::uint64_t bps() const { return pictures_bps + key_frames_bps; }
  };
  std::uint64_t sum_up_to(std::size_t spatial, std::size_t temporal) const;

  Rate whole_;
  std::array<Rate, rtp::LayerBytes::kLayers> layers_{};
  unsigned silent_steps_ = 0;
  unsigned steps_ = 0;  // that there was media in, without the first
};

}  // namespace kaskado::pipeline
