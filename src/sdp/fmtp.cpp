#include "sdp/fmtp.hpp"

#include "base/text.hpp"
#include "sdp/h264.hpp"

namespace kaskado::sdp {
namespace {

using base::equals_ignoring_case;

// Absent, it is level 3.1 of the constrained baseline profile: RFC 6184 says level 1 of the baseline profile,
// which nobody who leaves it out means.
std::optional<H264ProfileLevel> h264_profile_level(const FormatParameters& parameters) {
  const auto id = parameters.find("profile-level-id");
  return id ? parse_h264_profile_level_id(*id) : H264ProfileLevel{};
}

bool same_number(const FormatParameters& a, const FormatParameters& b, std::string_view name,
                 std::uint32_t absent) {
  return a.number(name).value_or(absent) == b.number(name).value_or(absent);
}

bool h264_match(const FormatParameters& a, const FormatParameters& b) {
  const auto ours = h264_profile_level(a);
  const auto theirs = h264_profile_level(b);
  return ours && theirs && ours->profile == theirs->profile && same_number(a, b, "packetization-mode", 0);
}

bool h265_match(const FormatParameters& a, const FormatParameters& b) {
  const auto ours = a.number("tier-flag");
  const auto theirs = b.number("tier-flag");
  if (ours && theirs && *ours != *theirs) return false;
  return same_number(a, b, "profile-id", 1);
}

bool allows_level_asymmetry(const FormatParameters& parameters) {
  return parameters.number("level-asymmetry-allowed") == 1u;
}

}  // namespace

bool formats_match(std::string_view encoding, const FormatParameters& a, const FormatParameters& b) {
  if (equals_ignoring_case(encoding, "H264")) return h264_match(a, b);
  if (equals_ignoring_case(encoding, "H265")) return h265_match(a, b);
  if (equals_ignoring_case(encoding, "VP9")) return same_number(a, b, "profile-id", 0);
  if (equals_ignoring_case(encoding, "AV1")) return same_number(a, b, "profile", 0);
  if (equals_ignoring_case(encoding, "AMR")) return same_number(a, b, "octet-align", 0);
  return !equals_ignoring_case(encoding, "rtx");
}

FormatParameters answer_format(std::string_view encoding, const FormatParameters& offered,
                               const FormatParameters& local) {
  FormatParameters answer = offered;
  if (!equals_ignoring_case(encoding, "H264")) return answer;
  if (allows_level_asymmetry(offered) && allows_level_asymmetry(local)) return answer;
  const auto theirs = h264_profile_level(offered);
  const auto ours = h264_profile_level(local);
  const auto id = offered.find("profile-level-id");
  if (!id || !theirs || !ours || compare_h264_levels(ours->level, theirs->level) >= 0) return answer;
  answer.set("profile-level-id", with_h264_level(*id, ours->level));
  return answer;
}

std::optional<std::uint8_t> repaired_payload_type(const RtpCodec& codec) {
  if (!equals_ignoring_case(codec.name, "rtx")) return std::nullopt;
  const auto apt = codec.parameters.number("apt");
  if (!apt || *apt > 127) return std::nullopt;
  return static_cast<std::uint8_t>(*apt);
}

}  // namespace kaskado::sdp
