// Sizes and constants that the STUN reader and writer share (RFC 8489 §14). For the room alone.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kaskado::ice {

inline constexpr std::size_t kAttributeHeaderBytes = 4;
inline constexpr std::size_t kIntegrityAttributeBytes = 24;
inline constexpr std::size_t kFingerprintAttributeBytes = 8;
inline constexpr std::uint32_t kFingerprintMask = 0x5354554e;  // §14.7
inline constexpr std::uint8_t kFamilyV4 = 1;                   // §14.1
inline constexpr std::uint8_t kFamilyV6 = 2;
inline constexpr std::size_t kMaxUsernameBytes = 513;  // RFC 8445 §7.2.2 with RFC 8839 §5.4; §14.3 allows 508
inline constexpr std::size_t kMaxTextBytes = 763;      // §14.8 to §14.14

}  // namespace kaskado::ice
