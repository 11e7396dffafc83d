// A feed's media in another codec: encoded from its raw frames while somebody follows, and cut into packets
// here.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "media/audio_encode_stage.hpp"
#include "media/video_encode_stage.hpp"
#include "pipeline/packetized_feed.hpp"

namespace kaskado::pipeline {

// Owned by the feed that it is a variant of. Frames come from the compute pool by the shard's mailbox.
class EncodedFeed final : public PacketizedFeed {
 public:
  // `wanted` can be encoded.
  EncodedFeed(RtpFeed& origin, const Encoding& wanted);
  ~EncodedFeed() override;

  // Whether it is what somebody who takes `wanted` wants.
  bool is_in(const Encoding& wanted) const { return same_encoding(encoding_, wanted); }
  std::vector<rtp::SendPayload> payloads_for(const std::vector<MediaFormat>& wanted) const override;
  void encoding_changed() override;
  void request_key_frame(base::Instant now) override;
  void receive_remb(std::uint32_t subscriber, std::uint64_t bitrate_bps, base::Instant now) override;
  void forget_remb(std::uint32_t subscriber) override;

 private:
  void on_attended() override;
  void on_deserted() override;
  std::optional<Origin> made_of() const override { return Origin{origin_, encoding_}; }
  void start_video(std::shared_ptr<base::Strand> strand);
  void start_audio(std::shared_ptr<base::Strand> strand);
  // Brings frames from the strand to take().
  std::function<void(codec::EncodedFrame)> output() const;
  void take(const codec::EncodedFrame& frame);
  void on_clock_renewed() override;
  int wanted_bitrate_bps(base::Instant now);

  RtpFeed& origin_;
  const Encoding encoding_;
  // While encoding: by which what comes back from the compute pool finds its way, if the feed is still there.
  std::shared_ptr<EncodedFeed*> address_;
  std::shared_ptr<std::atomic<bool>> frame_lost_;  // on the way from there, since the last that came
  std::shared_ptr<media::VideoEncodeStage> video_;
  std::shared_ptr<media::AudioEncodeStage> audio_;
  RawMedia media_;
};

}  // namespace kaskado::pipeline
