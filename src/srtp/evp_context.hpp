// The one place that sets up OpenSSL cipher contexts: the key schedule is made here, once, and packets
// after that only set a new IV.
#pragma once

#include <memory>

#include "base/bytes.hpp"

struct evp_cipher_ctx_st;

namespace kaskado::srtp {

struct FreeCipherContext {
  void operator()(evp_cipher_ctx_st* context) const;
};
using CipherContext = std::unique_ptr<evp_cipher_ctx_st, FreeCipherContext>;

enum class CipherMode : std::uint8_t { ctr, gcm };
enum class Direction : std::uint8_t { encrypt, decrypt };

// AES with a key of 16 or 32 bytes. Throws std::runtime_error only where OpenSSL has no such cipher or no
// memory: a broken installation, never an input.
CipherContext make_cipher_context(CipherMode mode, Direction direction, base::Bytes key);

}  // namespace kaskado::srtp
