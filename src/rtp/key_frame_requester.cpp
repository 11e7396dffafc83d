#include "rtp/key_frame_requester.hpp"

#include <algorithm>

namespace kaskado::rtp {

void KeyFrameRequester::request(base::Instant now) {
  if (method_ == KeyFrameMethod::none) return;
  const base::Instant allowed = sent_ == 0 ? now : std::max(now, last_sent_ + min_interval_);
  due_ = std::min(due_, allowed);
}

void KeyFrameRequester::key_frame_started() {
  due_ = base::kNever;
  interval_ = min_interval_;
  repetition_ = false;
}

void KeyFrameRequester::advance(base::Instant now, Ssrc sender, Ssrc media, RtcpBuilder& builder) {
  if (now < due_) return;
  const auto number = static_cast<std::uint8_t>(command_number_ + (repetition_ ? 0 : 1));
  const bool written = method_ == KeyFrameMethod::pli ? builder.picture_loss(sender, media)
                                                      : builder.full_intra(sender, media, number);
  if (!written) return;
  command_number_ = number;
  repetition_ = true;
  last_sent_ = now;
  ++sent_;
  due_ = now + interval_;
  interval_ = std::min(interval_ * 2, max_interval_);
}

}  // namespace kaskado::rtp
