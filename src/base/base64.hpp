// Base64 with the standard alphabet and padding (RFC 4648 §4).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace kaskado::base {

std::string to_base64(Bytes bytes);
// Padding may be missing at the end, as some senders leave it out. Nothing where any other character, or bits
// that no octet holds, stand in it.
std::optional<std::vector<std::uint8_t>> from_base64(std::string_view text);

}  // namespace kaskado::base
