#include "media/video_jitter_buffer.hpp"

#include <algorithm>

namespace kaskado::media {

namespace {

using namespace std::chrono_literals;

constexpr base::Duration kReordering = 10ms;       // a NACK goes out so long after the hole was seen
constexpr base::Duration kBetweenRequests = 20ms;  // at the least
constexpr base::Duration kLeastPatience = 40ms;
constexpr double kJitterQuantile = 0.95;

}  // namespace

// The wish comes when it is clear that the stream does not begin with a key frame.
void VideoJitterBuffer::start_over(const rtp::MediaPacket& first) {
  scan_ = first.extended_sequence;
  head_begun_ = ended_by_marker_ = false;
  aligned_ = false;
  trust_markers_ = true;
  if (stats_.frames > 0) ++stats_.gaps;
  waiting_for_key_frame_ = true;
  wished_at_ = now_ - kRepeatWish;
}

void VideoJitterBuffer::need_key_frame(bool wish) {
  waiting_for_key_frame_ = true;
  if (wish || now_ - wished_at_ >= kRepeatWish) wish_key_frame();
}

void VideoJitterBuffer::measure(const rtp::MediaPacket& packet, std::int64_t rtp_time, bool newest) {
  // Those behind a frame's first wait for their turn at the sender.
  if (!newest || packet.header.timestamp.value == newest_timestamp_) return;
  newest_timestamp_ = packet.header.timestamp.value;
  lateness_.add(now_ - time_.time_of(rtp_time), now_);
}

VideoJitterBuffer::Head VideoJitterBuffer::look() {
  // Nothing is left of a head that room was made of, though its scan had come no further.
  if (scan_ <= window_.next() || window_.is_fresh()) {
    scan_ = window_.next();
    head_begun_ = false;
  }
  for (;; ++scan_) {
    const WaitingPacket* const packet = window_.at(scan_);
    if (!packet) return scan_ < window_.end() ? Head::hole : Head::open;
    if (packet->is_filler()) {
      if (!head_begun_) window_.advance_to(scan_ + 1);
      continue;
    }
    if (!head_begun_) begin_head(*packet);
    if (packet->timestamp != head_timestamp_) {
      head_end_ = scan_;
      return Head::whole;
    }
    if (packet->marker && trust_markers_) {
      head_end_ = scan_ + 1;
      return Head::whole;
    }
  }
}

void VideoJitterBuffer::begin_head(const WaitingPacket& first) {
  head_begun_ = true;
  head_timestamp_ = first.timestamp;
  if (window_.is_fresh()) aligned_ = depacketizer_of(first).starts_frame(first.payload());
  if (aligned_ && ended_by_marker_ && first.timestamp == taken_timestamp_) trust_markers_ = false;
}

std::optional<codec::EncodedFrame> VideoJitterBuffer::take() {
  for (;;) {
    deadline_ = base::kNever;
    switch (look()) {
      case Head::open:
        return std::nullopt;
      case Head::hole:
        if (!give_up_hole()) return std::nullopt;
        break;
      case Head::whole:
        if (beginning_may_come()) return std::nullopt;
        if (auto frame = take_head()) return frame;
    }
  }
}

// Of the very first frame, where its packets have overtaken each other. Sets the deadline.
bool VideoJitterBuffer::beginning_may_come() {
  if (aligned_ || !window_.is_fresh()) return false;
  const base::Instant until = window_.at(window_.next())->packet->arrived + patience();
  if (now_ < until) deadline_ = until;
  return now_ < until;
}

std::optional<codec::EncodedFrame> VideoJitterBuffer::take_head() {
  std::optional<codec::EncodedFrame> frame;
  if (aligned_) {
    frame = assemble(window_.next(), head_end_);
    stats_.bad_frames += !frame;
    if (!frame && !waiting_for_key_frame_) need_key_frame(true);
  }
  if (frame && frame->key_frame) waiting_for_key_frame_ = false;
  if (waiting_for_key_frame_) {
    frame.reset();
    need_key_frame(false);
  }
  ended_by_marker_ = head_end_ == scan_ + 1;
  taken_timestamp_ = head_timestamp_;
  window_.advance_to(head_end_);
  head_begun_ = false;
  aligned_ = true;
  ++(frame ? stats_.frames : stats_.dropped_frames);
  return frame;
}

base::Duration VideoJitterBuffer::patience() const {
  const base::Duration jitter = lateness_.quantile(kJitterQuantile);
  const base::Duration answer =
      config_.retransmissions ? 2 * std::max(rtt_, kBetweenRequests) : base::Duration{};
  return std::clamp(kReordering + answer + jitter, std::min(kLeastPatience, config_.most_patience),
                    config_.most_patience);
}

// False, and the deadline set, where it is too early for that.
bool VideoJitterBuffer::give_up_hole() {
  const std::uint64_t after = window_.first_from(scan_);
  const std::optional<std::uint64_t> key = window_.key_frame_from(after);
  // Nobody waits for what stands before a key frame when only that is of use.
  if (!(waiting_for_key_frame_ && key && !head_starts_key_frame())) {
    const base::Instant until = window_.at(after)->packet->arrived + patience();
    if (now_ < until) return deadline_ = until, false;
  }
  stats_.lost_packets += after - scan_;
  ++stats_.gaps;
  if (!waiting_for_key_frame_ && hole_hurts_only_its_frame(after)) return skip_hole(after), true;
  if (key) {
    skip_to_key_frame(*key);
  } else {
    need_key_frame(!waiting_for_key_frame_ || head_starts_key_frame());
    skip_hole(after);
  }
  return true;
}

bool VideoJitterBuffer::head_starts_key_frame() const {
  const std::optional<std::uint64_t> key = window_.key_frame_from(window_.next());
  return key && *key < scan_;
}

// Where it cannot be told which frames the missing packets belong to, they may be of any.
bool VideoJitterBuffer::hole_hurts_only_its_frame(std::uint64_t after) {
  const WaitingPacket& behind = *window_.at(after);
  const WaitingPacket* const before = head_begun_ ? window_.at(window_.first_from(window_.next())) : nullptr;
  if (before && behind.timestamp == head_timestamp_)
    return depacketizer_of(*before).is_discardable(before->payload());
  if (behind.is_filler() || after != scan_ + 1) return false;
  // One is missing: the end of the frame before, which has none yet, or the beginning of the one behind.
  if (before)
    return depacketizer_of(behind).starts_frame(behind.payload()) &&
           depacketizer_of(*before).is_discardable(before->payload());
  return !depacketizer_of(behind).starts_frame(behind.payload()) &&
         depacketizer_of(behind).is_discardable(behind.payload());
}

void VideoJitterBuffer::skip_hole(std::uint64_t after) {
  const WaitingPacket& behind = *window_.at(after);
  const bool same_frame =
      head_begun_ && behind.timestamp == head_timestamp_;  // whose rest is dropped in its turn
  stats_.dropped_frames += head_begun_ && !same_frame;
  aligned_ = !same_frame && !behind.is_filler() && depacketizer_of(behind).starts_frame(behind.payload());
  window_.advance_to(after);
  ended_by_marker_ = false;
}

void VideoJitterBuffer::skip_to_key_frame(std::uint64_t key) {
  stats_.dropped_frames += head_begun_;
  waiting_for_key_frame_ = true;
  window_.advance_to(key);
  aligned_ = true;
  ended_by_marker_ = false;
}

void VideoJitterBuffer::make_room() {
  ++stats_.gaps;
  const std::optional<std::uint64_t> key = window_.key_frame_from(window_.next() + 1);
  if (key) {
    skip_to_key_frame(*key);
  } else {
    need_key_frame(!waiting_for_key_frame_);
    window_.advance_to(window_.end());
    aligned_ = false;
  }
}

}  // namespace kaskado::media
