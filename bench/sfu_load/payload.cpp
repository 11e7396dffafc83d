#include "payload.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/packet.hpp"
#include "base/random.hpp"

namespace kaskado::bench {

namespace {

// Descriptor and frame header come before the mark.
constexpr std::size_t kMarkOffset = 16;
constexpr std::uint32_t kMagic = 0x4b53464c;
constexpr std::size_t kFillOffset = kMarkOffset + 20;
static_assert(kFillOffset == kMinPayloadBytes);

constexpr std::size_t kFillTable = 4096;

// Random bytes, of which every packet takes other ones.
base::Bytes fill_of(const PayloadMark& mark, std::size_t length) {
  static const auto table = [] {
    std::array<std::uint8_t, kFillTable + base::kMaxDatagramBytes> bytes{};
    base::SeededRandom(kMagic).fill(bytes);
    return bytes;
  }();
  const std::size_t offset = (mark.number * 7u + mark.publisher * 131u) % kFillTable;
  return base::Bytes(table).subspan(offset, length);
}

void write_mark(base::MutableBytes payload, const PayloadMark& mark) {
  base::ByteWriter writer(payload.subspan(kMarkOffset));
  writer.u32(kMagic);
  writer.u32(mark.publisher);
  writer.u32(mark.number);
  writer.u64(static_cast<std::uint64_t>(mark.sent.unix_ns));
  writer.bytes(fill_of(mark, payload.size() - kFillOffset));
}

}  // namespace

void write_vp8_payload(base::MutableBytes payload, const Vp8Marks& vp8, const PayloadMark& mark) {
  std::fill_n(payload.begin(), kMarkOffset, std::uint8_t{0});
  // RFC 7741 §4.2: X with the start of partition 0, then I with a picture id of 15 bits.
  payload[0] = static_cast<std::uint8_t>(0x80 | (vp8.starts_frame ? 0x10 : 0));
  payload[1] = 0x80;
  base::store_u16(payload.data() + 2, static_cast<std::uint16_t>(0x8000 | vp8.picture_id));
  if (vp8.starts_frame) {
    payload[4] = vp8.key_frame ? 0x10 : 0x11;  // RFC 6386 §9.1: shown; the lowest bit is 0 in key frames
    // The start code of a key frame and 640 by 360.
    static constexpr std::uint8_t kKeyFrame[] = {0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01};
    if (vp8.key_frame) std::memcpy(payload.data() + 7, kKeyFrame, sizeof kKeyFrame);
  }
  write_mark(payload, mark);
}

void write_audio_payload(base::MutableBytes payload, const PayloadMark& mark) {
  std::fill_n(payload.begin(), kMarkOffset, std::uint8_t{0xfc});
  write_mark(payload, mark);
}

std::optional<PayloadMark> read_payload(base::Bytes payload) {
  if (payload.size() < kMinPayloadBytes || payload.size() > base::kMaxDatagramBytes) return std::nullopt;
  base::ByteReader reader(payload.subspan(kMarkOffset));
  if (reader.u32() != kMagic) return std::nullopt;
  PayloadMark mark;
  mark.publisher = reader.u32();
  mark.number = reader.u32();
  mark.sent.unix_ns = static_cast<std::int64_t>(reader.u64());
  const base::Bytes fill = payload.subspan(kFillOffset);
  if (!std::ranges::equal(fill, fill_of(mark, fill.size()))) return std::nullopt;
  return mark;
}

}  // namespace kaskado::bench
