// A feed whose packets are cut here, of coded frames that come one by one.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "codec/packetizer.hpp"
#include "pipeline/rtp_feed.hpp"
#include "rtp/relayed_stream.hpp"

namespace kaskado::pipeline {

// Each of its streams has a history of its own. `format` is one that the room `codec` knows.
class PacketizedFeed : public RtpFeed {
 public:
  bool gives_frames() const override { return true; }

 protected:
  PacketizedFeed(Shard& shard, FeedOwner& owner, MediaType type, const MediaFormat& format);

  codec::CodecId codec() const { return codec_; }
  // Cuts the frame and hands its packets to all who follow, and the frame itself to taps.
  void packetize(const codec::EncodedFrame& frame);
  // The stream ends: who comes later begins with another one.
  void end_stream();
  // Whoever begins to follow gets the key frame that it needs.
  bool key_frame_at_hand() const { return key_frame_at_hand_; }
  // Now and then, as the stream goes on.
  virtual void on_clock_renewed() {}

 private:
  // False where the frame is done, or no packet is to be had.
  bool write_packet(const codec::EncodedFrame& frame, rtp::MediaPacket& media, bool first);
  void renew_clock(const codec::EncodedFrame& frame);

  const codec::CodecId codec_;
  std::unique_ptr<codec::Packetizer> packetizer_;
  std::optional<rtp::LocalStream> stream_;
  std::vector<rtp::MediaPacket> run_;
  std::uint64_t next_sequence_ = 1;
  bool key_frame_at_hand_ = false;
  base::Instant clock_renewed_{};
};

}  // namespace kaskado::pipeline
