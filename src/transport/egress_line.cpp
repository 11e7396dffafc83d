#include "transport/egress_line.hpp"

#include <array>

namespace kaskado::transport {

void EgressLine::control_from(std::uint16_t first) {
  if (!control_) control_ = std::make_unique<EgressControl>(first);
}

bool EgressLine::send_controlled(base::Outbox& outbox, base::MutableBytes slot, const rtp::Stamped& stamped,
                                 rtp::SentStream stream, base::Bytes payload, base::Instant now) {
  const bool waits = stream == rtp::SentStream::video || stream == rtp::SentStream::further;
  if (control_->pacer.is_pacing() && waits) [[unlikely]]
    return send_paced(outbox, slot, stamped, stream, payload, now);
  return number_and_send(outbox, slot, stamped, stream, payload, now);
}

// Sound goes out at once, and so does what is late already or sent again, but all of it counts.
bool EgressLine::send_paced(base::Outbox& outbox, base::MutableBytes slot, const rtp::Stamped& stamped,
                            rtp::SentStream stream, base::Bytes payload, base::Instant now) {
  EgressControl& control = *control_;
  const bool is_first = stream == rtp::SentStream::video;
  const bool late = is_first && stamped.packet_index < control.next_video_index;
  if (is_first && !late) control.next_video_index = stamped.packet_index + 1;
  if (late || (control.held.empty() && control.pacer.may_send(now)))
    return number_and_send(outbox, slot, stamped, stream, payload, now);
  const rtp::HeldPacket packet{stamped.packet_index, stamped.header_bytes, stamped.sequence_at, {}, stream};
  if (stamped.header_bytes + payload.size() > base::kMaxDatagramBytes) return false;
  const bool first = control.held.empty();
  if (!control.held.push(packet, slot.first(stamped.header_bytes), payload)) {
    // More than is to be held: all of it goes, in its order, and this one behind.
    std::array<std::uint8_t, base::Outbox::kSlotBytes> aside;
    const std::size_t header_bytes = stamped.header_bytes;
    std::memcpy(aside.data(), slot.data(), header_bytes);
    std::memcpy(aside.data() + header_bytes, payload.data(), payload.size());
    while (!control.held.empty()) release_one(outbox, now);
    slot = outbox.slot();
    std::memcpy(slot.data(), aside.data(), header_bytes);
    const base::Bytes kept = base::Bytes(aside).subspan(header_bytes, payload.size());
    return number_and_send(outbox, slot, stamped, stream, kept, now);
  }
  control.pacer.set_held(control.held.bytes());
  if (first && waker_) waker_->push_back(waker_peer_);
  return true;
}

bool EgressLine::number_and_send(base::Outbox& outbox, base::MutableBytes slot, const rtp::Stamped& stamped,
                                 rtp::SentStream stream, base::Bytes payload, base::Instant now) {
  EgressControl& control = *control_;
  base::store_u16(slot.data() + stamped.sequence_at, rtp::low_bits(control.sent.next()).value);
  if (!send_rtp(outbox, slot, stamped.header_bytes, payload, stamped.packet_index)) return false;
  const std::size_t length = stamped.header_bytes + payload.size();
  control.sent.add(stream, stamped.packet_index, length, now);
  if (control.pacer.is_pacing()) control.pacer.sent(length);
  return true;
}

bool EgressLine::send_again(base::Outbox& outbox, base::MutableBytes slot, const rtp::Stamped& stamped,
                            rtp::SentStream stream, base::Bytes payload, base::Instant now) {
  if (!control_ || stamped.sequence_at == 0)
    return send_rtp(outbox, slot, stamped.header_bytes, payload, stamped.packet_index);
  if (stream == rtp::SentStream::further) return false;
  const auto number = control_->sent.find(stream, stamped.packet_index);
  if (!number) {
    if (control_->sent.may_have_sent(stream, stamped.packet_index) ||
        control_->held.holds(stream, stamped.packet_index))
      return false;
    return number_and_send(outbox, slot, stamped, stream, payload, now);
  }
  base::store_u16(slot.data() + stamped.sequence_at, number->value);
  if (!send_rtp(outbox, slot, stamped.header_bytes, payload, stamped.packet_index)) return false;
  control_->sent.sent_again(*number, now);
  if (control_->pacer.is_pacing()) control_->pacer.sent(stamped.header_bytes + payload.size());
  return true;
}

void EgressLine::release_one(base::Outbox& outbox, base::Instant now) {
  EgressControl& control = *control_;
  const rtp::HeldPacket packet = control.held.front();
  const base::MutableBytes slot = outbox.slot();
  std::memcpy(slot.data(), packet.bytes.data(), packet.header_bytes);
  const rtp::Stamped stamped{
      .packet_index = packet.index, .header_bytes = packet.header_bytes, .sequence_at = packet.sequence_at};
  number_and_send(outbox, slot, stamped, packet.stream, packet.bytes.subspan(packet.header_bytes), now);
  control.held.drop();
  control.pacer.set_held(control.held.bytes());
}

void EgressLine::release(base::Outbox& outbox, base::Instant now) {
  if (!control_) return;
  if (!open_) return control_->held.clear();
  const bool any = !control_->held.empty();
  while (!control_->held.empty() && control_->pacer.may_send(now)) release_one(outbox, now);
  if (any && control_->held.empty()) control_->held.clear();
}

void EgressLine::set_pace(double bps, base::Outbox& outbox, base::Instant now) {
  if (!control_) return;
  control_->pacer.set_rate(bps, now);
  if (bps > 0) return release(outbox, now);
  while (!control_->held.empty()) release_one(outbox, now);
  control_->held.clear();
}

base::Instant EgressLine::next_release() const {
  if (!control_ || control_->held.empty()) return base::kNever;
  return control_->pacer.next();
}

}  // namespace kaskado::transport
