// H.264's profile-level-id (RFC 6184 §8.1): three bytes profile_idc, profile-iop and level_idc, in
// hexadecimal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kaskado::sdp {

// What can be decoded by whom: two ids name one profile, however differently they spell it (RFC 6184 table
// 5).
enum class H264Profile : std::uint8_t {
  constrained_baseline,
  baseline,
  main,
  extended,
  constrained_high,
  progressive_high,
  high,
  high_10,
  high_10_intra,
  high_422,
  high_422_intra,
  high_444,
  high_444_intra,
  cavlc_444_intra,
};

struct H264ProfileLevel {
  H264Profile profile = H264Profile::constrained_baseline;
  // Ten times the level, 31 for 3.1; level 1b is kLevel1b, between 10 and 11.
  std::uint8_t level = 31;
  bool operator==(const H264ProfileLevel&) const = default;
};
inline constexpr std::uint8_t kH264Level1b = 0;

// Nothing where the text is not six hexadecimal digits of a known profile.
std::optional<H264ProfileLevel> parse_h264_profile_level_id(std::string_view text);

// -1, 0 or 1 as `a` is below, equal to or above `b`; 1b stands between 1 and 1.1.
int compare_h264_levels(std::uint8_t a, std::uint8_t b);

// `profile_level_id` with its level replaced, its two profile bytes kept as they were (but for
// constraint_set3, which tells 1b from 1.1). `profile_level_id` must parse.
std::string with_h264_level(std::string_view profile_level_id, std::uint8_t level);

}  // namespace kaskado::sdp
