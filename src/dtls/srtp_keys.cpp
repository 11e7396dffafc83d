#include "dtls/srtp_keys.hpp"

#include <openssl/srtp.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <string_view>

namespace kaskado::dtls {
namespace {

struct ProfileRow {
  std::uint16_t id;
  std::string_view openssl_name;
  std::uint8_t key_bytes;
  std::uint8_t salt_bytes;
};

constexpr std::array<ProfileRow, 4> kProfiles{{
    {kSrtpAes128CmSha1_80, "SRTP_AES128_CM_SHA1_80", 16, 14},
    {kSrtpAes128CmSha1_32, "SRTP_AES128_CM_SHA1_32", 16, 14},
    {kSrtpAeadAes128Gcm, "SRTP_AEAD_AES_128_GCM", 16, 12},
    {kSrtpAeadAes256Gcm, "SRTP_AEAD_AES_256_GCM", 32, 12},
}};

const ProfileRow* find_profile(std::uint64_t id) {
  const auto* found = std::ranges::find(kProfiles, id, &ProfileRow::id);
  return found == kProfiles.end() ? nullptr : found;
}

constexpr std::string_view kExporterLabel = "EXTRACTOR-dtls_srtp";  // RFC 5764 §4.2

}  // namespace

std::string srtp_profile_list(std::span<const std::uint16_t> profile_ids) {
  std::string list;
  for (const std::uint16_t id : profile_ids) {
    const ProfileRow* profile = find_profile(id);
    if (!profile) continue;
    if (!list.empty()) list += ':';
    list += profile->openssl_name;
  }
  return list;
}

std::optional<SrtpKeyMaterial> export_srtp_keys(SSL* ssl, bool we_are_client) {
  const SRTP_PROTECTION_PROFILE* selected = SSL_get_selected_srtp_profile(ssl);
  const ProfileRow* profile = selected ? find_profile(selected->id) : nullptr;
  if (!profile) return std::nullopt;

  base::Secret<2 * (32 + 14)> exported;
  const std::size_t size = 2u * (profile->key_bytes + profile->salt_bytes);
  if (SSL_export_keying_material(ssl, exported.data(), size, kExporterLabel.data(), kExporterLabel.size(),
                                 nullptr, 0, 0) != 1)
    return std::nullopt;

  SrtpKeyMaterial keys;
  keys.profile_id = profile->id;
  keys.key_bytes = profile->key_bytes;
  keys.salt_bytes = profile->salt_bytes;
  // RFC 5764 §4.2: client key, server key, client salt, server salt.
  base::ByteReader reader(exported.first(size));
  auto& client_key = we_are_client ? keys.local_key_room : keys.remote_key_room;
  auto& server_key = we_are_client ? keys.remote_key_room : keys.local_key_room;
  auto& client_salt = we_are_client ? keys.local_salt_room : keys.remote_salt_room;
  auto& server_salt = we_are_client ? keys.remote_salt_room : keys.local_salt_room;
  std::ranges::copy(reader.take(profile->key_bytes), client_key.data());
  std::ranges::copy(reader.take(profile->key_bytes), server_key.data());
  std::ranges::copy(reader.take(profile->salt_bytes), client_salt.data());
  std::ranges::copy(reader.take(profile->salt_bytes), server_salt.data());
  return keys;
}

}  // namespace kaskado::dtls
