// AES counter mode with HMAC-SHA1 (RFC 3711 §4, RFC 6188) by the kernel for AES-NI and SHA-NI: a
// PacketCipher.
#pragma once

#include "srtp/kernels/kernels.hpp"
#include "srtp/key_derivation.hpp"

namespace kaskado::srtp {

class KernelCmSha1Cipher {
 public:
  explicit KernelCmSha1Cipher(const SessionKeys& keys);

  bool seal_rtp(std::uint8_t* packet, std::size_t header_bytes, base::Bytes payload, std::uint64_t index);
  bool open_rtp(base::MutableBytes packet, std::size_t header_bytes, std::uint64_t index);
  bool seal_rtcp(std::uint8_t* packet, std::size_t length, std::uint32_t index_word);
  bool open_rtcp(base::MutableBytes packet, std::uint32_t index_word);

 private:
  kernels::CounterBlock first_counter(std::uint32_t ssrc, std::uint64_t index) const;
  kernels::CmPacket packet(std::uint8_t* bytes, std::size_t header_bytes, base::Bytes payload) const;
  bool is_signed(base::Bytes message, std::uint32_t trailer, base::Bytes tag) const;

  alignas(kernels::kBlockBytes) base::Secret<kernels::kCmScheduleBytes> schedule_;
  base::Secret<kernels::kBlockBytes> salt_;  // k_s * 2^16
  std::uint8_t key_bytes_;
  std::uint8_t rtp_tag_bytes_;
  std::uint8_t rtcp_tag_bytes_;
};

}  // namespace kaskado::srtp
