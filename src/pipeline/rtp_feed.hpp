// Media of one type on its way to sinks: its packets, the formats that they may have, and the stream that
// they are of. It comes in on this shard (RtpSource) or on another one (RelayedSource).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/api.hpp"
#include "pipeline/media_format.hpp"
#include "pipeline/router.hpp"
#include "rtp/remb.hpp"
#include "rtp/source_stream.hpp"

namespace kaskado::pipeline {

class RelaySender;
class RtpSink;
class Shard;

// Sinks and relays bind themselves to it and are unbound when it goes.
class RtpFeed {
 public:
  RtpFeed(Shard& shard, MediaType type);
  RtpFeed(const RtpFeed&) = delete;

  MediaType type() const { return type_; }
  const std::vector<MediaFormat>& formats() const { return formats_; }
  // The stream that subscribers get, or nullptr before the first packet.
  const rtp::SourceStream* followed() const { return followed_; }

  void attach(RtpSink& sink);
  void detach(RtpSink& sink);
  void attach(RelaySender& relay);
  void detach(RelaySender& relay);
  // Throttled; nothing where the sender takes no such requests.
  virtual void request_key_frame(base::Instant now) = 0;
  // A subscriber's wish; ids are unique within the shard.
  virtual void receive_remb(std::uint32_t subscriber, std::uint64_t bitrate_bps, base::Instant now);
  // The least that the subscribers ask for; 0 where none says anything.
  std::uint64_t relayed_remb_bps(base::Instant now) { return rembs_.smallest_bps(now); }

 protected:
  virtual ~RtpFeed();

  Shard& shard() const { return shard_; }
  // The first subscriber has come, or the last has gone.
  virtual void on_attended() {}
  virtual void on_deserted() {}

  void set_formats(std::vector<MediaFormat> formats) { formats_ = std::move(formats); }
  // Tells the subscribers, also where it is the same and its formats are others.
  void follow(const rtp::SourceStream* stream);
  void hand_on(std::span<const rtp::MediaPacket> run, base::Outbox& outbox);
  const std::vector<RelaySender*>& relays() const { return relays_; }
  // How many packets a stream's history holds at most, and how many of them the shard can afford just now.
  std::size_t history_packets() const;
  std::size_t affordable_history() const;

 private:
  bool is_deserted() const { return sinks_.empty() && relays_.empty(); }

  Shard& shard_;
  const MediaType type_;
  std::vector<MediaFormat> formats_;
  const rtp::SourceStream* followed_ = nullptr;
  Router router_;
  std::vector<RtpSink*> sinks_;
  std::vector<RelaySender*> relays_;
  rtp::RembRelay rembs_;
};

}  // namespace kaskado::pipeline
