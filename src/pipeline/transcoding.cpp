#include "pipeline/transcoding.hpp"

#include <algorithm>

#include "pipeline/encoded_feed.hpp"
#include "pipeline/feed_decoder.hpp"
#include "pipeline/rtp_feed.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

Transcoding::Transcoding(RtpFeed& feed) : Timed(feed.shard().timed()), feed_(feed) {}

Transcoding::~Transcoding() = default;

void Transcoding::end() {
  while (!variants_.empty()) variants_.pop_back();
  if (holders_ == 0) decoder_.reset();
}

RtpFeed& Transcoding::variant(const Encoding& wanted) {
  RtpFeed* const found = find(wanted);
  if (found) return *found;
  return *variants_.emplace_back(std::make_unique<EncodedFeed>(feed_, wanted));
}

RtpFeed* Transcoding::find(const Encoding& wanted) const {
  const auto found = std::ranges::find_if(variants_, [&](const auto& made) { return made->is_in(wanted); });
  return found == variants_.end() ? nullptr : found->get();
}

RawMedia Transcoding::hold_frames() {
  ++holders_;
  forsaken_until_ = base::kNever;
  reschedule();
  if (!decoder_) decoder_ = std::make_unique<FeedDecoder>(feed_);
  return decoder_->frames();
}

void Transcoding::release_frames() {
  if (--holders_ != 0) return;
  forsaken_until_ = feed_.shard().now() + kLinger;
  reschedule();
}

void Transcoding::advance(base::Instant now) {
  if (now < forsaken_until_) return;
  forsaken_until_ = base::kNever;
  decoder_.reset();
}

void Transcoding::source_changed() {
  // More of them may come of it.
  for (std::size_t i = 0; i < variants_.size(); ++i) variants_[i]->reconsider();
}

void Transcoding::encoding_changed() {
  for (const auto& variant : variants_) variant->encoding_changed();
}

}  // namespace kaskado::pipeline
