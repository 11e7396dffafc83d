// What DTLS-SRTP (RFC 5764 §4.2) gives to SRTP: plain bytes, so that neither room knows the other.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/secret.hpp"

struct ssl_st;

namespace kaskado::dtls {

// RFC 5764 §4.1.2 and RFC 7714 §14.2.
inline constexpr std::uint16_t kSrtpAes128CmSha1_80 = 0x0001;
inline constexpr std::uint16_t kSrtpAes128CmSha1_32 = 0x0002;
inline constexpr std::uint16_t kSrtpAeadAes128Gcm = 0x0007;
inline constexpr std::uint16_t kSrtpAeadAes256Gcm = 0x0008;

// Ours by preference: AEAD costs half of what SHA-1 does.
inline constexpr std::array<std::uint16_t, 4> kDefaultSrtpProfiles{
    kSrtpAeadAes128Gcm, kSrtpAeadAes256Gcm, kSrtpAes128CmSha1_80, kSrtpAes128CmSha1_32};

// The master keys of both directions. Wiped on destruction.
struct SrtpKeyMaterial {
  std::uint16_t profile_id = 0;
  std::uint8_t key_bytes = 0;
  std::uint8_t salt_bytes = 0;
  base::Secret<32> local_key_room, remote_key_room;
  base::Secret<14> local_salt_room, remote_salt_room;

  base::Bytes local_key() const { return local_key_room.first(key_bytes); }
  base::Bytes local_salt() const { return local_salt_room.first(salt_bytes); }
  base::Bytes remote_key() const { return remote_key_room.first(key_bytes); }
  base::Bytes remote_salt() const { return remote_salt_room.first(salt_bytes); }
};

// The profiles in OpenSSL's names with colons between, in the order given; unknown ids are left out.
std::string srtp_profile_list(std::span<const std::uint16_t> profile_ids);

// Of a finished handshake that agreed on a profile; nothing where it did not.
std::optional<SrtpKeyMaterial> export_srtp_keys(ssl_st* ssl, bool we_are_client);

}  // namespace kaskado::dtls
