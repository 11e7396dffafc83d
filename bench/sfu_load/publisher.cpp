#include "publisher.hpp"

#include <array>
#include <utility>

#include "rtp/rtp_packet.hpp"

namespace kaskado::bench {

Publisher::Publisher(rtp::Ssrc ssrc, std::uint32_t clock_rate, base::Random& random)
    : ssrc_(ssrc),
      clock_rate_(clock_rate),
      first_sequence_(random.below(1 << 15)),
      first_timestamp_(random.u32()),
      history_(kHistory) {}

void Publisher::start(std::unique_ptr<Content> content, base::Instant first) {
  content_ = std::move(content);
  started_at_ = next_at_ = first;
}

void Publisher::resume(base::Instant now) {
  if (!content_) return;
  content_->skip_to(now - started_at_);
  next_at_ = started_at_ + content_->due();
}

void Publisher::send_due(base::Instant now, PeerTransport& transport, Histogram& lateness) {
  for (int i = 0; i < kMostAtOnce && next_at_ <= now; ++i) {
    lateness.add(now - next_at_);
    send_next(transport);
    next_at_ = started_at_ + content_->due();
  }
}

void Publisher::send_next(PeerTransport& transport) {
  const std::uint64_t number = counters_.published;
  std::array<std::uint8_t, base::kMaxDatagramBytes> slot;
  std::array<std::uint8_t, base::kMaxDatagramBytes> payload;
  const Content::Part part = content_->write(payload);
  rtp::write_fixed_header({.ssrc = ssrc_,
                           .timestamp = {first_timestamp_ + part.ticks},
                           .sequence = rtp::low_bits(first_sequence_ + number),
                           .payload_type = {payload_type_},
                           .marker = part.marker},
                          slot.data());
  const std::size_t sealed = transport.seal_rtp(
      slot, rtp::kFixedHeaderBytes, base::Bytes(payload).first(part.bytes), first_sequence_ + number);
  transport.send(base::Bytes(slot).first(sealed));
  history_[number % kHistory].assign(slot.begin(), slot.begin() + static_cast<std::ptrdiff_t>(sealed));
  payload_bytes_ += part.bytes;
  ++counters_.published;
}

void Publisher::receive_nack(const rtp::Nack& nack, PeerTransport& transport) {
  if (nack.media() != ssrc_ || counters_.published == 0) return;
  for (const rtp::SequenceNumber lost : nack) {
    const std::uint64_t index = rtp::extend(lost, first_sequence_ + counters_.published);
    const std::uint64_t number = index - first_sequence_;
    if (index < first_sequence_ || number >= counters_.published || number + kHistory < counters_.published) {
      ++counters_.nacked_too_late;
      continue;
    }
    transport.send(history_[number % kHistory]);
    ++counters_.retransmitted;
  }
}

void Publisher::receive_key_frame_request() {
  if (content_) content_->wish_key_frame();
  ++counters_.key_frames_asked;
}

std::optional<rtp::SenderInfo> Publisher::sender_info(base::Instant now, base::WallTime wall) const {
  if (counters_.published == 0) return std::nullopt;
  const double elapsed = base::to_seconds(now - started_at_);
  const rtp::Timestamp timestamp{
      first_timestamp_ + static_cast<std::uint32_t>(static_cast<std::uint64_t>(elapsed * clock_rate_))};
  return rtp::SenderInfo{rtp::NtpTime::of(wall), timestamp, static_cast<std::uint32_t>(counters_.published),
                         static_cast<std::uint32_t>(payload_bytes_)};
}

}  // namespace kaskado::bench
