#include "sdp/rtp_codec.hpp"

#include <array>
#include <charconv>

#include "base/text.hpp"

namespace kaskado::sdp {
namespace {

using base::equals_ignoring_case;
using base::take_until;
using base::trim;

// Calls `visit(name, value)` for each parameter until it returns true.
template <typename Visit>
bool visit_parameters(std::string_view text, Visit visit) {
  while (!text.empty()) {
    std::string_view entry = take_until(text, ';');
    const std::string_view name = trim(take_until(entry, '='));
    if (!name.empty() && visit(name, trim(entry))) return true;
  }
  return false;
}

RtpCodec make_static(std::uint8_t payload_type, std::string_view name, std::uint32_t clock_rate,
                     std::uint8_t channels) {
  RtpCodec codec;
  codec.payload_type = payload_type;
  codec.name = name;
  codec.clock_rate = clock_rate;
  codec.channels = channels;
  return codec;
}

}  // namespace

std::optional<std::string_view> FormatParameters::find(std::string_view name) const {
  std::optional<std::string_view> found;
  visit_parameters(text_, [&](std::string_view key, std::string_view value) {
    if (!equals_ignoring_case(key, name)) return false;
    found = value;
    return true;
  });
  return found;
}

std::optional<std::uint32_t> FormatParameters::number(std::string_view name) const {
  const auto value = find(name);
  return value ? base::parse_number<std::uint32_t>(*value) : std::nullopt;
}

std::vector<std::pair<std::string_view, std::string_view>> FormatParameters::entries() const {
  std::vector<std::pair<std::string_view, std::string_view>> all;
  visit_parameters(text_, [&](std::string_view key, std::string_view value) {
    all.emplace_back(key, value);
    return false;
  });
  return all;
}

void FormatParameters::set(std::string_view name, std::string_view value) {
  std::string text;
  bool replaced = false;
  visit_parameters(text_, [&](std::string_view key, std::string_view old) {
    const bool this_one = !replaced && equals_ignoring_case(key, name);
    replaced |= this_one;
    if (!text.empty()) text += ';';
    const std::string_view kept = this_one ? value : old;
    text += key;
    if (!kept.empty()) text.append("=").append(kept);
    return false;
  });
  if (!replaced) text.append(text.empty() ? "" : ";").append(name).append("=").append(value);
  text_ = std::move(text);
}

bool same_encoding(const RtpCodec& a, const RtpCodec& b) {
  if (!equals_ignoring_case(a.name, b.name) || a.clock_rate != b.clock_rate) return false;
  // RFC 7587 §7: always "opus/48000/2"; those who write less mean the same.
  return a.channels == b.channels || equals_ignoring_case(a.name, "opus");
}

const RtpCodec* static_codec(std::uint8_t payload_type) {
  static const std::array kStatic = {
      // those still met
      make_static(0, "PCMU", 8000, 1),   make_static(3, "GSM", 8000, 1),   make_static(4, "G723", 8000, 1),
      make_static(8, "PCMA", 8000, 1),   make_static(9, "G722", 8000, 1),  make_static(10, "L16", 44100, 2),
      make_static(11, "L16", 44100, 1),  make_static(13, "CN", 8000, 1),   make_static(14, "MPA", 90000, 1),
      make_static(15, "G728", 8000, 1),  make_static(18, "G729", 8000, 1), make_static(26, "JPEG", 90000, 1),
      make_static(31, "H261", 90000, 1), make_static(32, "MPV", 90000, 1), make_static(33, "MP2T", 90000, 1),
      make_static(34, "H263", 90000, 1),
  };
  for (const RtpCodec& codec : kStatic) {
    if (codec.payload_type == payload_type) return &codec;
  }
  return nullptr;
}

}  // namespace kaskado::sdp
