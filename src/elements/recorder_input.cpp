#include "elements/recorder_input.hpp"

#include <algorithm>
#include <utility>

#include "elements/recording_profile.hpp"
#include "pipeline/rtp_feed.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

RecorderInput::RecorderInput(pipeline::Shard& shard, std::vector<codec::CodecId> codecs, OnFrame on_frame)
    : FrameTap(shard), codecs_(std::move(codecs)), on_frame_(std::move(on_frame)) {}

RecorderInput::~RecorderInput() {
  follow(nullptr);
}

void RecorderInput::bind(pipeline::RtpFeed* origin) {
  if (origin == origin_) return;
  origin_ = origin;
  choose();
}

void RecorderInput::start() {
  started_ = true;
  choose();
}

void RecorderInput::stop() {
  started_ = false;
  kept_.reset();
  choose();
}

void RecorderInput::keep_to(codec::CodecId codec) {
  if (!kept_) kept_ = codec;
}

void RecorderInput::choose() {
  follow(started_ && origin_ ? &feed_for(*origin_) : nullptr);
}

pipeline::RtpFeed& RecorderInput::feed_for(pipeline::RtpFeed& origin) const {
  const pipeline::MediaFormat* const current = origin.current();
  if (!origin.makes_frames() && !current) return origin;  // it tells when it has something
  const auto codec = current ? pipeline::codec_of(*current) : std::nullopt;
  const bool fits = codec && (kept_ ? *codec == *kept_ : std::ranges::find(codecs_, *codec) != codecs_.end());
  const bool decodable = origin.makes_frames() || (current && pipeline::can_decode(*current));
  if (fits || !decodable || !tapped_shard().can_compute()) return origin;
  return origin.variant(recording_encoding(kept_.value_or(codecs_.front())));
}

void RecorderInput::take(codec::EncodedFrame frame) {
  latency_.add(tapped_shard().now() - frame.arrived);
  on_frame_(std::move(frame));
}

}  // namespace kaskado::elements
