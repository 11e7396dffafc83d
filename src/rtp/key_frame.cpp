#include "rtp/key_frame.hpp"

namespace kaskado::rtp {

namespace {

using base::ByteReader;
using base::Bytes;

// RFC 7741 §4.2 (payload descriptor) and §4.3 (payload header).
bool vp8_starts(Bytes payload) {
  ByteReader reader(payload);
  const std::uint8_t descriptor = reader.u8();
  const bool first_of_partition = descriptor & 0x10;
  if (!first_of_partition || (descriptor & 0x07) != 0) return false;
  if (descriptor & 0x80) {
    const std::uint8_t extension = reader.u8();
    if ((extension & 0x80) && (reader.u8() & 0x80)) reader.skip(1);  // I: picture id of 7 or 15 bits
    if (extension & 0x40) reader.skip(1);                            // L: TL0PICIDX
    if (extension & 0x30) reader.skip(1);                            // T, K: TID and KEYIDX share an octet
  }
  const std::uint8_t header = reader.u8();
  return reader.ok() && (header & 0x01) == 0;  // P: inverse key frame flag
}

// RFC 9628 §4.2: not predicted from another picture (P), begin of a frame (B), lowest spatial layer.
bool vp9_starts(Bytes payload) {
  ByteReader reader(payload);
  const std::uint8_t descriptor = reader.u8();
  const bool predicted = descriptor & 0x40;
  const bool begins = descriptor & 0x08;
  if (predicted || !begins) return false;
  if ((descriptor & 0x80) && (reader.u8() & 0x80)) reader.skip(1);  // I: picture id of 7 or 15 bits
  if (descriptor & 0x20) {                                          // L: |TID|U|SID|D|
    const std::uint8_t layer = reader.u8();
    if ((layer >> 1 & 0x07) != 0) return false;
    if (!(descriptor & 0x10)) reader.skip(1);  // TL0PICIDX, in non-flexible mode only
  }
  return reader.ok() && reader.remaining() > 0;
}

// ITU-T H.264 table 7-1: 5 is an IDR slice, 7 the sequence parameter set that goes before one.
bool is_h264_start(std::uint8_t nal_header) {
  const int type = nal_header & 0x1f;
  return type == 5 || type == 7;
}

bool h264_starts(Bytes payload) {
  ByteReader reader(payload);
  const std::uint8_t indicator = reader.u8();
  const int type = indicator & 0x1f;
  if (type == 24) {  // STAP-A, RFC 6184 §5.7.1
    while (reader.remaining() > 2) {
      const Bytes nal = reader.take(reader.u16());
      if (!reader.ok()) return false;
      if (!nal.empty() && is_h264_start(nal[0])) return true;
    }
    return false;
  }
  if (type == 28) {  // FU-A, RFC 6184 §5.8
    const std::uint8_t fu_header = reader.u8();
    return reader.ok() && (fu_header & 0x80) && is_h264_start(fu_header);
  }
  return reader.ok() && is_h264_start(indicator);
}

// ITU-T H.265 table 7-1: 16 … 21 are the random access pictures, 32 … 34 the parameter sets before them.
bool is_h265_start(int type) {
  return (type >= 16 && type <= 21) || (type >= 32 && type <= 34);
}

bool h265_starts(Bytes payload) {
  ByteReader reader(payload);
  const int type = reader.u16() >> 9 & 0x3f;
  if (!reader.ok()) return false;
  if (type == 48) {  // aggregation packet, RFC 7798 §4.4.2, without DONL
    while (reader.remaining() > 2) {
      const Bytes nal = reader.take(reader.u16());
      if (!reader.ok()) return false;
      if (nal.size() >= 2 && is_h265_start(nal[0] >> 1 & 0x3f)) return true;
    }
    return false;
  }
  if (type == 49) {  // fragmentation unit, RFC 7798 §4.4.3
    const std::uint8_t fu_header = reader.u8();
    return reader.ok() && (fu_header & 0x80) && is_h265_start(fu_header & 0x3f);
  }
  return is_h265_start(type);
}

// A little-endian base 128 number of at most 8 octets (AV1 bitstream §4.10.5).
std::uint64_t read_leb128(ByteReader& reader) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) {
    const std::uint8_t octet = reader.u8();
    value |= static_cast<std::uint64_t>(octet & 0x7f) << (i * 7);
    if (!(octet & 0x80)) break;
  }
  return value;
}

// AV1 RTP payload format §4.4: |Z|Y|W W|N|-|-|-|. N says so; a sequence header as first OBU says it too.
bool av1_starts(Bytes payload) {
  ByteReader reader(payload);
  const std::uint8_t aggregation = reader.u8();
  const bool continues_obu = aggregation & 0x80;
  if (!reader.ok() || continues_obu || reader.remaining() == 0) return false;
  if (aggregation & 0x08) return true;
  const bool has_length = (aggregation >> 4 & 0x03) != 1;
  if (has_length && read_leb128(reader) == 0) return false;
  const std::uint8_t obu_header = reader.u8();
  constexpr int kSequenceHeader = 1;
  return reader.ok() && (obu_header >> 3 & 0x0f) == kSequenceHeader;
}

}  // namespace

bool starts_key_frame(VideoCodec codec, Bytes payload) {
  switch (codec) {
    case VideoCodec::vp8:
      return vp8_starts(payload);
    case VideoCodec::vp9:
      return vp9_starts(payload);
    case VideoCodec::h264:
      return h264_starts(payload);
    case VideoCodec::h265:
      return h265_starts(payload);
    case VideoCodec::av1:
      return av1_starts(payload);
    case VideoCodec::none:
      return false;
  }
  return false;
}

}  // namespace kaskado::rtp
