#include "pipeline/relay_sender.hpp"

#include <algorithm>

#include "pipeline/rtp_feed.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

RelaySender::RelaySender(Shard& shard, std::size_t to, std::uint32_t relay, const std::optional<Encoding>& as,
                         std::optional<std::size_t> encoding)
    : shard_(shard),
      to_(to),
      relay_(relay),
      id_(shard.next_stream_id()),
      as_(as ? std::vector{as->format} : std::vector<MediaFormat>{}),
      caps_(as ? MediaCaps{.most_frames_per_second = as->most_frames_per_second, .bitrate_bps = as->bitrate_bps} : MediaCaps{}),
      encoding_(encoding),
      class_(as ? as->bitrate_class : 0),
      ring_(shard.network().ring(shard.index(), to)),
      layers_told_(encoding.has_value()) {}

RelaySender::~RelaySender() {
  bind(nullptr);
}

void RelaySender::bind(RtpFeed* origin) {
  if (origin == origin_) return;
  origin_ = origin;
  source_changed();
  if (origin_ && as_.empty()) layers_changed(origin_->layers());
}

bool RelaySender::choose() {
  RtpFeed* const next = !origin_    ? nullptr
                        : encoding_ ? origin_->encoding(*encoding_)
                                    : &origin_->suited_to(as_, caps_, class_.value());
  if (next == feed_) return false;
  if (feed_) {
    feed_->detach(*this);
    feed_->forget_remb(id_);
  }
  feed_ = next;
  if (feed_) feed_->attach(*this);
  return true;
}

void RelaySender::receive_remb(std::uint64_t bitrate_bps, base::Instant now) {
  if (!feed_) return;
  if (class_.receive(bitrate_bps, feed_->shared_rates(id_, now), now)) source_changed();
  feed_->receive_remb(id_, bitrate_bps, now);
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
  const bool turned = choose();
  if (announce()) wake();
  if (turned && feed_ && feed_->makes_frames()) tell(RelayKind::frames);
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
  // Before its first packet a stream is not announced, and takes its clock along when it is.
  const rtp::SourceStream* stream = feed_->followed();
  RelaySlot* told = stream ? slot(RelayKind::clock) : nullptr;
  if (!told) return;
  told->clock = stream->clock();
  ring_.slots.push();
  wake();
}

// Of the whole feed, whichever part of it goes this way: who follows there chooses among all of them.
void RelaySender::layers_changed(std::span<const FeedLayer> layers) {
  if (!as_.empty() || (layers.empty() && !layers_told_)) return;
  RelaySlot* const told = slot(RelayKind::layers);
  if (!told) return;
  auto copy = std::make_shared<std::vector<RelaySlot::Layer>>();
  for (const FeedLayer& layer : layers) {
    copy->push_back({layer, layer.feed != origin_});
    copy->back().layer.feed = nullptr;
  }
  told->layers = std::move(copy);
  layers_told_ = !layers.empty();
  ring_.slots.push();
  wake();
}

void RelaySender::tell(RelayKind kind) {
  if (!slot(kind)) return;
  ring_.slots.push();
  wake();
}

void RelaySender::wake() {
  if (!ring_.signalled.exchange(true)) shard_.network().wake(to_);
}

}  // namespace kaskado::pipeline
