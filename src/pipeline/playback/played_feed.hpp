// What comes out of a file or a camera, as feeds: packets where the frames are in a codec that peers know,
// and raw frames where not.
#pragma once

#include <cstddef>
#include <memory>

#include "codec/encoded_frame.hpp"
#include "media/audio_decode_stage.hpp"
#include "media/video_decode_stage.hpp"
#include "pipeline/packetized_feed.hpp"

namespace kaskado::pipeline {

// Frames go out as they are, while somebody follows. Nobody can be asked for a key frame: who comes late
// waits for the next.
class PlayedPackets final : public PacketizedFeed {
 public:
  PlayedPackets(Shard& shard, FeedOwner& owner, MediaType type, const MediaFormat& format)
      : PacketizedFeed(shard, owner, type, format) {}
  ~PlayedPackets() override { end(); }

  void take(const codec::EncodedFrame& frame) {
    if (attended_) packetize(frame);
  }
  void request_key_frame(base::Instant) override {}

 private:
  void on_attended() override { attended_ = true; }
  void on_deserted() override { attended_ = false; }

  bool attended_ = false;
};

// Frames are decoded while somebody holds them.
class PlayedFrames final : public RtpFeed {
 public:
  struct Decoders {
    media::VideoDecodeSettings::MakeDecoder video;
    media::AudioDecodeSettings::MakeDecoder audio;
  };

  PlayedFrames(Shard& shard, FeedOwner& owner, MediaType type, Decoders decoders)
      : RtpFeed(shard, owner, type), decoders_(std::move(decoders)) {}
  ~PlayedFrames() override { end(); }

  void take(const codec::EncodedFrame& frame);
  // No more comes for now: what is held back for reordering is shown.
  void drain();

  bool makes_frames() const override { return true; }
  RawMedia hold_frames() override;
  void release_frames() override;
  void request_key_frame(base::Instant) override {}

 private:
  const Decoders decoders_;
  std::shared_ptr<media::VideoDecodeStage> video_;  // this or the other, while held
  std::shared_ptr<media::AudioDecodeStage> audio_;
  std::size_t holders_ = 0;
};

}  // namespace kaskado::pipeline
