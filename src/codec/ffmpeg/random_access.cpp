#include "codec/ffmpeg/random_access.hpp"

#include <cstddef>
#include <cstdint>

#include "codec/annex_b.hpp"
#include "codec/h264_sps.hpp"

namespace kaskado::codec {
namespace {

// Any of the stream's NAL units is such a one.
template <typename Wanted>
bool any_unit(base::Bytes frame, Wanted wanted) {
  NalUnits units(frame);
  for (base::Bytes unit = units.next(); !unit.empty(); unit = units.next())
    if (wanted(unit)) return true;
  return false;
}

// An open group of pictures begins with no IDR picture, but repeats the parameter sets.
bool h264(base::Bytes unit) {
  const H264Nal type = h264_nal_type(unit);
  return type == H264Nal::idr || type == H264Nal::sps;
}

// IRAP pictures: nal_unit_type 16 to 23, ITU-T H.265 table 7-1.
bool h265(base::Bytes unit) {
  const int type = unit[0] >> 1 & 63;
  return type >= 16 && type <= 23;
}

// A sequence header stands before each key frame that one may begin with (AV1 §7.5). OBUs: §5.3.2.
bool av1(base::Bytes frame) {
  base::ByteReader reader(frame);
  while (reader.remaining() > 0 && reader.ok()) {
    const std::uint8_t header = reader.u8();
    if ((header >> 3 & 15) == 1) return true;
    if (header & 4) reader.skip(1);
    if (!(header & 2)) return false;
    std::uint64_t size = 0;
    std::uint8_t byte = 0x80;
    for (int i = 0; i < 8 && byte & 0x80; ++i) {
      byte = reader.u8();
      size |= std::uint64_t{byte & 0x7fu} << 7 * i;
    }
    reader.skip(static_cast<std::size_t>(size));
  }
  return false;
}

// ITU-T H.263 §5.1: 22 bits of start code, 8 of time, then PTYPE; for H.263+ the type is in MPPTYPE
// (§5.1.4.3).
bool h263(base::Bytes frame) {
  if (frame.size() < 8) return false;
  const auto bits = [&](int at, int count) {
    unsigned value = 0;
    for (int i = at; i < at + count; ++i)
      value = value << 1 | (frame[static_cast<std::size_t>(i / 8)] >> (7 - i % 8) & 1u);
    return value;
  };
  if (bits(0, 22) != 32) return false;
  constexpr int kType = 30;
  constexpr unsigned kExtended = 7;
  if (bits(kType + 5, 3) != kExtended) return bits(kType + 8, 1) == 0;
  const bool has_optional_part = bits(kType + 8, 3) == 1;
  return bits(kType + 11 + (has_optional_part ? 18 : 0), 3) == 0;
}

}  // namespace

bool is_random_access(CodecId codec, base::Bytes frame) {
  switch (codec) {
    case CodecId::h264:
      return any_unit(frame, h264);
    case CodecId::h265:
      return any_unit(frame, h265);
    case CodecId::av1:
      return av1(frame);
    case CodecId::h263:
      return h263(frame);
    default:
      return true;
  }
}

}  // namespace kaskado::codec
