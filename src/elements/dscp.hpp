// The marks that clients name, as numbers.
#pragma once

#include <cstdint>

#include "elements/api.hpp"

namespace kaskado::elements {

// The code point of RFC 2474 §3: 6 bits; 0 where none is wanted. Names of media and their priority stand for
// what RFC 8837 §5 gives them, those of Chrome for what it sent before.
std::uint8_t dscp_of(DSCPValue value);

}  // namespace kaskado::elements
