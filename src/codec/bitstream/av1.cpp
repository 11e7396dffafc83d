#include "codec/bitstream/av1.hpp"

#include "codec/bitstream/bit_reader.hpp"

namespace kaskado::codec {

namespace {

using base::ByteReader;
using base::Bytes;

// uvlc(), §4.10.3
void skip_uvlc(BitReader& reader) {
  int zeros = 0;
  while (reader.ok() && !reader.flag()) ++zeros;
  if (zeros < 32) reader.skip(static_cast<std::size_t>(zeros));
}

struct DecoderModel {
  bool present = false;
  std::size_t buffer_delay_bits = 0;
};

// timing_info() and decoder_model_info(), §5.5.3, §5.5.4
DecoderModel read_timing(BitReader& reader) {
  DecoderModel model;
  if (!reader.flag()) return model;
  reader.skip(64);                       // num_units_in_display_tick, time_scale
  if (reader.flag()) skip_uvlc(reader);  // num_ticks_per_picture_minus_1
  model.present = reader.flag();
  if (model.present) {
    model.buffer_delay_bits = reader.bits(5) + 1;
    reader.skip(32 + 5 + 5);
  }
  return model;
}

void skip_operating_points(BitReader& reader) {
  const DecoderModel model = read_timing(reader);
  const bool has_display_delay = reader.flag();
  const std::uint32_t count = reader.bits(5) + 1;
  for (std::uint32_t i = 0; i < count && reader.ok(); ++i) {
    reader.skip(12);                         // operating_point_idc
    if (reader.bits(5) > 7) reader.skip(1);  // seq_level_idx, seq_tier
    if (model.present && reader.flag()) reader.skip(2 * model.buffer_delay_bits + 1);
    if (has_display_delay && reader.flag()) reader.skip(4);
  }
}

}  // namespace

std::size_t write_leb128(std::uint32_t value, std::uint8_t* out) {
  std::size_t octets = 0;
  for (; value >= 0x80; value >>= 7) out[octets++] = static_cast<std::uint8_t>(value | 0x80);
  out[octets++] = static_cast<std::uint8_t>(value);
  return octets;
}

std::optional<Obu> Obus::next() {
  if (rest_.empty() || malformed_) return std::nullopt;
  ByteReader reader(rest_);
  Obu obu;
  obu.header.first = reader.u8();
  if (obu.header.has_extension()) obu.header.extension = reader.u8();
  std::optional<std::uint32_t> bytes = static_cast<std::uint32_t>(reader.remaining());
  if (obu.header.has_size()) bytes = read_leb128(reader);
  malformed_ =
      (obu.header.first & ObuHeader::kForbiddenBit) || !reader.ok() || !bytes || *bytes > reader.remaining();
  if (malformed_) return std::nullopt;
  obu.payload = reader.take(*bytes);
  rest_ = rest_.subspan(reader.position());
  return obu;
}

std::optional<Av1SequenceHeader> parse_av1_sequence_header(Bytes payload) {
  BitReader reader(payload);
  Av1SequenceHeader header;
  header.profile = static_cast<int>(reader.bits(3));
  reader.skip(1);  // still_picture
  header.reduced_still_picture = reader.flag();
  if (header.reduced_still_picture) {
    reader.skip(5);  // seq_level_idx
  } else {
    skip_operating_points(reader);
  }
  const int width_bits = static_cast<int>(reader.bits(4)) + 1;
  const int height_bits = static_cast<int>(reader.bits(4)) + 1;
  header.size.width = static_cast<int>(reader.bits(width_bits)) + 1;
  header.size.height = static_cast<int>(reader.bits(height_bits)) + 1;
  return reader.ok() ? std::optional(header) : std::nullopt;
}

bool is_av1_key_frame_header(const Obu& obu) {
  const ObuType type = obu.header.type();
  if (type != ObuType::frame && type != ObuType::frame_header) return false;
  // |show_existing_frame|frame_type (2)|…, where type 0 is KEY_FRAME.
  return !obu.payload.empty() && (obu.payload[0] & 0xe0) == 0;
}

}  // namespace kaskado::codec
