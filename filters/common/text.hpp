// Text that was read off pictures, on its way to clients.
#pragma once

#include <string>
#include <string_view>

namespace kaskado::filters {

// The same, with U+FFFD for what is not UTF-8.
std::string valid_utf8(std::string_view bytes);

}  // namespace kaskado::filters
