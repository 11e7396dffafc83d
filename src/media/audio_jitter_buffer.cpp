#include "media/audio_jitter_buffer.hpp"

#include <algorithm>

namespace kaskado::media {

namespace {

constexpr double kQuantile = 0.97;
constexpr std::int64_t kShrinking = 100;  // 1 of so many

}  // namespace

void AudioJitterBuffer::start_over(const rtp::MediaPacket&) {
  expected_.reset();
  after_loss_ = false;
}

void AudioJitterBuffer::measure(const rtp::MediaPacket&, std::int64_t rtp_time, bool) {
  lateness_.add(now_ - time_.time_of(rtp_time), now_);
  const base::Duration wanted =
      std::clamp(lateness_.quantile(kQuantile), config_.least_delay, config_.most_delay);
  const base::Duration passed = now_ - std::exchange(adapted_at_, now_);
  delay_ = std::max(wanted, delay_ - passed / kShrinking);
  stats_.delay = delay_;
}

// Half of what waits, so that this is rare. More than fits means that nobody takes, or that the sender has
// jumped.
void AudioJitterBuffer::make_room() {
  ++stats_.gaps;
  window_.advance_to(window_.next() + (window_.end() - window_.next() + 1) / 2);
  after_loss_ = true;
}

std::optional<codec::EncodedFrame> AudioJitterBuffer::take() {
  for (;;) {
    deadline_ = base::kNever;
    const WaitingPacket* const packet = window_.at(window_.next());
    if (!packet) {
      if (window_.empty() || !give_up_hole()) return std::nullopt;
      continue;
    }
    if (packet->is_filler()) {
      window_.advance_to(window_.next() + 1);
      continue;
    }
    const base::Duration early = after_loss_ ? last_duration_ : base::Duration{};
    deadline_ = due(time_.unwrap(rtp::Timestamp{packet->timestamp})) - early;
    if (now_ < deadline_) return std::nullopt;
    if (auto frame = take_packet()) return frame;
  }
}

bool AudioJitterBuffer::give_up_hole() {
  const std::uint64_t after = window_.first_from(window_.next());
  if (expected_) {
    // When the first of them should have been heard, or the one behind where there was a pause.
    const base::Instant behind = due(time_.unwrap(rtp::Timestamp{window_.at(after)->timestamp}));
    deadline_ = std::min(due(*expected_), behind);
    if (now_ < deadline_) return false;
    after_loss_ = true;
    ++stats_.gaps;
    stats_.lost_packets += after - window_.next();
  }
  window_.advance_to(after);
  return true;
}

std::optional<codec::EncodedFrame> AudioJitterBuffer::take_packet() {
  auto frame = assemble(window_.next(), window_.next() + 1);
  window_.advance_to(window_.next() + 1);
  if (!frame) {
    ++stats_.bad_frames;
    after_loss_ = true;
    return std::nullopt;
  }
  frame->after_loss = std::exchange(after_loss_, false) && expected_;
  last_duration_ = frame->duration;
  expected_ = frame->rtp_time + rtp::to_ticks(frame->duration, frame->clock_rate);
  ++stats_.frames;
  return frame;
}

}  // namespace kaskado::media
