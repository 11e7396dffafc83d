// Whether bytes are text (RFC 3629 §4).
#pragma once

#include <string_view>

namespace kaskado::sctp {

bool is_utf8(std::string_view bytes);

}  // namespace kaskado::sctp
