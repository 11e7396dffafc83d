// Sound: each packet is handed on a little after its time, so that what comes late does not tear it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "media/jitter_buffer.hpp"

namespace kaskado::media {

// The delay is what nearly all packets of the last while needed, within the configuration's bounds: it grows
// at once and shrinks by a hundredth of the time that passes. A packet that has not come when it is due
// counts as lost; the frame behind it then comes a frame's length earlier, and says so, so that the decoder
// can make up for both.
class AudioJitterBuffer final : public JitterBuffer {
 public:
  AudioJitterBuffer(const JitterBufferConfig& config, std::shared_ptr<SourceTime> source)
      : JitterBuffer(config, std::move(source)), delay_(config.least_delay) {
    stats_.delay = delay_;
  }

  std::optional<codec::EncodedFrame> take() override;

 private:
  void start_over(const rtp::MediaPacket& first) override;
  void make_room() override;
  void measure(const rtp::MediaPacket& packet, std::int64_t rtp_time, bool newest) override;

  // False, and the deadline set, where it is not due.
  bool give_up_hole();
  std::optional<codec::EncodedFrame> take_packet();
  base::Instant due(std::int64_t rtp_time) const { return time_.time_of(rtp_time) + delay_; }

  base::Duration delay_;
  base::Instant adapted_at_{};
  std::optional<std::int64_t> expected_;  // RTP time behind the frame that was handed on last
  base::Duration last_duration_{};
  bool after_loss_ = false;
};

}  // namespace kaskado::media
