#include "rtp/transport_feedback.hpp"

#include <algorithm>
#include <array>

namespace kaskado::rtp {

namespace {

// §3.1.1; 3 is reserved.
constexpr std::uint8_t kMissing = 0;
constexpr std::uint8_t kSmallDelta = 1;
constexpr std::uint8_t kLargeDelta = 2;

constexpr std::uint16_t kMaxRun = 0x1fff;   // §3.1.3
constexpr std::size_t kOneBitSymbols = 14;  // §3.1.4
constexpr std::size_t kTwoBitSymbols = 7;

// How many statuses a chunk stands for.
std::uint16_t symbols_in(std::uint16_t chunk) {
  if (!(chunk & 0x8000)) return chunk & kMaxRun;
  return chunk & 0x4000 ? kTwoBitSymbols : kOneBitSymbols;
}

}  // namespace

TransportFeedbackReader::TransportFeedbackReader(const TransportFeedback& feedback)
    : chunks_(feedback.statuses),
      deltas_(feedback.statuses),
      left_(feedback.status_count),
      sequence_(feedback.base_sequence),
      ticks_(std::int64_t{feedback.reference_time} * kTicksPerReference) {
  std::size_t counted = 0;
  while (deltas_.ok() && counted < left_) counted += symbols_in(deltas_.u16());
  if (!deltas_.ok()) malformed_ = true, left_ = 0;
}

std::uint8_t TransportFeedbackReader::next_symbol() {
  while (left_in_chunk_ == 0 && chunks_.ok()) {
    chunk_ = chunks_.u16();
    left_in_chunk_ = symbols_in(chunk_);
  }
  --left_in_chunk_;
  if (!(chunk_ & 0x8000)) return chunk_ >> 13 & 3;
  if (chunk_ & 0x4000) return chunk_ >> (left_in_chunk_ * 2) & 3;
  return chunk_ >> left_in_chunk_ & 1;
}

bool TransportFeedbackReader::add_delta(std::uint8_t symbol) {
  if (symbol == kSmallDelta) ticks_ += deltas_.u8();
  if (symbol == kLargeDelta) ticks_ += static_cast<std::int16_t>(deltas_.u16());
  return deltas_.ok() && symbol <= kLargeDelta;
}

std::optional<PacketStatus> TransportFeedbackReader::next() {
  if (left_ == 0) return std::nullopt;
  const std::uint8_t symbol = next_symbol();
  if (!add_delta(symbol)) {
    malformed_ = true;
    left_ = 0;
    return std::nullopt;
  }
  --left_;
  PacketStatus status{SequenceNumber{sequence_++}, symbol != kMissing};
  if (status.received) status.arrival = kFeedbackTick * ticks_;
  return status;
}

namespace {

// Symbols and deltas of one message, before they are packed.
struct Statuses {
  std::array<std::uint8_t, kMaxFeedbackStatuses> symbols;
  std::array<std::int16_t, kMaxFeedbackStatuses> deltas;
  std::size_t count = 0;

