#include "dtls/traffic_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <memory>

namespace kaskado::dtls {
namespace {

constexpr std::size_t kMasterSecretBytes = 48;
constexpr std::size_t kRandomBytes = 32;
constexpr std::string_view kKeyExpansion = "key expansion";
// Two keys and two IVs at their longest.
using KeyBlock = base::Secret<2 * (32 + 12)>;

std::optional<Aead> aead_of(const SSL_CIPHER* cipher) {
  switch (cipher ? SSL_CIPHER_get_cipher_nid(cipher) : NID_undef) {
    case NID_aes_128_gcm:
      return Aead::aes_128_gcm;
    case NID_aes_256_gcm:
      return Aead::aes_256_gcm;
    case NID_chacha20_poly1305:
      return Aead::chacha20_poly1305;
    default:
      return std::nullopt;
  }
}

// RFC 5246 §6.3: PRF(master_secret, "key expansion", server_random + client_random).
bool expand(SSL* ssl, base::MutableBytes key_block) {
  base::Secret<kMasterSecretBytes> master;
  std::array<std::uint8_t, 2 * kRandomBytes> randoms;
  const EVP_MD* digest = SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(ssl));
  if (!digest ||
      SSL_SESSION_get_master_key(SSL_get_session(ssl), master.data(), kMasterSecretBytes) !=
          kMasterSecretBytes ||
      SSL_get_server_random(ssl, randoms.data(), kRandomBytes) != kRandomBytes ||
      SSL_get_client_random(ssl, randoms.data() + kRandomBytes, kRandomBytes) != kRandomBytes)
    return false;

  static EVP_KDF* const kPrf = EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_TLS1_PRF, nullptr);
  const std::unique_ptr<EVP_KDF_CTX, decltype(&EVP_KDF_CTX_free)> prf(kPrf ? EVP_KDF_CTX_new(kPrf) : nullptr,
                                                                      EVP_KDF_CTX_free);
  const auto text = [](std::string_view name) { return const_cast<char*>(name.data()); };
  const OSSL_PARAM input[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, text(EVP_MD_get0_name(digest)), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, master.data(), kMasterSecretBytes),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, text(kKeyExpansion), kKeyExpansion.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, randoms.data(), randoms.size()),
      OSSL_PARAM_construct_end()};
  return prf && EVP_KDF_derive(prf.get(), key_block.data(), key_block.size(), input) == 1;
}

}  // namespace

std::optional<TrafficKeys> export_traffic_keys(SSL* ssl, bool we_are_client) {
  const auto aead = aead_of(SSL_get_current_cipher(ssl));
  if (!aead) return std::nullopt;
  KeyBlock block;
  const std::size_t key = key_bytes(*aead), iv = fixed_iv_bytes(*aead);
  if (!expand(ssl, block.first(2 * (key + iv)))) return std::nullopt;

  TrafficKeys keys;
  keys.local.aead = keys.remote.aead = *aead;
  TrafficKey& client = we_are_client ? keys.local : keys.remote;
  TrafficKey& server = we_are_client ? keys.remote : keys.local;
  // RFC 5246 §6.3: keys of client and server, then their IVs. An AEAD has no MAC keys.
  base::ByteReader reader(block.first(2 * (key + iv)));
  std::ranges::copy(reader.take(key), client.key.data());
  std::ranges::copy(reader.take(key), server.key.data());
  std::ranges::copy(reader.take(iv), client.iv.data());
  std::ranges::copy(reader.take(iv), server.iv.data());
  return keys;
}

}  // namespace kaskado::dtls
