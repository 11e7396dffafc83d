// AES-GCM (RFC 7714): a PacketCipher.
#pragma once

#include <array>

#include "srtp/evp_context.hpp"
#include "srtp/key_derivation.hpp"

namespace kaskado::srtp {

class GcmCipher {
 public:
  // One cipher works in one direction: it seals, or it opens.
  GcmCipher(const SessionKeys& keys, Direction direction);

  bool seal_rtp(std::uint8_t* packet, std::size_t header_bytes, base::Bytes payload, std::uint64_t index);
  bool open_rtp(base::MutableBytes packet, std::size_t header_bytes, std::uint64_t index);
  bool seal_rtcp(std::uint8_t* packet, std::size_t length, std::uint32_t index_word);
  bool open_rtcp(base::MutableBytes packet, std::uint32_t index_word);

 private:
  static constexpr std::size_t kNonceBytes = 12;
  using Nonce = std::array<std::uint8_t, kNonceBytes>;

  Nonce nonce(std::uint32_t ssrc, std::uint64_t index) const;
  bool begin(const Nonce& nonce);
  bool begin_open(const Nonce& nonce, std::uint8_t* tag);
  bool authenticate(base::Bytes associated);
  bool crypt(base::Bytes in, std::uint8_t* out);
  bool finish_seal(std::uint8_t* tag);
  bool finish_open();

  CipherContext context_;
  base::Secret<kNonceBytes> salt_;
};

}  // namespace kaskado::srtp
