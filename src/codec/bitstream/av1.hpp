// Open bitstream units of AV1 and its sequence header (AV1 bitstream specification §5.3 and §5.5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "codec/bitstream/picture_size.hpp"

namespace kaskado::codec {

// §6.2.2
enum class ObuType : std::uint8_t {
  sequence_header = 1,
  temporal_delimiter = 2,
  frame_header = 3,
  tile_group = 4,
  metadata = 5,
  frame = 6,
  redundant_frame_header = 7,
  tile_list = 8,
  padding = 15,
};

// The first octet, and the second where there is an extension (§5.3.2, §5.3.3).
struct ObuHeader {
  static constexpr std::uint8_t kForbiddenBit = 0x80, kExtensionFlag = 0x04, kHasSizeField = 0x02;

  std::uint8_t first = 0;
  std::uint8_t extension = 0;

  ObuType type() const { return static_cast<ObuType>(first >> 3 & 0x0f); }
  bool has_extension() const { return (first & kExtensionFlag) != 0; }
  bool has_size() const { return (first & kHasSizeField) != 0; }
  int spatial_id() const { return extension >> 3 & 3; }  // 0 without extension
  std::size_t octets() const { return has_extension() ? 2 : 1; }
};

struct Obu {
  ObuHeader header;
  base::Bytes payload;  // behind the header and the size field
};

// The OBUs of a chunk in low-overhead format: each has its size, but for the last, which may go without.
class Obus {
 public:
  explicit Obus(base::Bytes chunk) : rest_(chunk) {}
  // Nothing at the end, and from where on the chunk is malformed.
  std::optional<Obu> next();
  bool malformed() const { return malformed_; }

 private:
  base::Bytes rest_;
  bool malformed_ = false;
};

// leb128() of §4.10.5: at most 8 octets and 32 bits. `Octets` has u8() and ok(), as base::ByteReader.
template <typename Octets>
std::optional<std::uint32_t> read_leb128(Octets& octets) {
  std::uint64_t value = 0;
  for (int i = 0; i < 8; ++i) {
    const std::uint8_t octet = octets.u8();
    value |= static_cast<std::uint64_t>(octet & 0x7f) << (i * 7);
    if (octet & 0x80) continue;
    if (!octets.ok() || value > UINT32_MAX) return std::nullopt;
    return static_cast<std::uint32_t>(value);
  }
  return std::nullopt;
}
inline constexpr std::size_t kMaxLeb128Octets = 5;  // as it is written here
constexpr std::size_t leb128_octets(std::uint32_t value) {
  std::size_t octets = 1;
  while (value >>= 7) ++octets;
  return octets;
}
// In as few octets as it takes: leb128_octets() of them.
std::size_t write_leb128(std::uint32_t value, std::uint8_t* out);

struct Av1SequenceHeader {
  int profile = 0;
  bool reduced_still_picture = false;  // a key frame alone, whose own header does not say so
  PictureSize size;                    // the largest that its frames have
};
// §5.5.1, from the OBU's payload. Nothing where it is cut short.
std::optional<Av1SequenceHeader> parse_av1_sequence_header(base::Bytes payload);

// Whether a frame or frame header OBU begins a key frame (§5.9.2), but for reduced still pictures.
bool is_av1_key_frame_header(const Obu& obu);

}  // namespace kaskado::codec
