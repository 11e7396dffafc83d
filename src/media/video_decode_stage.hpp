// From coded pictures to raw ones.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/strand.hpp"
#include "codec/encoded_frame.hpp"
#include "codec/video_codec.hpp"
#include "media/encoded_video_queue.hpp"
#include "media/frame_publisher.hpp"
#include "media/stage_meter.hpp"

namespace kaskado::media {

struct VideoDecodeSettings {
  using MakeDecoder = std::function<base::Result<std::unique_ptr<codec::VideoDecoder>>(
      codec::CodecId, std::shared_ptr<codec::PicturePool>)>;

  std::shared_ptr<base::Strand> strand;
  Clock clock;
  // Something that later frames need was dropped or could not be decoded: nothing is shown until a key frame
  // comes. Once for each time; on the strand or on the thread that calls take(). May outlive what it was made
  // for.
  std::function<void()> wish_key_frame;
  std::shared_ptr<codec::PicturePool> pictures;  // null: one of its own
  EncodedVideoQueue::Bounds bounds;
  MakeDecoder make_decoder = &codec::VideoDecoder::create;
};

// Decodes on its strand, whatever codec each frame has, and hands pictures to the sinks there. Lives until
// the last job for it has run.
class VideoDecodeStage final : public VideoSource, public std::enable_shared_from_this<VideoDecodeStage> {
  struct Key {};

 public:
  static std::shared_ptr<VideoDecodeStage> create(VideoDecodeSettings settings) {
    return std::make_shared<VideoDecodeStage>(Key{}, std::move(settings));
  }
  VideoDecodeStage(Key, VideoDecodeSettings settings);

  // Any thread; does not wait. When too much waits, all of it goes up to the next key frame.
  void take(codec::EncodedFrame frame);
  // The same: shows what is held back for reordering, behind what waits. What comes next begins with a key frame.
  void drain();

  void add(std::shared_ptr<VideoSink> sink) override { publisher_.add(std::move(sink)); }
  void remove(const VideoSink* sink) override { publisher_.remove(sink); }
  StageStatistics statistics() const { return meter_.read(); }
  base::Duration input_latency() const { return meter_.input_latency(); }

 private:
  struct Times {
    base::Instant time{};
    base::Instant arrived{};
  };

  // All on the strand.
  void decode_next();
  bool prepare(const codec::EncodedFrame& frame);
  void fail();
  void publish();

  VideoDecodeSettings settings_;
  FramePublisher<VideoFrame> publisher_;
  StageMeter meter_;
  EncodedVideoQueue queue_;

  // The strand's.
  std::unique_ptr<codec::VideoDecoder> decoder_;
  std::optional<codec::CodecId> codec_;  // that a decoder was made for, or could not be made for
  bool needs_key_frame_ = true;
  bool wished_ = false;
  std::int64_t next_tag_ = 0;
  std::array<Times, 64> times_;  // by tag
  std::vector<codec::VideoDecoder::Decoded> decoded_;
};

}  // namespace kaskado::media
