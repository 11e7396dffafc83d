#include "pipeline/frame_feed.hpp"

namespace kaskado::pipeline {

FrameFeed::FrameFeed(Shard& shard, FeedOwner& owner, MediaType type, RawMedia media)
    : RtpFeed(shard, owner, type), media_(std::move(media)) {}

}  // namespace kaskado::pipeline
