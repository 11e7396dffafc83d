#include "pipeline/relayed_source.hpp"

#include <algorithm>
#include <utility>

#include "pipeline/relay_sender.hpp"
#include "pipeline/remote_element.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

RelayedSource::RelayedSource(Shard& shard, RemoteElement& element, Pad pad)
    : RtpFeed(shard, element, pad.type), element_(element), pad_(pad), relay_(shard.relays().add(*this)) {}

RelayedSource::RelayedSource(RelayedSource& origin, const Encoding& as)
    : RtpFeed(origin.shard(), origin.element_, origin.type()),
      element_(origin.element_),
      pad_(origin.pad_),
      origin_(&origin),
      as_(as),
      relay_(origin.shard().relays().add(*this)) {}

RelayedSource::RelayedSource(RelayedSource& origin, std::size_t encoding)
    : RtpFeed(origin.shard(), origin.element_, origin.type()),
      element_(origin.element_),
      pad_(origin.pad_),
      origin_(&origin),
      encoding_(encoding),
      relay_(origin.shard().relays().add(*this)) {}

RelayedSource::~RelayedSource() {
  end();
  encodings_.clear();
  while (!variants_.empty()) variants_.pop_back();
  shard().relays().remove(relay_);
}

template <typename Work>
void RelayedSource::ask(Work work) {
  const RelayName name{pad_, shard().index(), relay_};
  const auto on_element = [id = element_.id(), name, work](Shard& there) {
    MediaElement* const element = find_element(there.objects(), id);
    if (element) work(*element, name, there);
  };
  shard().network().post(shard().index(), element_.home(), on_element);
}

void RelayedSource::on_attended() {
  attended_ = true;
  ask([as = as_, encoding = encoding_](MediaElement& element, const RelayName& name, Shard&) {
    element.add_relay(name, as, encoding);
  });
}

void RelayedSource::on_deserted() {
  attended_ = false;
  ask([](MediaElement& element, const RelayName& name, Shard&) { element.remove_relay(name); });
  follow(nullptr);
  stream_.reset();
  run_.clear();
  set_flowing(false);
}

namespace {

// In which media comes from another shard that is wanted in a codec without packets.
Encoding carrier_of(MediaType type) {
  MediaFormat format{.payload_type = {96}, .codec = {}};
  format.codec.name = type == MediaType::video ? "VP8" : "opus";
  format.codec.clock_rate = type == MediaType::video ? 90'000 : 48'000;
  format.codec.channels = type == MediaType::video ? 1 : 2;
  return {.format = format};
}

}  // namespace

RtpFeed& RelayedSource::variant(const Encoding& wanted) {
  if (!codec::has_payload_format(*codec_of(wanted.format))) {
    return makes_frames() ? variant(carrier_of(type())).RtpFeed::variant(wanted) : RtpFeed::variant(wanted);
  }
  RtpFeed* const found = find_variant(wanted);
  if (found) return *found;
  return *variants_.emplace_back(new RelayedSource(*this, wanted));
}

RtpFeed* RelayedSource::find_variant(const Encoding& wanted) {
  const auto found = std::ranges::find_if(variants_, [&](const auto& made) { return same_encoding(*made->as_, wanted); });
  return found == variants_.end() ? nullptr : found->get();
}

std::optional<RtpFeed::Origin> RelayedSource::made_of() const {
  return as_ ? std::optional(Origin{*origin_, *as_}) : std::nullopt;
}

std::vector<rtp::SendPayload> RelayedSource::payloads_for(const std::vector<MediaFormat>& wanted) const {
  return as_ ? match_codecs(formats(), wanted) : RtpFeed::payloads_for(wanted);
}

void RelayedSource::take(RelaySlot& slot) {
  switch (slot.kind) {
    case RelayKind::packet:
      return take_packet(slot);
    case RelayKind::stream:
      return take_stream(slot);
    case RelayKind::clock:
      if (!stream_) return;
      stream_->set_clock(slot.clock);
      return tell_clock_changed();
    case RelayKind::silence:
      if (stream_) stream_->forget_packets();
      return set_flowing(false);
    case RelayKind::frames:
      made_of_frames_ = true;
      return reconsider();
    case RelayKind::layers:
      return take_layers(slot);
  }
}

