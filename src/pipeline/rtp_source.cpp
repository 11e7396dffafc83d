#include "pipeline/rtp_source.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "pipeline/media_element.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

namespace {

rtp::MediaKind kind_of(MediaType type) { return type == MediaType::audio ? rtp::MediaKind::audio : rtp::MediaKind::video; }

}  // namespace

RtpSource::RtpSource(Shard& shard, MediaElement& element, MediaType type)
    : RtpFeed(shard, element, type), element_(element), pad_(type) {}

void RtpSource::configure(RtpSourceConfig config) {
  // Streams know their formats from their start; where those change, what comes next is a new stream.
  const bool same = config.formats == formats();
  const bool same_encodings = same && config.encodings == config_.encodings;
  set_formats(std::exchange(config.formats, {}));
  config_ = std::move(config);
  if (!same_encodings) set_encodings(0);
  while (!same && !streams_.empty()) end_stream(streams_.back()->ssrc());
  if (!same_encodings) set_encodings(config_.encodings);
  if (formats().empty()) end_flow();
  follow(active_);
}

const MediaFormat* RtpSource::format(rtp::PayloadType type) const {
  const auto found = std::ranges::find(formats(), type, &MediaFormat::payload_type);
  return found == formats().end() ? nullptr : &*found;
}

base::DropReason RtpSource::receive(rtp::MediaPacket&& packet, base::Instant now, std::size_t encoding) {
  if (!format(packet.header.payload_type)) return base::DropReason::unknown_payload_type;
  // Among encodings a stream without a name is none of them.
  const bool stray = encoding >= encodings_.size() && std::ranges::any_of(encodings_, [](const auto& e) { return e->stream() != nullptr; });
  if (stray) return base::DropReason::unknown_ssrc;
  rtp::ReceiveStream* stream = stream_of(packet.header.ssrc);
  if (!stream) stream = &add_stream(packet);
  // What is missing was lost here, for want of time: to send it again would cost more of that.
  if (now < shard().overloaded_until()) stream->hold_nacks(shard().overloaded_until());
  const rtp::Verdict verdict = stream->accept(packet, now);
  if (verdict.drop != base::DropReason::none) return verdict.drop;
  stream->trim_history(affordable_history());
  if (encoding < encodings_.size()) {
    take_encoding(*stream, std::move(packet), encoding, verdict.restarted, now);
    return base::DropReason::none;
  }
  if (verdict.restarted || takes_over(*stream, now)) {
    // What came of the former one goes out before nobody follows it any more.
    end_run(shard().outbox());
    take_payload(packet.header.payload_type);
    // Whoever follows gets this packet: where a key frame starts with it, no other is needed.
    key_frame_at_hand_ = packet.starts_key_frame;
    activate(stream);
    key_frame_at_hand_ = false;
  }
  note_flow(now);
  if (stream == active_) hold(std::move(packet), now);
  return base::DropReason::none;
}

// A packet of the active stream.
void RtpSource::hold(rtp::MediaPacket&& packet, base::Instant now) {
  if (take_payload(packet.header.payload_type)) turn_codec(packet);
  last_active_packet_ = now;
  if (next_layers_ == base::kNever && packet.layer.described) next_layers_ = now + LayerMeter::kStep;
  run_.push_back(std::move(packet));
}

// In the middle of a stream.
void RtpSource::turn_codec(const rtp::MediaPacket& first) {
  end_run(shard().outbox());
  key_frame_at_hand_ = first.starts_key_frame;
  reconsider();
  key_frame_at_hand_ = false;
}

// A new stream does at once, one that was there before only once the active one has fallen silent: late packets of a
// stream that was left must not win it back.
bool RtpSource::takes_over(const rtp::ReceiveStream& stream, base::Instant now) const {
  if (&stream == active_) return false;
  return !active_ || stream.is_new() || now >= last_active_packet_ + kTakeOver;
}

void RtpSource::end_run(base::Outbox& outbox) {
  for (const auto& encoding : encodings_) encoding->end_run(outbox);
  if (run_.empty()) return;
  note_latency(shard().now() - run_.back().packet->arrived);
  hand_on(run_, outbox);
  run_.clear();
}

