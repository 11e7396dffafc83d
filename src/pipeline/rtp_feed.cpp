#include "pipeline/rtp_feed.hpp"

#include "pipeline/relay_sender.hpp"
#include "pipeline/rtp_sink.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

namespace {

constexpr std::size_t kVideoHistoryPackets = 1024;
constexpr std::size_t kAudioHistoryPackets = 128;
constexpr std::size_t kScarceHistoryPackets = 32;
constexpr std::size_t kMaxRembSubscribers = 16384;

}  // namespace

RtpFeed::RtpFeed(Shard& shard, MediaType type) : shard_(shard), type_(type), rembs_(kMaxRembSubscribers) {}

RtpFeed::~RtpFeed() {
  while (!sinks_.empty()) sinks_.back()->bind(nullptr);
  while (!relays_.empty()) relays_.back()->bind(nullptr);
}

void RtpFeed::attach(RtpSink& sink) {
  const bool attended = is_deserted();
  sinks_.push_back(&sink);
  if (sink.stream()) router_.subscribe({sink.stream(), &sink.line()});
  if (attended) on_attended();
}

void RtpFeed::detach(RtpSink& sink) {
  std::erase(sinks_, &sink);
  if (sink.stream()) router_.unsubscribe(*sink.stream());
  rembs_.forget(sink.id());
  if (is_deserted()) on_deserted();
}

void RtpFeed::attach(RelaySender& relay) {
  const bool attended = is_deserted();
  relays_.push_back(&relay);
  if (attended) on_attended();
}

void RtpFeed::detach(RelaySender& relay) {
  std::erase(relays_, &relay);
  rembs_.forget(relay.id());
  if (is_deserted()) on_deserted();
}

void RtpFeed::receive_remb(std::uint32_t subscriber, std::uint64_t bitrate_bps, base::Instant now) {
  rembs_.receive(subscriber, bitrate_bps, now);
}

void RtpFeed::follow(const rtp::SourceStream* stream) {
  followed_ = stream;
  for (RtpSink* sink : sinks_) sink->source_changed();
  for (RelaySender* relay : relays_) relay->source_changed();
}

void RtpFeed::hand_on(std::span<const rtp::MediaPacket> run, base::Outbox& outbox) {
  router_.forward(run, outbox, shard_.drops());
  for (RelaySender* relay : relays_) relay->forward(run);
}

std::size_t RtpFeed::history_packets() const {
  return type_ == MediaType::video ? kVideoHistoryPackets : kAudioHistoryPackets;
}

// While packets are scarce histories keep few, then none: what is asked for again is worth less than checks
// and media that cannot be received at all.
std::size_t RtpFeed::affordable_history() const {
  const std::size_t most = shard_.packets().max_packets(), used = shard_.packets().in_use();
  if (used < most / 4 * 3) return SIZE_MAX;
  return used < most / 8 * 7 ? kScarceHistoryPackets : 0;
}

}  // namespace kaskado::pipeline
