// Media of one type on its way to sinks: its packets, the formats that they may have, and the stream that
// they are of. It comes in on this shard (RtpSource), on another one (RelayedSource), or is made here
// (EncodedFeed, FrameFeed).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/mean_duration.hpp"
#include "codec/encoded_frame.hpp"
#include "pipeline/api.hpp"
#include "pipeline/bitrate_class.hpp"
#include "pipeline/encoding.hpp"
#include "pipeline/feed_layer.hpp"
#include "pipeline/media_format.hpp"
#include "pipeline/raw_media.hpp"
#include "pipeline/router.hpp"
#include "rtp/remb.hpp"
#include "rtp/source_stream.hpp"

namespace kaskado::pipeline {

class FeedOwner;
class FeedTap;
class FrameInput;
class RtpSink;
class Shard;
class Transcoding;

// Sinks, inputs and taps bind themselves to it and are unbound when it goes: by end(), which the destructors of derived
// classes begin with.
class RtpFeed {
 public:
  RtpFeed(Shard& shard, FeedOwner& owner, MediaType type);
  RtpFeed(const RtpFeed&) = delete;

  MediaType type() const { return type_; }
  Shard& shard() const { return shard_; }
  FeedOwner& owner() const { return owner_; }
  const std::vector<MediaFormat>& formats() const { return formats_; }
  // The stream that subscribers get, or nullptr before the first packet.
  const rtp::SourceStream* followed() const { return followed_; }
  // What its packets are of now; nullptr before the first of a codec.
  const MediaFormat* current() const;

  // Which of the feed's payload types go out as which of a sink's.
  virtual std::vector<rtp::SendPayload> payloads_for(const std::vector<MediaFormat>& wanted) const;
  // The feed that a sink of these formats (best first) is to follow: this one if it can send what comes, else one with the
  // same media encoded anew; this one also where nothing helps.
  RtpFeed& suited_to(const std::vector<MediaFormat>& wanted, const MediaCaps& caps, int bitrate_class);
  // The same media encoded so; kept for all who ask for it.
  virtual RtpFeed& variant(const Encoding& wanted);
  // If it has been made.
  virtual RtpFeed* find_variant(const Encoding& wanted);

  // The qualities in which the same media comes at once, by their rates, ascending; none where there is one only. Viewers
  // choose among them; whoever makes something else of the media follows the feed itself, which has the best of them.
  virtual std::span<const FeedLayer> layers() const { return {}; }
  // The feed of an encoding of its own, or nullptr.
  virtual RtpFeed* encoding(std::size_t) { return nullptr; }

  // Whether it is made of raw frames, so that it has no packets but those of its variants.
  virtual bool makes_frames() const { return false; }
  // Whether taps get its coded frames, beside what packets there are of them.
  virtual bool gives_frames() const { return false; }
  // Raw frames, from hold_frames() to as many release_frames(): decoded meanwhile, once for all.
  virtual RawMedia hold_frames();
  virtual void release_frames();
  // For the feed that it is a variant of: subscribers choose anew.
  void reconsider() { tell_subscribers(); }
  // How the owner wants its media to be encoded has changed.
  virtual void encoding_changed();

  void attach(RtpSink& sink);
  void detach(RtpSink& sink);
  void attach(FeedTap& tap);
  void detach(FeedTap& tap);
  void attach(FrameInput& input);
  void detach(FrameInput& input);
  // Throttled; nothing where the sender takes no such requests.
  virtual void request_key_frame(base::Instant now) = 0;
  // A subscriber's wish; ids are unique within the shard.
  virtual void receive_remb(std::uint32_t subscriber, std::uint64_t bitrate_bps, base::Instant now);
  virtual void forget_remb(std::uint32_t subscriber) { rembs_.forget(subscriber); }
  // What others than the subscriber take, where they share an encoder.
  SharedRates shared_rates(std::uint32_t subscriber, base::Instant now);
  // To the sender of its media and back; 0 where it is not known.
  virtual base::Duration rtt() const { return {}; }
  // From the arrival of its media at the server to its leaving, a mean of the last of it.
  std::optional<base::Duration> latency() const { return latency_.value(); }
  // The least that the subscribers ask for; 0 where none says anything.
  std::uint64_t relayed_remb_bps(base::Instant now) { return rembs_.smallest_bps(now); }

 protected:
  virtual ~RtpFeed();
  // Lets go of all who follow, and of what it is made into, which uses what a derived class has.
  void end();

  // The first subscriber has come, or the last has gone.
  virtual void on_attended() {}
  virtual void on_deserted() {}
  // The feed that it is a variant of, and as what.
  struct Origin {
    RtpFeed& feed;
    const Encoding& as;
  };
  virtual std::optional<Origin> made_of() const { return {}; }
  void set_formats(std::vector<MediaFormat> formats);
  // What comes next is of this payload type. True where that is another codec than before, of which subscribers have to
  // be told, by reconsider() or follow().
  bool take_payload(rtp::PayloadType type) { return type != current_ && change_payload(type); }
  // Tells the subscribers, also where it is the same and its formats are others.
  void follow(const rtp::SourceStream* stream);
  void note_latency(base::Duration latency) { latency_.add(latency); }
  void hand_on(std::span<const rtp::MediaPacket> run, base::Outbox& outbox);
  // To taps, for whom it gives_frames().
  void hand_on(const codec::EncodedFrame& frame);
  void tell_clock_changed();
  // The rates of the layers, or the layers, are others: who follows this feed may choose another of them.
  void tell_layers(std::span<const FeedLayer> layers);
  bool is_followed() const { return !is_deserted(); }
  Transcoding& transcoding();
  // How many packets a stream's history holds at most, and how many of them the shard can afford just now.
  std::size_t history_packets() const;
  std::size_t affordable_history() const;

 private:
  static constexpr rtp::PayloadType kNoPayload{0xff};

  // The most that subscribers other than `except` take, and the owner wishes to give.
  std::uint64_t most_taken_bps(std::uint32_t except, base::Instant now) const;
  bool is_deserted() const { return sinks_.empty() && taps_.empty(); }
  bool change_payload(rtp::PayloadType type);
  bool can_send_as(const std::vector<MediaFormat>& wanted) const;
  void tell_subscribers();

  Shard& shard_;
  FeedOwner& owner_;
  const MediaType type_;
  std::vector<MediaFormat> formats_;
  rtp::PayloadType current_ = kNoPayload;
  const rtp::SourceStream* followed_ = nullptr;
  Router router_;
  std::vector<RtpSink*> sinks_;
  std::vector<FeedTap*> taps_;
  std::vector<FrameInput*> inputs_;
  rtp::RembRelay rembs_;
  base::MeanDuration latency_;
  std::unique_ptr<Transcoding> transcoding_;
};

}  // namespace kaskado::pipeline
