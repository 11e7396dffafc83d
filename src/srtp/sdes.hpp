// Keys that session descriptions carry (SDES, RFC 4568): the value of an a=crypto line, read and written.
// Pure functions, for any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.hpp"
#include "base/result.hpp"
#include "srtp/profile.hpp"

namespace kaskado::srtp {

// The master key identifier that stands in each packet of a peer that has announced one (RFC 3711 §3.1).
struct Mki {
  static constexpr std::size_t kMaxBytes = 8;
  std::array<std::uint8_t, kMaxBytes> bytes{};
  std::uint8_t length = 0;  // 0: none

  base::Bytes value() const { return base::Bytes{bytes}.first(length); }
  bool operator==(const Mki&) const = default;
};

// RFC 3711 §9.2: what a master key is good for at the most.
inline constexpr std::uint64_t kMaxRtpPackets = std::uint64_t{1} << 48;
inline constexpr std::uint64_t kMaxRtcpPackets = std::uint64_t{1} << 31;

struct SdesKey {
  std::uint32_t tag = 0;
  MasterKey master;
  std::uint64_t lifetime_packets = kMaxRtpPackets;  // as the peer says, where it does (RFC 4568 §6.1)
  Mki mki;
};

// What stands behind "a=crypto:": tag, suite, one inline key with lifetime and MKI, session parameters. Of
// the latter those are taken that change nothing of what is received: KDR=0, WSH, and what begins with "-"
// (RFC 4568 §6.3.7). The error says what is wrong, without the key.
base::Result<SdesKey> parse_sdes(std::string_view line);

// "AES_CM_128_HMAC_SHA1_80 inline:…": without a tag, with the longest lifetime and no MKI.
std::string to_sdes(const MasterKey& master);

// Key and salt, one behind the other, as they stand in an inline key.
base::Result<MasterKey> master_key_of(Profile profile, base::Bytes key_and_salt);
MasterKey generate_master_key(Profile profile, base::Random& random);

}  // namespace kaskado::srtp
