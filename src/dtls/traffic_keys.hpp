// What protects the records after a handshake (RFC 5246 §6.3), taken out of OpenSSL so that its session, of
// which most is memory for a handshake, can be let go.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/secret.hpp"

struct ssl_st;

namespace kaskado::dtls {

enum class Aead : std::uint8_t { aes_128_gcm, aes_256_gcm, chacha20_poly1305 };

// Of one direction. Wiped on destruction.
struct TrafficKey {
  Aead aead = Aead::aes_128_gcm;
  base::Secret<32> key;
  // RFC 5288 §3: 4 bytes, before the explicit ones of each record; RFC 7905 §2: all 12.
  base::Secret<12> iv;
};

struct TrafficKeys {
  TrafficKey local;
  TrafficKey remote;
};

constexpr std::size_t key_bytes(Aead aead) {
  return aead == Aead::aes_128_gcm ? 16 : 32;
}
constexpr std::size_t fixed_iv_bytes(Aead aead) {
  return aead == Aead::chacha20_poly1305 ? 12 : 4;
}
constexpr std::size_t explicit_nonce_bytes(Aead aead) {
  return aead == Aead::chacha20_poly1305 ? 0 : 8;
}

// Of a finished handshake. Nothing where its cipher is none of ours, which the context's list rules out.
std::optional<TrafficKeys> export_traffic_keys(ssl_st* ssl, bool we_are_client);

}  // namespace kaskado::dtls
