#include "pipeline/pad.hpp"

#include <charconv>

namespace kaskado::pipeline {

namespace {

std::string_view kind_of(MediaType type) {
  return type == MediaType::audio ? "audio" : "video";
}

}  // namespace

std::string description_of(Pad pad) {
  if (pad.is_default()) return kDefaultDescription;
  return std::string(kind_of(pad.type)) + std::to_string(pad.number);
}

std::optional<Pad> pad_of(MediaType type, std::string_view description) {
  if (description == kDefaultDescription) return Pad(type);
  if (type == MediaType::data || !description.starts_with(kind_of(type))) return std::nullopt;
  const std::string_view digits = description.substr(kind_of(type).size());
  std::uint8_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  if (!whole || digits.front() == '0' || number >= kMaxPads) return std::nullopt;
  return Pad(type, number);
}

}  // namespace kaskado::pipeline
