#include "media/stream_time.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace kaskado::media {

namespace {

using namespace std::chrono_literals;

// By how much a sender's reports may place its media before or behind the packets that carry it. Reports that
// say more are wrong, and the stream goes by its packets.
constexpr base::Duration kMostSkew = 3s;
constexpr double kMostRate = 0.05;
constexpr base::Duration kFollowingStep = 5ms;

}  // namespace

base::Duration SourceTime::since_first(rtp::NtpTime ntp) {
  if (!first_) first_ = ntp;
  return ntp - *first_;
}

void SourceTime::restart() {
  first_.reset();
  delay_.reset();
  ++epoch_;
}

StreamTime::StreamTime(std::uint32_t clock_rate, std::shared_ptr<SourceTime> source)
    : clock_rate_(clock_rate), source_(std::move(source)) {
  if (!source_) source_ = std::make_shared<SourceTime>();
}

std::int64_t StreamTime::unwrap(rtp::Timestamp timestamp) {
  if (!last_rtp_) last_rtp_ = timestamp.value;
  const auto low = static_cast<std::uint32_t>(*last_rtp_);
  *last_rtp_ += static_cast<std::int32_t>(timestamp.value - low);
  return *last_rtp_;
}

void StreamTime::receive_sender_report(const rtp::SenderInfo& info, base::Instant now) {
  if (info.ntp.value == 0) return;  // no notion of time (RFC 3550 §6.4.1)
  if (!last_rtp_) last_rtp_ = info.rtp.value;
  const auto low = static_cast<std::uint32_t>(*last_rtp_);
  const std::int64_t rtp_time = *last_rtp_ + static_cast<std::int32_t>(info.rtp.value - low);
  base::Duration captured = source_->since_first(info.ntp);
  base::Duration offset = captured - media_time(rtp_time);
  // A sender whose clock was set: what was known of it is of no use for any of its streams.
  if (has_report() && std::chrono::abs(offset - *captured_offset_) > kStep) {
    source_->restart();
    captured = source_->since_first(info.ntp);
    offset = captured - media_time(rtp_time);
  }
  captured_offset_ = offset;
  epoch_ = source_->epoch();
  // The report itself travels too, and as a rule no slower than media.
  source_->observe(captured, now);
}

void StreamTime::observe(std::int64_t rtp_time, base::Instant now) {
  const base::Duration media = media_time(rtp_time);
  own_delay_.add(now.time_since_epoch() - media, now);
  if (has_report()) source_->observe(*captured_offset_ + media, now);
  follow(now);
}

base::Duration StreamTime::target() const {
  if (!has_report() || !source_->known()) return own_delay_.least();
  const base::Duration shared = *captured_offset_ + source_->offset();
  return std::chrono::abs(shared - own_delay_.least()) > kMostSkew ? own_delay_.least() : shared;
}

void StreamTime::follow(base::Instant now) {
  if (started_ && now - followed_at_ < kFollowingStep) return;
  const base::Duration error = target() - offset_;
  const base::Duration passed = now - std::exchange(followed_at_, now);
  if (!std::exchange(started_, true) || std::chrono::abs(error) > kStep) {
    offset_ += error;
    return;
  }
  const double seconds = base::to_seconds(passed);
  const double part = -std::expm1(-seconds / base::to_seconds(kSettling));
  const double most = kMostRate * static_cast<double>(passed.count());
  offset_ += base::Duration{std::llround(std::clamp(part * static_cast<double>(error.count()), -most, most))};
}

void StreamTime::restart(std::uint32_t clock_rate) {
  clock_rate_ = clock_rate;
  own_delay_.reset();
  captured_offset_.reset();
  started_ = false;
}

}  // namespace kaskado::media
