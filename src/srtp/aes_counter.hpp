// AES in counter mode (RFC 3711 §4.1.1, RFC 6188 §2): the key stream of a packet and of key derivation.
#pragma once

#include <array>

#include "srtp/evp_context.hpp"

namespace kaskado::srtp {

class AesCounter {
 public:
  static constexpr std::size_t kBlockBytes = 16;
  using Block = std::array<std::uint8_t, kBlockBytes>;

  // `key` has 16 or 32 bytes.
  explicit AesCounter(base::Bytes key)
      : context_(make_cipher_context(CipherMode::ctr, Direction::encrypt, key)) {}

  // Writes in.size() bytes to `out`, which is in.data() itself or does not overlap `in`. False only where
  // OpenSSL fails, which with good memory it does not.
  bool apply(const Block& iv, base::Bytes in, std::uint8_t* out);

 private:
  CipherContext context_;
};

}  // namespace kaskado::srtp
