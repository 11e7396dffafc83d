#include "rtp/transport_cc.hpp"

#include <algorithm>
#include <array>

namespace kaskado::rtp {

void TransportCcReceiver::start(std::uint64_t extended) {
  arrivals_.assign(kWindow, kNotReceived);
  unreported_ = highest_ = extended;
}

// Empties the places of the numbers between the old and the new highest one.
void TransportCcReceiver::move_to(std::uint64_t extended) {
  const std::uint64_t steps = std::min<std::uint64_t>(extended - highest_, kWindow);
  for (std::uint64_t i = 0; i < steps; ++i) arrival(extended - i) = kNotReceived;
  highest_ = extended;
  if (highest_ - unreported_ >= kWindow) unreported_ = highest_ - kWindow + 1;
}

void TransportCcReceiver::receive(SequenceNumber sequence, Ssrc media, base::Instant arrived) {
  if (arrivals_.empty()) start(0x10000u + sequence.value);
  const std::uint64_t extended = extend(sequence, highest_);
  if (extended > highest_) move_to(extended);
  if (highest_ - extended > kMaxReorder || arrival(extended) != kNotReceived) return;
  unreported_ = std::min(unreported_, extended);
  arrival(extended) = arrived;
  media_ = media;
  if (!waiting_) due_ = arrived + kInterval;
  waiting_ = true;
  if (highest_ - unreported_ >= kManyPackets) due_ = arrived;
}

// False where nothing more can be said now.
bool TransportCcReceiver::write_one(RtcpBuilder& builder) {
  const std::size_t room = feedback_statuses_that_fit(builder.remaining());
  if (room < kLeastRoom) return false;
  // A hole as long as that would make a message of losses only, which has no reference time: go past it. The
  // highest one was received, so that each message says something and the last one comes.
  while (unreported_ + room <= highest_ && arrival(unreported_) == kNotReceived) ++unreported_;
  std::array<base::Instant, kMaxFeedbackStatuses> batch;
  const std::size_t count = std::min<std::uint64_t>(room, highest_ + 1 - unreported_);
  for (std::size_t i = 0; i < count; ++i) batch[i] = arrival(unreported_ + i);
  const std::size_t written = write_transport_feedback(builder, sender_, media_, low_bits(unreported_),
                                                       std::span(batch).first(count), feedback_count_);
  if (written == 0) return false;
  ++feedback_count_;
  unreported_ += written;
  return unreported_ <= highest_;
}

void TransportCcReceiver::advance(base::Instant now, RtcpBuilder& builder) {
  if (!waiting_ || now < due_) return;
  while (write_one(builder)) {
  }
  if (unreported_ <= highest_) return;  // the slot is full: the next one goes on
  waiting_ = false;
}

base::Instant TransportCcReceiver::deadline() const {
  return waiting_ ? due_ : base::kNever;
}

}  // namespace kaskado::rtp
