#include "codec/bitstream/h263.hpp"

#include "codec/bitstream/bit_reader.hpp"

namespace kaskado::codec {

namespace {

constexpr std::uint32_t kExtended = 7, kCustom = 6;

// §5.1.3, table 1
std::optional<PictureSize> standard_size(std::uint32_t source_format) {
  switch (source_format) {
    case 1:
      return PictureSize{128, 96};
    case 2:
      return PictureSize{176, 144};
    case 3:
      return PictureSize{352, 288};
    case 4:
      return PictureSize{704, 576};
    case 5:
      return PictureSize{1408, 1152};
    default:
      return std::nullopt;
  }
}

// CPFMT, §5.1.5
PictureSize read_custom_size(BitReader& reader) {
  reader.skip(4);  // pixel aspect ratio code
  const int width = (static_cast<int>(reader.bits(9)) + 1) * 4;
  reader.skip(1);
  return {width, static_cast<int>(reader.bits(9)) * 4};
}

// PLUSPTYPE, §5.1.4
bool read_plus_type(BitReader& reader, H263PictureHeader& header) {
  const std::uint32_t has_optional_part = reader.bits(3);  // UFEP
  if (has_optional_part > 1) return false;
  std::uint32_t source_format = 0;
  if (has_optional_part) {
    source_format = reader.bits(3);
    reader.skip(15);
    header.size = standard_size(source_format);
    if (!header.size && source_format != kCustom) return false;
  }
  header.intra = reader.bits(3) == 0;
  reader.skip(6);
  if (reader.flag()) reader.skip(2);  // CPM, PSBI
  if (source_format == kCustom) header.size = read_custom_size(reader);
  return !header.size || header.size->height > 0;
}

}  // namespace

std::optional<H263PictureHeader> parse_h263_picture_header(base::Bytes picture) {
  BitReader reader(picture);
  if (reader.bits(22) != 0x20) return std::nullopt;  // PSC
  reader.skip(8);                                    // TR
  if (reader.bits(2) != 0b10) return std::nullopt;   // PTYPE
  reader.skip(3);
  H263PictureHeader header;
  const std::uint32_t source_format = reader.bits(3);
  if (source_format == kExtended) {
    if (!read_plus_type(reader, header)) return std::nullopt;
  } else {
    header.size = standard_size(source_format);
    if (!header.size) return std::nullopt;
    header.intra = !reader.flag();
  }
  return reader.ok() ? std::optional(header) : std::nullopt;
}

}  // namespace kaskado::codec
