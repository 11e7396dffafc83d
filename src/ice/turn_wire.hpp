// Numbers of TURN (RFC 8656 §17, §18) beside those of STUN. For the room alone, and for tests' own servers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace kaskado::ice {

namespace turn_method {
inline constexpr std::uint16_t kAllocate = 0x003;
inline constexpr std::uint16_t kRefresh = 0x004;
inline constexpr std::uint16_t kSend = 0x006;
inline constexpr std::uint16_t kData = 0x007;
inline constexpr std::uint16_t kCreatePermission = 0x008;
inline constexpr std::uint16_t kChannelBind = 0x009;
}  // namespace turn_method

namespace turn_attribute {
inline constexpr std::uint16_t kChannelNumber = 0x000c;
inline constexpr std::uint16_t kLifetime = 0x000d;
inline constexpr std::uint16_t kXorPeerAddress = 0x0012;
inline constexpr std::uint16_t kData = 0x0013;
inline constexpr std::uint16_t kXorRelayedAddress = 0x0016;
inline constexpr std::uint16_t kRequestedTransport = 0x0019;
}  // namespace turn_attribute

namespace turn_error {
inline constexpr std::uint16_t kTryAlternate = 300;
inline constexpr std::uint16_t kAllocationMismatch = 437;
inline constexpr std::uint16_t kStaleNonce = 438;
inline constexpr std::uint16_t kQuotaReached = 486;
inline constexpr std::uint16_t kInsufficientCapacity = 508;
}  // namespace turn_error

inline constexpr std::uint8_t kProtocolUdp = 17;  // RFC 8656 §18.8

}  // namespace kaskado::ice
