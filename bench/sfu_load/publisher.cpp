#include "publisher.hpp"

#include <array>
#include <cmath>

#include "clocks.hpp"
#include "payload.hpp"
#include "rtp/rtp_packet.hpp"

namespace kaskado::bench {

namespace {

constexpr double kVideoClock = 90'000;
constexpr double kAudioClock = 48'000;

base::Duration seconds(double count) {
  return base::Duration{static_cast<std::int64_t>(count * 1e9)};
}

}  // namespace

Publisher::Publisher(std::uint32_t id, rtp::Ssrc ssrc, bool audio, base::Random& random)
    : id_(id),
      ssrc_(ssrc),
      audio_(audio),
      first_sequence_(random.below(1 << 15)),
      first_timestamp_(random.u32()),
      history_(kHistory) {}

void Publisher::start(const SendPlan& plan, base::Instant first) {
  plan_ = plan;
  if (audio_) plan_.frames_per_second = plan_.packets_per_second;
  started_at_ = next_at_ = first;
}

std::uint64_t Publisher::frame_of(std::uint64_t number) const {
  const double frames_a_packet = plan_.frames_per_second / plan_.packets_per_second;
  // What stands just below a whole number because of rounding belongs to it.
  return static_cast<std::uint64_t>(std::floor(static_cast<double>(number) * frames_a_packet + 1e-9));
}

base::Instant Publisher::due_at(std::uint64_t number) const {
  return started_at_ + (plan_.burst ? seconds(static_cast<double>(frame_of(number)) / plan_.frames_per_second)
                                    : seconds(static_cast<double>(number) / plan_.packets_per_second));
}

rtp::Timestamp Publisher::timestamp_of(std::uint64_t number) const {
  const double clock = audio_ ? kAudioClock : kVideoClock;
  const double ticks = static_cast<double>(frame_of(number)) * clock / plan_.frames_per_second;
  return {first_timestamp_ + static_cast<std::uint32_t>(static_cast<std::uint64_t>(ticks))};
}

void Publisher::send_due(base::Instant now, PeerTransport& transport, Histogram& lateness) {
  for (int i = 0; i < kMostAtOnce && next_at_ <= now; ++i) {
    lateness.add(now - next_at_);
    send_next(transport);
    next_at_ = due_at(counters_.published);
  }
}

void Publisher::send_next(PeerTransport& transport) {
  const std::uint64_t number = counters_.published;
  std::array<std::uint8_t, base::kMaxDatagramBytes> slot;
  std::array<std::uint8_t, base::kMaxDatagramBytes> payload;
  const std::size_t header_bytes = write_header(slot, number);
  const std::size_t payload_bytes = plan_.packet_bytes - header_bytes;
  write_payload(base::MutableBytes(payload).first(payload_bytes), number);
  const std::size_t sealed = transport.seal_rtp(slot, header_bytes, base::Bytes(payload).first(payload_bytes),
                                                first_sequence_ + number);
  transport.send(base::Bytes(slot).first(sealed));
  history_[number % kHistory].assign(slot.begin(), slot.begin() + static_cast<std::ptrdiff_t>(sealed));
  payload_bytes_ += payload_bytes;
  ++counters_.published;
}

std::size_t Publisher::write_header(base::MutableBytes slot, std::uint64_t number) const {
  // RFC 3551 §4.1: the marker of audio begins a talkspurt; RFC 7741 §4.1: that of VP8 ends a frame.
  const bool marker = audio_ ? number == 0 : frame_of(number + 1) != frame_of(number);
  rtp::write_fixed_header({.ssrc = ssrc_,
                           .timestamp = timestamp_of(number),
                           .sequence = rtp::low_bits(first_sequence_ + number),
                           .payload_type = {payload_type_},
                           .marker = marker},
                          slot.data());
  return rtp::kFixedHeaderBytes;
}

void Publisher::write_payload(base::MutableBytes payload, std::uint64_t number) {
  const PayloadMark mark{id_, static_cast<std::uint32_t>(number), wall_now()};
  if (audio_) return write_audio_payload(payload, mark);
  const bool starts_frame = number == 0 || frame_of(number) != frame_of(number - 1);
  if (starts_frame) in_key_frame_ = std::exchange(key_frame_wanted_, false);
  write_vp8_payload(payload,
                    {.picture_id = static_cast<std::uint16_t>(frame_of(number) & 0x7fff),
                     .starts_frame = starts_frame,
                     .key_frame = in_key_frame_},
                    mark);
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
  key_frame_wanted_ = true;
  ++counters_.key_frames_asked;
}

std::optional<rtp::SenderInfo> Publisher::sender_info(base::Instant now, base::WallTime wall) const {
  if (counters_.published == 0) return std::nullopt;
  const double elapsed = base::to_seconds(now - started_at_);
  const double clock = audio_ ? kAudioClock : kVideoClock;
  const rtp::Timestamp timestamp{first_timestamp_ +
                                 static_cast<std::uint32_t>(static_cast<std::uint64_t>(elapsed * clock))};
  return rtp::SenderInfo{rtp::NtpTime::of(wall), timestamp, static_cast<std::uint32_t>(counters_.published),
                         static_cast<std::uint32_t>(payload_bytes_)};
}

}  // namespace kaskado::bench
