#include "rtp/nack_generator.hpp"

#include <algorithm>
#include <array>

namespace kaskado::rtp {

bool NackGenerator::receive(std::uint64_t extended, bool starts_key_frame, base::Instant now) {
  if (starts_key_frame) newest_key_frame_ = std::max(newest_key_frame_, extended);
  if (highest_ == 0) lowest_ = highest_ = extended;
  if (extended < lowest_) {  // the stream began earlier than it seemed
    add_hole(extended + 1, lowest_, now);
    lowest_ = extended;
    return false;
  }
  if (extended > highest_) {
    add_hole(highest_ + 1, extended, now);
    highest_ = extended;
    return false;
  }
  return forget(extended);
}

// True where it had been requested, not only reordered on its way.
bool NackGenerator::forget(std::uint64_t extended) {
  const auto found =
      std::lower_bound(missing_.begin(), missing_.end(), extended,
                       [](const Missing& m, std::uint64_t value) { return m.extended < value; });
  if (found == missing_.end() || found->extended != extended) return false;
  const bool requested = found->requests > 0;
  recovered_ += requested;
  missing_.erase(found);
  if (missing_.empty()) next_due_ = base::kNever;
  return requested;
}

void NackGenerator::make_room(std::size_t count) {
  if (missing_.size() + count <= kMaxMissing) return;
  std::erase_if(missing_, [this](const Missing& m) { return m.extended < newest_key_frame_; });
  if (missing_.size() + count <= kMaxMissing) return;
  missing_.clear();
  next_due_ = base::kNever;
  gave_up_ = true;
}

// Before or behind all that is missing already.
void NackGenerator::add_hole(std::uint64_t first, std::uint64_t end, base::Instant now) {
  if (first == end) return;
  make_room(end - first);
  if (end - first > kMaxMissing) return;
  const base::Instant due = std::max(now + params_.reorder_delay, held_until_);
  const bool before = !missing_.empty() && first < missing_.front().extended;
  auto place =
      missing_.insert(before ? missing_.begin() : missing_.end(), end - first, Missing{0, now, due, 0});
  for (std::uint64_t extended = first; extended < end; ++extended) (place++)->extended = extended;
  next_due_ = std::min(next_due_, due);
}

void NackGenerator::give_up_old(base::Instant now) {
  std::erase_if(missing_, [&](const Missing& m) {
    const bool exhausted = m.requests >= params_.max_requests && now >= m.due;
    if (!exhausted && now - m.since < params_.give_up_after) return false;
    if (m.extended >= newest_key_frame_) gave_up_ = true;  // what is before a key frame is not needed
    return true;
  });
}

void NackGenerator::find_next_due() {
  next_due_ = base::kNever;
  for (const Missing& m : missing_) next_due_ = std::min({next_due_, m.due, m.since + params_.give_up_after});
}

void NackGenerator::advance(base::Instant now, Ssrc sender, Ssrc media, RtcpBuilder& builder) {
  if (now < next_due_) return;
  give_up_old(now);
  std::array<SequenceNumber, kMaxMissing> lost;
  std::size_t count = 0;
  for (const Missing& m : missing_) {
    if (m.due <= now) lost[count++] = low_bits(m.extended);
  }
  std::size_t written = builder.nack(sender, media, std::span(lost).first(count));
  if (written > 0) ++messages_;
  requested_ += written;
  const base::Duration interval = std::max(rtt_, params_.min_interval);
  for (Missing& m : missing_) {
    if (written == 0) break;
    if (m.due > now) continue;
    m.due = now + interval;
    ++m.requests;
    --written;
  }
  find_next_due();
}

void NackGenerator::hold(base::Instant until) {
  if (until <= held_until_) return;
  held_until_ = until;
  for (Missing& m : missing_) m.due = std::max(m.due, until);
  find_next_due();
}

void NackGenerator::reset() {
  missing_.clear();
  highest_ = 0;
  newest_key_frame_ = 0;
  next_due_ = base::kNever;
}

}  // namespace kaskado::rtp
