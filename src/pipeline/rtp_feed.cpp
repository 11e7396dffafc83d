#include "pipeline/rtp_feed.hpp"

#include <algorithm>
#include <utility>

#include "media/bitrate_policy.hpp"
#include "pipeline/feed_owner.hpp"
#include "pipeline/feed_tap.hpp"
#include "pipeline/frame_input.hpp"
#include "pipeline/rtp_sink.hpp"
#include "pipeline/shard.hpp"
#include "pipeline/transcoding.hpp"

namespace kaskado::pipeline {

namespace {

constexpr std::size_t kVideoHistoryPackets = 1024;
constexpr std::size_t kAudioHistoryPackets = 128;
constexpr std::size_t kScarceHistoryPackets = 32;
constexpr std::size_t kMaxRembSubscribers = 16384;

const MediaFormat* find_payload(const std::vector<MediaFormat>& formats, rtp::PayloadType type) {
  const auto found = std::ranges::find(formats, type, &MediaFormat::payload_type);
  return found == formats.end() ? nullptr : &*found;
}

}  // namespace

RtpFeed::RtpFeed(Shard& shard, FeedOwner& owner, MediaType type)
    : shard_(shard), owner_(owner), type_(type), rembs_(kMaxRembSubscribers) {}

RtpFeed::~RtpFeed() = default;

// Each takes back what it holds by asking the feed, which is whole until then.
void RtpFeed::end() {
  while (!inputs_.empty()) inputs_.back()->bind(nullptr);
  if (transcoding_) transcoding_->end();
  transcoding_.reset();
  while (!sinks_.empty()) sinks_.back()->bind(nullptr);
  while (!taps_.empty()) taps_.back()->feed_gone();
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
  forget_remb(sink.id());
  if (is_deserted()) on_deserted();
}

void RtpFeed::attach(FeedTap& tap) {
  const bool attended = is_deserted();
  taps_.push_back(&tap);
  if (attended) on_attended();
}

void RtpFeed::detach(FeedTap& tap) {
  std::erase(taps_, &tap);
  if (is_deserted()) on_deserted();
}

void RtpFeed::attach(FrameInput& input) { inputs_.push_back(&input); }

void RtpFeed::detach(FrameInput& input) { std::erase(inputs_, &input); }

void RtpFeed::receive_remb(std::uint32_t subscriber, std::uint64_t bitrate_bps, base::Instant now) {
  rembs_.receive(subscriber, bitrate_bps, now);
}

const MediaFormat* RtpFeed::current() const { return find_payload(formats_, current_); }

void RtpFeed::set_formats(std::vector<MediaFormat> formats) {
  formats_ = std::move(formats);
  current_ = kNoPayload;
}

// Of a payload type that is no codec's (DTMF, comfort noise) nothing is to be decided.
bool RtpFeed::change_payload(rtp::PayloadType type) {
  const MediaFormat* format = find_payload(formats_, type);
  if (!format || !codec_of(*format)) return false;
  current_ = type;
  return true;
}

void RtpFeed::follow(const rtp::SourceStream* stream) {
  followed_ = stream;
  tell_subscribers();
}

// Each may choose another feed, and leave this one.
void RtpFeed::tell_subscribers() {
  for (RtpSink* sink : std::vector(sinks_)) sink->source_changed();
  for (FeedTap* tap : std::vector(taps_)) tap->source_changed();
  if (transcoding_) transcoding_->source_changed();
}

std::vector<rtp::SendPayload> RtpFeed::payloads_for(const std::vector<MediaFormat>& wanted) const {
  return match_payloads(formats_, wanted);
}

bool RtpFeed::can_send_as(const std::vector<MediaFormat>& wanted) const {
  const auto payloads = payloads_for(wanted);
  if (!current()) return !payloads.empty() || (formats_.empty() && !makes_frames());
  return std::ranges::find(payloads, current_, &rtp::SendPayload::source) != payloads.end();
}

RtpFeed& RtpFeed::suited_to(const std::vector<MediaFormat>& wanted, const MediaCaps& caps, int bitrate_class) {
  if (wanted.empty() || !shard_.can_compute() || (can_send_as(wanted) && !caps.asks_for_encoding())) return *this;
  const auto target = std::ranges::find_if(wanted, can_encode);
  const bool decodable = makes_frames() || std::ranges::any_of(formats_, can_decode);
  if (target == wanted.end() || !decodable) return *this;
  return variant({*target, caps.most_frames_per_second, caps.bitrate_bps, bitrate_class});
}

RtpFeed& RtpFeed::variant(const Encoding& wanted) { return transcoding().variant(wanted); }

RtpFeed* RtpFeed::find_variant(const Encoding& wanted) { return transcoding_ ? transcoding_->find(wanted) : nullptr; }

SharedRates RtpFeed::shared_rates(std::uint32_t subscriber, base::Instant now) {
  const auto origin = made_of();
  if (!origin) return {};
  SharedRates rates{.here_bps = most_taken_bps(subscriber, now)};
  if (origin->as.bitrate_class == 0) return rates;
  Encoding above = origin->as;
  --above.bitrate_class;
  if (const RtpFeed* const faster = origin->feed.find_variant(above)) rates.above_bps = faster->most_taken_bps(subscriber, now);
  return rates;
}

std::uint64_t RtpFeed::most_taken_bps(std::uint32_t except, base::Instant now) const {
  const auto most = static_cast<std::uint64_t>(media::target_bitrate_bps(owner_.encoding_wishes(), std::nullopt, {}));
  return std::min(most, rembs_.greatest_bps(except, now));
}

RawMedia RtpFeed::hold_frames() { return transcoding().hold_frames(); }

void RtpFeed::release_frames() { transcoding().release_frames(); }

void RtpFeed::encoding_changed() {
  if (transcoding_) transcoding_->encoding_changed();
}

Transcoding& RtpFeed::transcoding() {
  if (!transcoding_) transcoding_ = std::make_unique<Transcoding>(*this);
  return *transcoding_;
}

void RtpFeed::hand_on(std::span<const rtp::MediaPacket> run, base::Outbox& outbox) {
  router_.forward(run, shard_.now(), outbox, shard_.drops());
  if (std::ranges::any_of(run, &rtp::MediaPacket::starts_key_frame)) {
    for (RtpSink* sink : sinks_) sink->key_frame_passed(*this);
  }
  for (FeedTap* tap : taps_) tap->forward(run);
}

void RtpFeed::hand_on(const codec::EncodedFrame& frame) {
  for (FeedTap* tap : taps_) tap->forward_frame(frame);
}

void RtpFeed::tell_clock_changed() {
  for (FeedTap* tap : taps_) tap->clock_changed();
}

void RtpFeed::tell_layers(std::span<const FeedLayer> layers) {
  for (RtpSink* sink : std::vector(sinks_)) sink->layers_changed();
  for (FeedTap* tap : std::vector(taps_)) tap->layers_changed(layers);
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
