// NAL units of H264 and H265, as a byte stream with start codes (Annex B of either) or with their lengths
// before them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"

namespace kaskado::codec {

inline constexpr std::uint8_t kStartCode[4] = {0, 0, 0, 1};

// The NAL units of a byte stream, one after the other, without start codes and the zeros around them. What
// stands before the first start code is passed over, as are units without an octet.
class NalUnits {
 public:
  explicit NalUnits(base::Bytes byte_stream);
  std::optional<base::Bytes> next();

 private:
  base::Bytes rest_;  // behind a start code
};

// The first unit of the byte stream whose first octet, which has its type, is one that is wanted.
template <typename Wanted>
std::optional<base::Bytes> find_nal(base::Bytes byte_stream, Wanted wanted) {
  NalUnits units(byte_stream);
  while (const auto unit = units.next()) {
    if (wanted((*unit)[0])) return unit;
  }
  return std::nullopt;
}

// ITU-T H.264 table 7-1 and H.265 table 7-1: those that are told apart here.
namespace h264 {
inline constexpr int kSlice = 1, kIdrSlice = 5, kSei = 6, kSps = 7, kPps = 8, kDelimiter = 9, kSubsetSps = 15,
                     kSliceExtension = 20, kHighestType = 23;
constexpr int type_of(std::uint8_t header) {
  return header & 0x1f;
}
constexpr bool is_slice(int type) {
  return type >= kSlice && type <= kIdrSlice;
}
constexpr bool is_idr(std::uint8_t header) {
  return type_of(header) == kIdrSlice;
}
}  // namespace h264
namespace h265 {
inline constexpr int kFirstRandomAccess = 16, kLastRandomAccess = 21, kLastSlice = 31, kVps = 32, kSps = 33,
                     kPps = 34, kDelimiter = 35, kPrefixSei = 39, kHighestType = 47;
constexpr int type_of(std::uint8_t first_header_octet) {
  return first_header_octet >> 1 & 0x3f;
}
constexpr bool is_slice(int type) {
  return type <= kLastSlice;
}
constexpr bool is_random_access(int type) {
  return type >= kFirstRandomAccess && type <= kLastRandomAccess;
}
}  // namespace h265

// Appends to `out`. The form that MP4 and Matroska store: each unit behind its length in four octets.
void append_length_prefixed(base::Bytes byte_stream, std::vector<std::uint8_t>& out);
// From lengths of 1 to 4 octets. False where a length runs over the end: `out` has what came before it.
bool append_byte_stream(base::Bytes length_prefixed, int length_octets, std::vector<std::uint8_t>& out);

}  // namespace kaskado::codec
