// A feed's media in another codec: encoded from its raw frames while somebody follows, and cut into packets here.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "codec/packetizer.hpp"
#include "media/audio_encode_stage.hpp"
#include "media/video_encode_stage.hpp"
#include "pipeline/rtp_feed.hpp"
#include "rtp/relayed_stream.hpp"

namespace kaskado::pipeline {

// Owned by the feed that it is a variant of. Frames come from the compute pool by the shard's mailbox.
class EncodedFeed final : public RtpFeed {
 public:
  // `wanted` can be encoded.
  EncodedFeed(RtpFeed& origin, const MediaFormat& wanted);
  ~EncodedFeed() override;

  // Whether it is what somebody who takes `wanted` wants.
  bool is_in(const MediaFormat& wanted) const { return same_codec(formats().front(), wanted); }
  std::vector<rtp::SendPayload> payloads_for(const std::vector<MediaFormat>& wanted) const override;
  void encoding_changed() override;
  void request_key_frame(base::Instant now) override;
  void receive_remb(std::uint32_t subscriber, std::uint64_t bitrate_bps, base::Instant now) override;
  void forget_remb(std::uint32_t subscriber) override;

 private:
  // By which what comes back from the compute pool finds its way, if the feed is still there.
  struct Address {
    EncodedFeed* feed;
  };

  void on_attended() override;
  void on_deserted() override;
  void start_video();
  void start_audio();
  void take(const codec::EncodedFrame& frame);
  base::PacketRef write_packet(const codec::EncodedFrame& frame, rtp::MediaPacket& media, bool first);
  void renew_clock(const codec::EncodedFrame& frame);
  void set_bitrate(base::Instant now);

  RtpFeed& origin_;
  const codec::CodecId codec_;
  std::shared_ptr<Address> address_;  // while encoding
  std::shared_ptr<media::VideoEncodeStage> video_;
  std::shared_ptr<media::AudioEncodeStage> audio_;
  RawMedia media_;
  std::unique_ptr<codec::Packetizer> packetizer_;
  std::optional<rtp::LocalStream> stream_;
  std::vector<rtp::MediaPacket> run_;
  std::uint64_t next_sequence_;
  base::Instant clock_renewed_{};
};

}  // namespace kaskado::pipeline