  std::size_t run_from(std::size_t at) const {
    std::size_t end = at + 1;
    while (end < count && symbols[end] == symbols[at]) ++end;
    return end - at;
  }
  bool fits_one_bit(std::size_t at) const {
    const auto first = symbols.begin() + static_cast<std::ptrdiff_t>(at);
    const auto last = symbols.begin() + static_cast<std::ptrdiff_t>(std::min(count, at + kOneBitSymbols));
    return std::none_of(first, last, [](std::uint8_t symbol) { return symbol == kLargeDelta; });
  }
};

std::int64_t to_feedback_ticks(base::Instant arrival) {
  const std::int64_t ns = arrival.time_since_epoch().count();
  const std::int64_t tick = kFeedbackTick.count();
  return ns >= 0 ? ns / tick : -((-ns + tick - 1) / tick);
}

// §3.1.5: 0 … 63.75 ms in one octet, else ±8.19 s in two.
void quantise(std::span<const base::Instant> arrivals, std::int64_t ticks, Statuses& out) {
  for (const base::Instant arrival : arrivals) {
    std::int64_t delta = 0;
    if (arrival != kNotReceived) {
      const std::int64_t now = to_feedback_ticks(arrival);
      delta = now - ticks;
      if (delta != static_cast<std::int16_t>(delta)) return;
      ticks = now;
    }
    const bool small = delta >= 0 && delta <= 255;
    out.symbols[out.count] = arrival == kNotReceived ? kMissing : small ? kSmallDelta : kLargeDelta;
    out.deltas[out.count++] = static_cast<std::int16_t>(delta);
  }
}

// Packs the symbols from `at` on and gives how many went in. A run pays where it is longer than a vector.
std::size_t write_chunk(base::ByteWriter& writer, const Statuses& statuses, std::size_t at) {
  const bool one_bit = statuses.fits_one_bit(at);
  const std::size_t capacity = one_bit ? kOneBitSymbols : kTwoBitSymbols;
  const std::size_t run = statuses.run_from(at);
  if (run >= capacity || at + run == statuses.count) {
    const std::size_t length = std::min<std::size_t>(run, kMaxRun);
    writer.u16(static_cast<std::uint16_t>(statuses.symbols[at] << 13 | length));
    return length;
  }
  const std::size_t length = std::min(capacity, statuses.count - at);
  std::uint32_t chunk = one_bit ? 0x2u : 0x3u;
  for (std::size_t i = 0; i < capacity; ++i) {
    const std::uint32_t symbol = i < length ? statuses.symbols[at + i] : kMissing;
    chunk = chunk << (one_bit ? 1 : 2) | symbol;
  }
  writer.u16(static_cast<std::uint16_t>(chunk));
  return length;
}

void write_statuses(base::ByteWriter& writer, const Statuses& statuses) {
  for (std::size_t at = 0; at < statuses.count;) at += write_chunk(writer, statuses, at);
  for (std::size_t i = 0; i < statuses.count; ++i) {
    if (statuses.symbols[i] == kSmallDelta) writer.u8(static_cast<std::uint8_t>(statuses.deltas[i]));
    if (statuses.symbols[i] == kLargeDelta) writer.u16(static_cast<std::uint16_t>(statuses.deltas[i]));
  }
}

}  // namespace

// The header and, at worst, a chunk of two octets every seven statuses, two octets a delta and padding.
std::size_t feedback_statuses_that_fit(std::size_t bytes) {
  constexpr std::size_t kHeaderBytes = 20;
  if (bytes < kHeaderBytes + 8) return 0;
  return std::min(kMaxFeedbackStatuses, (bytes - kHeaderBytes - 5) * 7 / 16);
}

std::size_t write_transport_feedback(RtcpBuilder& builder, Ssrc sender, Ssrc media, SequenceNumber first,
                                     std::span<const base::Instant> arrivals, std::uint8_t feedback_count) {
  arrivals = arrivals.first(std::min(arrivals.size(), feedback_statuses_that_fit(builder.remaining())));
  const auto received = std::find_if(arrivals.begin(), arrivals.end(),
                                     [](base::Instant arrival) { return arrival != kNotReceived; });
  if (received == arrivals.end()) return 0;
  const std::int64_t reference = to_feedback_ticks(*received) >> 8;  // 64 ms, rounded down

  Statuses statuses;
  quantise(arrivals, reference * kTicksPerReference, statuses);
  const std::size_t start = builder.begin(RtcpType::transport_feedback, 15);
  base::ByteWriter& writer = builder.writer();
  writer.u32(sender.value);
  writer.u32(media.value);
  writer.u16(first.value);
  writer.u16(static_cast<std::uint16_t>(statuses.count));
  writer.u24(static_cast<std::uint32_t>(reference) & 0xffffff);
  writer.u8(feedback_count);
  write_statuses(writer, statuses);
  // Zeros up to the next word, without the P bit: that would be wrong before further messages (RFC 3550
  // §6.4.1).
  writer.zeros((4 - (writer.size() - start) % 4) % 4);
  builder.end(start);
  return statuses.count;
}

}  // namespace kaskado::rtp
