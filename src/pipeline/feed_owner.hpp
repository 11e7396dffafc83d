// Whose media a feed is, as far as the feed has to know.
#pragma once

#include <memory>

#include "media/bitrate_policy.hpp"
#include "media/stream_time.hpp"
#include "pipeline/api.hpp"

namespace kaskado::pipeline {

class FeedOwner {
 public:
  virtual media::BitrateWishes encoding_wishes() const = 0;
  // One more form of its media is encoded, or one less.
  virtual void set_transcoding(MediaType type, bool transcoding) = 0;
  // That of its sound and its pictures, so that what was captured together stays together.
  virtual std::shared_ptr<media::SourceTime> source_time() = 0;

 protected:
  ~FeedOwner() = default;
};

}  // namespace kaskado::pipeline
