#include "sdp/h264.hpp"

#include <charconv>

namespace kaskado::sdp {
namespace {

constexpr std::uint8_t kConstraintSet3 = 0x10;

// A row of RFC 6184 table 5: profile_idc, and profile-iop under a mask.
struct ProfilePattern {
  std::uint8_t profile_idc;
  std::uint8_t iop_mask;
  std::uint8_t iop_value;
  H264Profile profile;
};

constexpr ProfilePattern kPatterns[] = {
    {0x42, 0x4f, 0x40, H264Profile::constrained_baseline},  // x1xx0000
    {0x4d, 0x8f, 0x80, H264Profile::constrained_baseline},  // 1xxx0000
    {0x58, 0xcf, 0xc0, H264Profile::constrained_baseline},  // 11xx0000
    {0x42, 0x4f, 0x00, H264Profile::baseline},              // x0xx0000
    {0x58, 0xcf, 0x80, H264Profile::baseline},              // 10xx0000
    {0x4d, 0xaf, 0x00, H264Profile::main},                  // 0x0x0000
    {0x58, 0xcf, 0x00, H264Profile::extended},              // 00xx0000
    {0x64, 0xff, 0x0c, H264Profile::constrained_high},      // H.264 A.2.4.2: constraint sets 4 and 5
    {0x64, 0xff, 0x08, H264Profile::progressive_high},      // H.264 A.2.4.1: constraint set 4
    {0x64, 0xff, 0x00, H264Profile::high},
    {0x6e, 0xff, 0x00, H264Profile::high_10},
    {0x6e, 0xff, 0x10, H264Profile::high_10_intra},
    {0x7a, 0xff, 0x00, H264Profile::high_422},
    {0x7a, 0xff, 0x10, H264Profile::high_422_intra},
    {0xf4, 0xff, 0x00, H264Profile::high_444},
    {0xf4, 0xff, 0x10, H264Profile::high_444_intra},
    {0x2c, 0xff, 0x10, H264Profile::cavlc_444_intra},
};

std::optional<std::uint32_t> parse_hex24(std::string_view text) {
  if (text.size() != 6) return std::nullopt;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// H.264 A.3.1 and A.3.4: the profiles that write 1b as level 1.1 with constraint_set3.
bool uses_constraint_set3_for_1b(std::uint8_t profile_idc) {
  return profile_idc == 0x42 || profile_idc == 0x4d || profile_idc == 0x58;
}

int rank(std::uint8_t level) {
  return level == kH264Level1b ? 2 * 10 + 1 : 2 * level;
}

void append_hex(std::string& text, std::uint8_t byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  text += kDigits[byte >> 4];
  text += kDigits[byte & 15];
}

}  // namespace

std::optional<H264ProfileLevel> parse_h264_profile_level_id(std::string_view text) {
  const auto id = parse_hex24(text);
  if (!id) return std::nullopt;
  const auto profile_idc = static_cast<std::uint8_t>(*id >> 16);
  const auto iop = static_cast<std::uint8_t>(*id >> 8);
  const auto level_idc = static_cast<std::uint8_t>(*id);
  const bool is_1b = uses_constraint_set3_for_1b(profile_idc)
                         ? level_idc == 11 && (iop & kConstraintSet3) != 0
                         : level_idc == 9;
  if (level_idc == 0) return std::nullopt;
  for (const ProfilePattern& pattern : kPatterns) {
    if (profile_idc == pattern.profile_idc && (iop & pattern.iop_mask) == pattern.iop_value) {
      return H264ProfileLevel{pattern.profile, is_1b ? kH264Level1b : level_idc};
    }
  }
  return std::nullopt;
}

int compare_h264_levels(std::uint8_t a, std::uint8_t b) {
  return (rank(a) > rank(b)) - (rank(a) < rank(b));
}

std::string with_h264_level(std::string_view profile_level_id, std::uint8_t level) {
  const std::uint32_t id = parse_hex24(profile_level_id).value_or(0x42e01f);
  const auto profile_idc = static_cast<std::uint8_t>(id >> 16);
  auto iop = static_cast<std::uint8_t>(id >> 8);
  std::uint8_t level_idc = level;
  if (uses_constraint_set3_for_1b(profile_idc)) {
    iop = static_cast<std::uint8_t>(iop & ~kConstraintSet3);
    if (level == kH264Level1b) {
      iop |= kConstraintSet3;
      level_idc = 11;
    }
  } else if (level == kH264Level1b) {
    level_idc = 9;
  }
  std::string text;
  append_hex(text, profile_idc);
  append_hex(text, iop);
  append_hex(text, level_idc);
  return text;
}

}  // namespace kaskado::sdp