void RelayedSource::take_layers(RelaySlot& slot) {
  const auto layers = std::exchange(slot.layers, nullptr);
  (encoding_ ? *origin_ : *this).set_layers(*layers);
}

void RelayedSource::set_layers(const std::vector<RelaySlot::Layer>& layers) {
  told_layers_.clear();
  for (const RelaySlot::Layer& told : layers) {
    FeedLayer layer = told.layer;
    layer.feed = this;
    if (told.own_feed) {
      while (encodings_.size() <= layer.encoding) encodings_.emplace_back(new RelayedSource(*this, encodings_.size()));
      layer.feed = encodings_[layer.encoding].get();
    }
    told_layers_.push_back(layer);
  }
  tell_layers(told_layers_);
  for (const auto& encoding : encodings_) encoding->tell_layers(told_layers_);
}

void RelayedSource::take_packet(RelaySlot& slot) {
  // Of a stream whose announcement found no room, or whose followers have gone meanwhile.
  if (!stream_ || slot.media.source != stream_->origin())
    return shard().drops().count(base::DropReason::relay_full);
  base::PacketRef copy = shard().packets().acquire();
  if (!copy) return shard().drops().count(base::DropReason::pool_empty);
  std::copy_n(slot.bytes, slot.length, copy->bytes);
  copy->length = slot.length;
  copy->arrived = slot.arrived;
  rtp::MediaPacket packet = slot.media;
  packet.packet = std::move(copy);
  stream_->accept(packet);
  stream_->trim_history(affordable_history());
  if (packet.starts_key_frame) key_frame_asked_.reset();
  const bool turned = take_payload(packet.header.payload_type);
  if (followed() != &*stream_) {
    // Whoever follows gets this packet: where a key frame starts with it, no other is needed.
    key_frame_at_hand_ = packet.starts_key_frame;
    follow(&*stream_);
    key_frame_at_hand_ = false;
  } else if (turned) {
    end_run(shard().outbox());
    key_frame_at_hand_ = packet.starts_key_frame;
    reconsider();
    key_frame_at_hand_ = false;
  }
  if (!attended_) return;  // they all follow it in another codec
  set_flowing(true);
  run_.push_back(std::move(packet));
}

// Sinks follow from its first packet on, which may start a key frame.
void RelayedSource::take_stream(RelaySlot& slot) {
  end_run(shard().outbox());
  const auto formats = std::exchange(slot.formats, nullptr);
  made_of_frames_ = false;
  follow(nullptr);
  stream_.reset();
  key_frame_asked_.reset();
  if (!slot.source.is_set()) return;
  set_formats(*formats);
  stream_.emplace(slot.source, rtp::SourceId{shard().next_stream_id(), 0}, slot.clock_rate,
                  history_packets());
  stream_->set_clock(slot.clock);
}

void RelayedSource::end_run(base::Outbox& outbox) {
  if (run_.empty()) return;
  note_latency(shard().now() - run_.back().packet->arrived);
  hand_on(run_, outbox);
  run_.clear();
}

void RelayedSource::set_flowing(bool flowing) {
  if (std::exchange(flowing_, flowing) != flowing) element_.note_flow(pad_, flowing);
}

void RelayedSource::request_key_frame(base::Instant now) {
  if (!stream_ || key_frame_at_hand_) return;
  if (key_frame_asked_ && now < *key_frame_asked_ + kLeastKeyFrameWait) return;
  key_frame_asked_ = now;
  ask([](MediaElement& element, const RelayName& name, Shard& there) {
    const RelaySender* relay = element.relay(name);
    if (relay && relay->feed()) relay->feed()->request_key_frame(there.now());
  });
}

void RelayedSource::receive_remb(std::uint32_t subscriber, std::uint64_t bitrate_bps, base::Instant now) {
  RtpFeed::receive_remb(subscriber, bitrate_bps, now);
  if (now < next_remb_) return;
  next_remb_ = now + kRembInterval;
  ask([smallest = relayed_remb_bps(now)](MediaElement& element, const RelayName& name, Shard& there) {
    if (RelaySender* const relay = element.relay(name)) relay->receive_remb(smallest, there.now());
  });
}

}  // namespace kaskado::pipeline
