// The part of RtpSource that has several qualities of its media: encodings of their own, and layers of one.
#include <algorithm>

#include "pipeline/rtp_source.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

namespace {

// What has not sent for so many steps is not sent any more. Senders leave out the higher encodings first: where nothing lower
// flows either, the picture may just stand still.
constexpr unsigned kSilentSteps = 4;
constexpr unsigned kStillSteps = 16;
// Another encoding has to have so much more to be taken for the better one.
constexpr double kBetterRate = 1.2;

}  // namespace

// Who follows an encoding that goes chooses anew first, and comes to the source itself.
void RtpSource::set_encodings(std::size_t count) {
  told_layers_.clear();
  best_ = nullptr;
  next_layers_ = base::kNever;
  tell_layers({});
  for (const auto& encoding : encodings_) encoding->let_go();
  encodings_.clear();
  if (count < 2) return;
  for (std::size_t i = 0; i < count; ++i) encodings_.push_back(std::make_unique<SimulcastLayer>(*this, formats()));
}

rtp::ReceiveStream* RtpSource::stream_of_encoding(std::size_t encoding) const {
  if (encoding < encodings_.size()) return encodings_[encoding]->stream();
  return streams_.size() == 1 || encodings_.empty() ? active_ : nullptr;
}

void RtpSource::take_encoding(rtp::ReceiveStream& stream, rtp::MediaPacket&& packet, std::size_t encoding, bool restarted,
                              base::Instant now) {
  note_flow(now);
  if (next_layers_ == base::kNever) next_layers_ = now + LayerMeter::kStep;
  SimulcastLayer& layer = *encodings_[encoding];
  if (layer.stream() != &stream) layer.set_stream(&stream);
  const bool becomes_best = &stream == best_ && &stream != active_ && packet.starts_key_frame;
  if (!active_ || becomes_best || (restarted && &stream == active_)) {
    end_run(shard().outbox());
    take_payload(packet.header.payload_type);
    key_frame_at_hand_ = packet.starts_key_frame;
    activate(&stream);
    key_frame_at_hand_ = false;
  }
  layer.take(packet, restarted);
  if (&stream == active_) hold(std::move(packet), now);
}

// Several times a second, while media flows.
void RtpSource::advance_layers(base::Instant now) {
  next_layers_ = flowing_ ? now + LayerMeter::kStep : base::kNever;
  told_layers_.clear();
  for (std::size_t i = 0; i < encodings_.size(); ++i) {
    SimulcastLayer& layer = *encodings_[i];
    if (!layer.stream()) continue;
    layer.meter().advance(*layer.stream());
    if (flows(layer) && layer.followed())
      layer.meter().append_layers(layer, static_cast<std::uint8_t>(i), told_layers_);
  }
  if (encodings_.empty() && active_) {
    if (std::exchange(metered_, active_) != active_) meter_ = {};
    meter_.advance(*active_);
    meter_.append_layers(*this, 0, told_layers_);
    // One that has one layer only.
    if (told_layers_.size() == 1) told_layers_.clear();
  }
  std::ranges::stable_sort(told_layers_, {}, &FeedLayer::bitrate_bps);
  choose_best();
  tell_layers(told_layers_);
  for (const auto& encoding : encodings_) encoding->tell_layers(told_layers_);
}

bool RtpSource::flows(const SimulcastLayer& layer) const {
  const LayerMeter& meter = layer.meter();
  return meter.silent_steps() < kSilentSteps ||
         (meter.silent_steps() < kStillSteps && std::ranges::none_of(encodings_, [&](const auto& other) {
            return other->meter().silent_steps() < kSilentSteps && other->meter().bitrate_bps() < meter.bitrate_bps();
          }));
}

// For those who follow the source itself.
void RtpSource::choose_best() {
  if (encodings_.empty() || told_layers_.empty()) return;
  const auto best = static_cast<SimulcastLayer*>(told_layers_.back().feed);
  const auto active = std::ranges::find_if(encodings_, [&](const auto& e) { return e->stream() == active_; });
  const bool active_flows = active != encodings_.end() && flows(**active);
  const double active_bps = active_flows ? static_cast<double>((*active)->meter().bitrate_bps()) : 0;
  const bool better = static_cast<double>(best->meter().bitrate_bps()) > kBetterRate * active_bps;
  best_ = best->stream() != active_ && better ? best->stream() : nullptr;
  if (best_ && is_followed()) best->request_key_frame(shard().now());
}

}  // namespace kaskado::pipeline
