// SRTP protection profiles and the master keys that fit them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace kaskado::srtp {

enum class Profile : std::uint8_t {
  aes128_cm_sha1_80,
  aes128_cm_sha1_32,
  aes256_cm_sha1_80,
  aes256_cm_sha1_32,
  aead_aes128_gcm,
  aead_aes256_gcm,
};

inline constexpr std::array kAllProfiles{Profile::aes128_cm_sha1_80, Profile::aes128_cm_sha1_32,
                                         Profile::aes256_cm_sha1_80, Profile::aes256_cm_sha1_32,
                                         Profile::aead_aes128_gcm,   Profile::aead_aes256_gcm};

inline constexpr std::size_t kMaxKeyBytes = 32;
inline constexpr std::size_t kMaxSaltBytes = 14;
inline constexpr std::size_t kAuthKeyBytes = 20;  // RFC 3711 §5.2: n_a, HMAC-SHA1 only
// E-flag and SRTCP index, RFC 3711 §3.4.
inline constexpr std::size_t kSrtcpIndexBytes = 4;
// The most that sealing adds to an RTP packet and to an RTCP one.
inline constexpr std::size_t kMaxRtpOverheadBytes = 16;
inline constexpr std::size_t kMaxRtcpOverheadBytes = 16 + kSrtcpIndexBytes;

struct ProfileTraits {
  std::string_view name;    // the SDES crypto suite: RFC 4568 §6.2, RFC 6188 §5.1, RFC 7714 §14.1
  std::uint16_t dtls_id;    // RFC 5764 §4.1.2, RFC 7714 §14.2; 0 where DTLS-SRTP has no such profile
  std::uint8_t key_bytes;   // master and session encryption key alike
  std::uint8_t salt_bytes;  // master and session salt alike
  std::uint8_t rtp_tag_bytes;
  std::uint8_t rtcp_tag_bytes;  // 80 bits with the short RTP tags too: RFC 3711 §5.2, RFC 5764 §4.1.2
  bool aead;
};

inline constexpr std::array<ProfileTraits, kAllProfiles.size()> kProfileTraits{{
    {"AES_CM_128_HMAC_SHA1_80", 0x0001, 16, 14, 10, 10, false},
    {"AES_CM_128_HMAC_SHA1_32", 0x0002, 16, 14, 4, 10, false},
    {"AES_256_CM_HMAC_SHA1_80", 0, 32, 14, 10, 10, false},
    {"AES_256_CM_HMAC_SHA1_32", 0, 32, 14, 4, 10, false},
    {"AEAD_AES_128_GCM", 0x0007, 16, 12, 16, 16, true},
    {"AEAD_AES_256_GCM", 0x0008, 32, 12, 16, 16, true},
}};

constexpr const ProfileTraits& traits(Profile profile) {
  return kProfileTraits[static_cast<std::size_t>(profile)];
}

constexpr std::optional<Profile> profile_from_dtls_id(std::uint16_t id) {
  for (const Profile profile : kAllProfiles)
    if (id != 0 && traits(profile).dtls_id == id) return profile;
  return std::nullopt;
}

constexpr std::optional<Profile> profile_from_name(std::string_view name) {
  for (const Profile profile : kAllProfiles)
    if (traits(profile).name == name) return profile;
  return std::nullopt;
}

// What both ends agreed on for one direction. Wiped on destruction.
struct MasterKey {
  Profile profile = Profile::aead_aes128_gcm;
  base::Secret<kMaxKeyBytes> key;    // the first traits(profile).key_bytes count
  base::Secret<kMaxSaltBytes> salt;  // the first traits(profile).salt_bytes count

  // An error where the lengths are not the profile's.
  static base::Result<MasterKey> from(Profile profile, base::Bytes key, base::Bytes salt);
};

}  // namespace kaskado::srtp
