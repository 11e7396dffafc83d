// From raw pictures to coded ones.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "base/strand.hpp"
#include "codec/encoded_frame.hpp"
#include "codec/video_codec.hpp"
#include "media/egress_time.hpp"
#include "media/frame_queue.hpp"
#include "media/scaler.hpp"
#include "media/stage.hpp"
#include "media/stage_meter.hpp"

namespace kaskado::media {

struct VideoEncodeSettings {
  using Output = std::function<void(codec::EncodedFrame)>;
  using MakeEncoder =
      std::function<base::Result<std::unique_ptr<codec::VideoEncoder>>(const codec::VideoEncoderSettings&)>;

  std::shared_ptr<base::Strand> strand;
  Clock clock;
  codec::CodecId codec = codec::CodecId::vp8;
  codec::PictureSize size;            // not set: as pictures come, but for an odd last row or column
  double most_frames_per_second = 0;  // 0: as they come
  int bitrate_bps = 300'000;
  int threads = 1;
  // On the strand. May outlive what it was made for.
  Output output;
  std::size_t most_waiting = 2;
  MakeEncoder make_encoder = &codec::VideoEncoder::create;
};

// Encodes on its strand. A change of the pictures' size makes a new encoder, which begins with a key frame.
// Lives until the last job for it has run.
class VideoEncodeStage final : public VideoSink, public std::enable_shared_from_this<VideoEncodeStage> {
  struct Key {};

 public:
  // Between key frames that were wished for. A wish that comes sooner is served then.
  static constexpr base::Duration kBetweenKeyFrames = std::chrono::milliseconds{300};

  static std::shared_ptr<VideoEncodeStage> create(VideoEncodeSettings settings) {
    return std::make_shared<VideoEncodeStage>(Key{}, std::move(settings));
  }
  VideoEncodeStage(Key, VideoEncodeSettings settings);

  void take(const VideoFrame& frame) override;

  // Any thread; from the next picture on.
  void wish_key_frame() { key_frame_wished_ = true; }
  void set_bitrate(int bitrate_bps) { bitrate_bps_ = bitrate_bps; }
  void set_size(codec::PictureSize size);
  void set_most_frames_per_second(double most);

  StageStatistics statistics() const { return meter_.read(); }
  base::Duration input_latency() const { return meter_.input_latency(); }
  // Of what was encoded last; not set before.
  codec::PictureSize encoded_size() const;

 private:
  struct Shape {
    codec::PictureSize size;
    double most_frames_per_second = 0;
  };

  // All on the strand.
  void encode_next();
  bool is_too_soon(base::Instant time, double most_frames_per_second);
  codec::PictureSize size_for(const codec::Picture& picture, codec::PictureSize wanted) const;
  bool prepare(codec::PictureSize size, double most_frames_per_second);
  void encode(const VideoFrame& frame, const codec::Picture& picture, base::Duration interval);

  const VideoEncodeSettings settings_;
  StageMeter meter_;
  FrameQueue<VideoFrame> queue_;
  std::atomic<bool> key_frame_wished_ = false;
  std::atomic<int> bitrate_bps_;
  mutable std::mutex mutex_;
  Shape shape_;                      // under mutex_
  codec::PictureSize encoded_size_;  // under mutex_

  // The strand's.
  std::shared_ptr<codec::PicturePool> pictures_ = std::make_shared<codec::PicturePool>();
  std::unique_ptr<codec::VideoEncoder> encoder_;
  codec::PictureSize encoder_size_;  // that an encoder was made for, or could not be made for
  int encoder_bitrate_bps_ = 0;
  EgressTime time_{90'000};
  std::optional<base::Instant> first_;       // picture's time
  std::optional<base::Instant> not_before_;  // the next, for the limit on frames
  std::optional<base::Instant> last_key_frame_;
};

}  // namespace kaskado::media
