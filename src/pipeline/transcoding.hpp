// What becomes of a feed beside its own packets: raw frames, and the same media in other codecs. One decoder,
// however many want frames; one encoder an encoding, however many want it.
#pragma once

#include <memory>
#include <vector>

#include "pipeline/encoding.hpp"
#include "pipeline/raw_media.hpp"
#include "pipeline/timed.hpp"

namespace kaskado::pipeline {

class EncodedFeed;
class FeedDecoder;
class RtpFeed;

// Owned by the feed, from the first who needs it on.
class Transcoding final : private Timed {
 public:
  // A decoder goes on for so long without anybody who wants frames: who comes meanwhile needs no key frame.
  static constexpr base::Duration kLinger = std::chrono::seconds{2};

  explicit Transcoding(RtpFeed& feed);
  ~Transcoding() override;
  Transcoding(const Transcoding&) = delete;

  // Encoders let go of the frames, and those who follow them of the feed; once, before it goes.
  void end();

  RtpFeed& variant(const Encoding& wanted);
  // If it has been made.
  RtpFeed* find(const Encoding& wanted) const;
  RawMedia hold_frames();
  void release_frames();
  // Told by the feed.
  void source_changed();
  void encoding_changed();

 private:
  base::Instant deadline() const override { return forsaken_until_; }
  void advance(base::Instant now) override;

  RtpFeed& feed_;
  std::unique_ptr<FeedDecoder> decoder_;
  std::size_t holders_ = 0;
  base::Instant forsaken_until_ = base::kNever;
  std::vector<std::unique_ptr<EncodedFeed>> variants_;
};

}  // namespace kaskado::pipeline
