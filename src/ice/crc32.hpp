// The CRC-32 of ITU-T V.42 (ISO/IEC 13239), as STUN's FINGERPRINT wants it (RFC 8489 §14.7).
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace kaskado::ice {

std::uint32_t crc32(base::Bytes bytes);

}  // namespace kaskado::ice
