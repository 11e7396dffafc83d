// A feed's way to one other shard, where any number of sinks follow it, as it is or in one other codec.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "pipeline/bitrate_class.hpp"
#include "pipeline/encoding.hpp"
#include "pipeline/feed_tap.hpp"
#include "pipeline/relay_slot.hpp"

namespace kaskado::pipeline {

class RtpFeed;
class Shard;

// Owned by the element whose media it relays, on the shard where that comes in.
class RelaySender final : public FeedTap {
 public:
  // `relay` names the RelayedSource on the shard `to`, whose sinks take it encoded `as`, or one of its encodings, where that is
  // given.
  RelaySender(Shard& shard, std::size_t to, std::uint32_t relay, const std::optional<Encoding>& as = {},
              std::optional<std::size_t> encoding = {});
  ~RelaySender();
  RelaySender(const RelaySender&) = delete;

  std::size_t to() const { return to_; }
  std::uint32_t relay() const { return relay_; }
  // Unique within this shard.
  std::uint32_t id() const { return id_; }
  // From now on relays what `origin` has, or nothing.
  void bind(RtpFeed* origin);
  // What it relays: the origin, or the same media in another codec.
  RtpFeed* feed() const { return feed_; }
  // The least that those who follow there take.
  void receive_remb(std::uint64_t bitrate_bps, base::Instant now);
  // Media does not flow any more.
  void tell_silence() { tell(RelayKind::silence); }

  // What finds the ring full is dropped, and counted.
  void source_changed() override;
  void forward(std::span<const rtp::MediaPacket> run) override;
  void clock_changed() override;
  void layers_changed(std::span<const FeedLayer> layers) override;
  void feed_gone() override { bind(nullptr); }

 private:
  // Takes up the feed that suits the format; false where it has that already.
  bool choose();
  RelaySlot* slot(RelayKind kind);
  bool announce();
  void tell(RelayKind kind);
  void wake();

  Shard& shard_;
  const std::size_t to_;
  const std::uint32_t relay_;
  const std::uint32_t id_;
  const std::vector<MediaFormat> as_;  // none, or one
  const MediaCaps caps_;
  const std::optional<std::size_t> encoding_;
  BitrateClass class_;
  RelayRing& ring_;
  RtpFeed* origin_ = nullptr;
  RtpFeed* feed_ = nullptr;
  rtp::SourceId announced_;
  bool layers_told_ = false;
};

}  // namespace kaskado::pipeline
