#include "media_receiver.hpp"

#include "rtp/key_frame.hpp"
#include "rtp/rtcp_reader.hpp"

namespace kaskado::sim {

namespace {

// Extended numbers start one cycle up: a packet older than the first one has a number too.
constexpr std::uint64_t kFirstCycle = 0x10000;

}  // namespace

MediaReceiver::MediaReceiver(rtp::MediaKind kind, rtp::Ssrc remote, rtp::Ssrc own)
    : kind_(kind),
      remote_(remote),
      own_(own),
      key_frames_(kind == rtp::MediaKind::video ? rtp::KeyFrameMethod::pli : rtp::KeyFrameMethod::none) {}

std::uint64_t MediaReceiver::extend(rtp::SequenceNumber sequence) const {
  return newest_ == 0 ? kFirstCycle + sequence.value : rtp::extend(sequence, newest_);
}

void MediaReceiver::overhear(rtp::SequenceNumber sequence, std::optional<PacketId> id, Instant now,
                             const Fate& fate) {
  const std::uint64_t extended = extend(sequence);
  newest_ = std::max(newest_, extended);
  ledger_.packets[extended].push_back({now, fate});
  if (id) ledger_.ids.try_emplace(extended, *id);
}

void MediaReceiver::receive(const rtp::RtpHeader& header, base::Bytes payload, Instant now) {
  const std::uint64_t extended = extend(header.sequence);
  newest_ = std::max(newest_, extended);
  const auto id = read_payload(payload);
  if (!id) {
    ++corrupt_;
    return;
  }
  const bool video = kind_ == rtp::MediaKind::video;
  const bool key_frame = video && rtp::starts_key_frame(rtp::VideoCodec::vp8, payload);
  const bool first = arrived_.empty();
  const auto [entry, fresh] = arrived_.try_emplace(
      extended,
      ArrivedPacket{*id, now, header.timestamp, header.payload_type.value, header.marker, key_frame});
  duplicates_ += !fresh;
  nacks_.receive(extended, key_frame, now);
  if (key_frame) {
    key_frames_.key_frame_started();
  } else if (first) {
    key_frames_.request(now);
  }
}

void MediaReceiver::receive_sender_report(const rtp::SenderInfo& info, Instant now) {
  ++sender_reports_;
  last_report_ = info.ntp;
  last_report_at_ = now;
}

void MediaReceiver::advance(Instant now, rtp::RtcpBuilder& builder) {
  nacks_.advance(now, own_, remote_, builder);
  if (nacks_.take_gave_up()) key_frames_.request(now);
  key_frames_.advance(now, own_, remote_, builder);
}

void MediaReceiver::note_sent(base::Bytes compound, Instant now, const Fate& fate) {
  rtp::RtcpReader reader(compound);
  while (const auto message = reader.next()) {
    const auto* nack = std::get_if<rtp::Nack>(&*message);
    if (!nack || nack->media() != remote_) continue;
    nacks_delivered_ += fate.has_value();
    for (const rtp::SequenceNumber lost : *nack) ledger_.requests[extend(lost)].push_back({now, fate});
  }
}

rtp::ReportBlock MediaReceiver::report(Instant now) const {
  rtp::ReportBlock block;
  block.ssrc = remote_;
  if (arrived_.empty()) return block;
  const std::uint64_t highest = arrived_.rbegin()->first;
  block.cumulative_lost = static_cast<std::int32_t>(highest - arrived_.begin()->first + 1 - arrived_.size());
  block.extended_highest_sequence = static_cast<std::uint32_t>(highest - kFirstCycle);
  if (sender_reports_) {
    block.last_sender_report = last_report_.compact();
    block.delay_since_last_sender_report = rtp::to_compact_ntp(now - last_report_at_);
  }
  return block;
}

}  // namespace kaskado::sim
