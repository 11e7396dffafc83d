// AES counter mode with HMAC-SHA1 (RFC 3711 §4, RFC 6188): a PacketCipher.
#pragma once

#include "srtp/aes_counter.hpp"
#include "srtp/hmac_sha1.hpp"
#include "srtp/key_derivation.hpp"

namespace kaskado::srtp {

class CmSha1Cipher {
 public:
  explicit CmSha1Cipher(const SessionKeys& keys);

  bool seal_rtp(std::uint8_t* packet, std::size_t header_bytes, base::Bytes payload, std::uint64_t index);
  bool open_rtp(base::MutableBytes packet, std::size_t header_bytes, std::uint64_t index);
  bool seal_rtcp(std::uint8_t* packet, std::size_t length, std::uint32_t index_word);
  bool open_rtcp(base::MutableBytes packet, std::uint32_t index_word);

 private:
  AesCounter::Block initial_counter(std::uint32_t ssrc, std::uint64_t index) const;

  AesCounter counter_;
  HmacSha1 hmac_;
  base::Secret<AesCounter::kBlockBytes> salt_;  // k_s * 2^16
  std::uint8_t rtp_tag_bytes_;
  std::uint8_t rtcp_tag_bytes_;
};

}  // namespace kaskado::srtp