rtp::ReceiveStream* RtpSource::stream_of(rtp::Ssrc ssrc) const {
  if (active_ && active_->ssrc() == ssrc) return active_;
  const auto found = std::ranges::find_if(streams_, [&](const auto& stream) { return stream->ssrc() == ssrc; });
  return found == streams_.end() ? nullptr : found->get();
}

rtp::ReceiveStream& RtpSource::add_stream(const rtp::MediaPacket& packet) {
  if (streams_.size() == kMaxStreams) end_stream(streams_.front()->ssrc());
  std::vector<rtp::ReceivePayload> payloads;
  for (const MediaFormat& format : formats()) payloads.push_back({format.payload_type, video_codec_of(format.codec)});
  streams_.push_back(std::make_unique<rtp::ReceiveStream>(rtp::ReceiveStreamConfig{
      .ssrc = packet.header.ssrc,
      .feedback_sender = config_.feedback_sender,
      .stream_id = shard().next_stream_id(),
      .kind = kind_of(type()),
      .clock_rate = format(packet.header.payload_type)->codec.clock_rate,
      .payloads = payloads,
      .nack = config_.nack,
      .key_frames = config_.key_frames,
      .history_packets = history_packets()}));
  if (rtt_ != base::Duration{}) streams_.back()->set_rtt(rtt_);
  return *streams_.back();
}

void RtpSource::activate(rtp::ReceiveStream* stream) {
  active_ = stream;
  if (stream) {
    const auto at = std::ranges::find_if(streams_, [&](const auto& s) { return s.get() == stream; });
    std::rotate(at, at + 1, streams_.end());
  }
  follow(stream);
}

void RtpSource::end_stream(rtp::Ssrc ssrc) {
  const auto found = std::ranges::find_if(streams_, [&](const auto& stream) { return stream->ssrc() == ssrc; });
  if (found == streams_.end()) return;
  const auto gone = std::move(*found);
  streams_.erase(found);
  for (const auto& encoding : encodings_) {
    if (encoding->stream() == gone.get()) encoding->set_stream(nullptr);
  }
  if (best_ == gone.get()) best_ = nullptr;
  if (metered_ == gone.get()) metered_ = nullptr;
  // What has come of it is let go first: subscribers take no packet of a stream that is not there any more.
  std::erase_if(run_, [&](const rtp::MediaPacket& packet) { return packet.header.ssrc == ssrc; });
  if (active_ == gone.get()) activate(nullptr);
}

void RtpSource::receive_sender_report(rtp::Ssrc sender, const rtp::SenderInfo& info, base::Instant now) {
  rtp::ReceiveStream* stream = stream_of(sender);
  if (!stream) return;
  stream->receive_sender_report(info, now);
  for (const auto& encoding : encodings_) encoding->sender_report_came(*stream);
  if (stream != active_) return;
  tell_clock_changed();
}

void RtpSource::note_flow(base::Instant now) {
  last_packet_ = now;
  if (!std::exchange(flowing_, true)) element_.set_flowing_out(pad_, true);
}

void RtpSource::end_flow() {
  if (!std::exchange(flowing_, false)) return;
  element_.set_flowing_out(pad_, false);
}

void RtpSource::advance(base::Instant now, rtp::RtcpBuilder& builder) {
  for (const auto& stream : streams_) stream->advance(now, builder);
  if (now >= last_packet_ + kSilence) end_flow();
  if (now >= next_layers_) advance_layers(now);
}

base::Instant RtpSource::deadline() const {
  base::Instant next = flowing_ ? std::min(last_packet_ + kSilence, next_layers_) : base::kNever;
  for (const auto& stream : streams_) next = std::min(next, stream->deadline());
  return next;
}

void RtpSource::request_key_frame(base::Instant now) {
  if (active_ && !key_frame_at_hand_) active_->request_key_frame(now);
}

void RtpSource::set_rtt(base::Duration rtt) {
  rtt_ = rtt;
  for (const auto& stream : streams_) stream->set_rtt(rtt);
}

void RtpSource::append_reports(std::vector<rtp::ReportBlock>& blocks, base::Instant now) {
  for (const auto& stream : streams_) blocks.push_back(stream->report_block(now));
}

}  // namespace kaskado::pipeline
