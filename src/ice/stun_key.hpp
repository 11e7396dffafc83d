// The key of a MESSAGE-INTEGRITY, kept as the two SHA-1 states that HMAC starts from (RFC 2104 §4): 40
// bytes a credential, no allocation, and two blocks less to hash for every message.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"

namespace kaskado::ice {

class StunKey {
 public:
  using Digest = std::array<std::uint8_t, 20>;

  // The password itself (RFC 8489 §9.1.1). ICE passwords are ASCII, so OpaqueString changes nothing.
  static StunKey short_term(std::string_view password);
  // MD5 of "username:realm:password" (RFC 8489 §9.2.2), all three prepared by the caller.
  static StunKey long_term(std::string_view username, std::string_view realm, std::string_view password);

  // HMAC-SHA1 of `head` followed by `tail`.
  Digest sign(base::Bytes head, base::Bytes tail) const;
  bool operator==(const StunKey&) const = default;

 private:
  using State = std::array<std::uint32_t, 5>;
  static StunKey from(base::Bytes key);

  State inner_{};
  State outer_{};
};

}  // namespace kaskado::ice
