// A feed's way to one other shard, where any number of sinks follow it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "pipeline/feed_tap.hpp"
#include "pipeline/relay_slot.hpp"

namespace kaskado::pipeline {

class RtpFeed;
class Shard;

// Owned by the element whose media it relays, on the shard where that comes in.
class RelaySender final : public FeedTap {
 public:
  // `relay` names the RelayedSource on the shard `to`.
  RelaySender(Shard& shard, std::size_t to, std::uint32_t relay);
  ~RelaySender();
  RelaySender(const RelaySender&) = delete;

  std::size_t to() const { return to_; }
  std::uint32_t relay() const { return relay_; }
  // Unique within this shard.
  std::uint32_t id() const { return id_; }
  // From now on relays `feed`, or nothing.
  void bind(RtpFeed* feed);
  RtpFeed* feed() const { return feed_; }

  // What finds the ring full is dropped, and counted.
  void source_changed() override;
  void forward(std::span<const rtp::MediaPacket> run) override;
  void clock_changed() override;
  void fell_silent() override;
  void feed_gone() override { bind(nullptr); }

 private:
  RelaySlot* slot(RelayKind kind);
  bool announce();
  void tell(RelayKind kind);
  void wake();

  Shard& shard_;
  const std::size_t to_;
  const std::uint32_t relay_;
  const std::uint32_t id_;
  RelayRing& ring_;
  RtpFeed* feed_ = nullptr;
  rtp::SourceId announced_;
};

}  // namespace kaskado::pipeline
