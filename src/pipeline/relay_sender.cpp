#include "pipeline/relay_sender.hpp"

#include <algorithm>

#include "pipeline/rtp_feed.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

RelaySender::RelaySender(Shard& shard, std::size_t to, std::uint32_t relay)
    : shard_(shard),
      to_(to),
      relay_(relay),
      id_(shard.next_stream_id()),
      ring_(shard.network().ring(shard.index(), to)) {}

RelaySender::~RelaySender() {
  bind(nullptr);
}

void RelaySender::bind(RtpFeed* feed) {
  if (feed == feed_) return;
  if (feed_) {
    feed_->detach(*this);
    feed_->forget_remb(id_);
  }
  feed_ = feed;
  if (feed_) feed_->attach(*this);
  if (feed_ && feed_->makes_frames()) return tell(RelayKind::frames);
  source_changed();
}

RelaySlot* RelaySender::slot(RelayKind kind) {
  RelaySlot* slot = ring_.slots.back();
  if (!slot) {
    shard_.drops().count(base::DropReason::relay_full);
    return nullptr;
  }
  slot->relay = relay_;
  slot->kind = kind;
  return slot;
}

void RelaySender::source_changed() {
  if (announce()) wake();
}

// False where there is nothing new to tell, or no room for it: then the next packet tries again.
bool RelaySender::announce() {
  const rtp::SourceStream* stream = feed_ ? feed_->followed() : nullptr;
  const rtp::SourceId source = stream ? stream->source() : rtp::SourceId{};
  if (source == announced_) return false;
  RelaySlot* told = slot(RelayKind::stream);
  if (!told) return false;
  announced_ = told->source = source;
  if (stream) {
    told->clock_rate = stream->clock_rate();
    told->clock = stream->clock();
    told->formats = std::make_shared<const std::vector<MediaFormat>>(feed_->formats());
  }
  ring_.slots.push();
  return true;
}

void RelaySender::forward(std::span<const rtp::MediaPacket> run) {
  // What came of the stream before still goes before the news.
  if (run.front().source != announced_) announce();
  for (const rtp::MediaPacket& packet : run) {
    RelaySlot* copy = slot(RelayKind::packet);
    if (!copy) continue;
    copy->media = packet;
    copy->media.packet.reset();
    const base::Bytes bytes = std::as_const(*packet.packet).span();
    std::ranges::copy(bytes, copy->bytes);
    copy->length = packet.packet->length;
    copy->arrived = packet.packet->arrived;
    ring_.slots.push();
  }
  wake();
}

void RelaySender::clock_changed() {
  RelaySlot* told = slot(RelayKind::clock);
  if (!told) return;
  told->clock = feed_->followed()->clock();
  ring_.slots.push();
  wake();
}

void RelaySender::fell_silent() { tell(RelayKind::silence); }

void RelaySender::tell(RelayKind kind) {
  if (!slot(kind)) return;
  ring_.slots.push();
  wake();
}

void RelaySender::wake() {
  if (!ring_.signalled.exchange(true)) shard_.network().wake(to_);
}

}  // namespace kaskado::pipeline
