// STUN messages as they come in (RFC 8489), with the attributes of ICE (RFC 8445 §16.1). Nothing here copies
// or allocates: a StunMessage is a set of views into the datagram it was parsed from and must not outlive it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/drop_reason.hpp"
#include "base/result.hpp"
#include "base/socket_address.hpp"
#include "ice/stun_key.hpp"

namespace kaskado::ice {

using base::Bytes;
using base::MutableBytes;
using base::SocketAddress;

inline constexpr std::size_t kStunHeaderBytes = 20;
inline constexpr std::uint32_t kStunMagicCookie = 0x2112a442;  // RFC 8489 §5
inline constexpr std::uint16_t kBindingMethod = 0x001;         // RFC 8489 §18.2

enum class StunClass : std::uint8_t { request, indication, success, error };  // RFC 8489 §5

// RFC 8489 §18.3, RFC 8445 §16.1.
enum class StunAttribute : std::uint16_t {
  mapped_address = 0x0001,
  username = 0x0006,
  message_integrity = 0x0008,
  error_code = 0x0009,
  unknown_attributes = 0x000a,
  realm = 0x0014,
  nonce = 0x0015,
  message_integrity_sha256 = 0x001c,
  xor_mapped_address = 0x0020,
  priority = 0x0024,
  use_candidate = 0x0025,
  software = 0x8022,
  alternate_server = 0x8023,
  fingerprint = 0x8028,
  ice_controlled = 0x8029,
  ice_controlling = 0x802a,
};

// RFC 8489 §14.8, RFC 8445 §16.2, RFC 7675 §5.2.
namespace stun_error {
inline constexpr std::uint16_t kBadRequest = 400;
inline constexpr std::uint16_t kUnauthenticated = 401;
inline constexpr std::uint16_t kForbidden = 403;
inline constexpr std::uint16_t kUnknownAttribute = 420;
inline constexpr std::uint16_t kRoleConflict = 487;
}  // namespace stun_error

using TransactionId = std::array<std::uint8_t, 12>;

struct StunMessage {
  // How many unknown comprehension-required attributes are remembered for a 420; more are only known to be
  // there.
  static constexpr std::size_t kMaxUnknown = 8;

  StunClass type = StunClass::request;
  std::uint16_t method = 0;
  TransactionId transaction{};

  // An absent text is empty.
  std::string_view username;
  std::string_view realm;
  std::string_view nonce;
  std::string_view software;
  std::string_view error_reason;
  std::uint16_t error_code = 0;  // 0 where absent
  std::optional<std::uint32_t> priority;
  std::optional<std::uint64_t> ice_controlling;
  std::optional<std::uint64_t> ice_controlled;
  bool use_candidate = false;
  SocketAddress xor_mapped_address;  // not set where absent
  SocketAddress mapped_address;
  std::array<std::uint16_t, kMaxUnknown> unknown{};
  std::uint8_t unknown_count = 0;
  bool has_fingerprint = false;

  // Reads a whole datagram. Fails with bad_stun where the header, an attribute's length or a known
  // attribute's value is malformed, and with bad_stun_fingerprint where there is a FINGERPRINT and it is
  // wrong. Of an attribute that comes twice the first counts; what follows MESSAGE-INTEGRITY is ignored but
  // for FINGERPRINT, which must be the last (RFC 8489 §14.5, §14.7).
  static base::Result<StunMessage, base::DropReason> parse(Bytes datagram);

  bool has_integrity() const { return integrity_at != 0; }
  // Whether MESSAGE-INTEGRITY is there and right. Takes the same time wherever the first wrong byte is.
  bool verify(const StunKey& key) const;
  // Any attribute's value, the first of its type and not behind MESSAGE-INTEGRITY; with no data where absent.
  Bytes find(std::uint16_t attribute) const;
  // An address by such an attribute, masked (RFC 8489 §14.2) or not; not set where absent or malformed.
  SocketAddress read_xor_address(std::uint16_t attribute) const;
  SocketAddress read_address(std::uint16_t attribute) const;
  // Whose address the peer saw: XOR-MAPPED-ADDRESS, or MAPPED-ADDRESS from servers that know no other.
  const SocketAddress& reflexive_address() const {
    return xor_mapped_address.is_set() ? xor_mapped_address : mapped_address;
  }

  Bytes datagram;
  std::uint32_t integrity_at = 0;  // where MESSAGE-INTEGRITY starts, 0 where absent
};

// Whether this is STUN by its first byte and magic cookie (RFC 7983 §7): for a demultiplexer.
inline bool is_stun(Bytes datagram) {
  return datagram.size() >= kStunHeaderBytes && datagram[0] < 4 &&
         base::load_u32(datagram.data() + 4) == kStunMagicCookie;
}

// The USERNAME of a STUN message, unverified, read without looking at anything else: for finding whom a first
// check is for. The view is into the datagram.
std::optional<std::string_view> peek_username(Bytes datagram);

// The half of a USERNAME that names the receiver of the request (RFC 8445 §7.2.2).
inline std::string_view receiver_ufrag(std::string_view username) {
  return username.substr(0, username.find(':'));
}

}  // namespace kaskado::ice
