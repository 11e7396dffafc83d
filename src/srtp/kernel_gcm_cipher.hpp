// AES-GCM (RFC 7714) by a kernel: a PacketCipher.
#pragma once

#include "srtp/kernels/kernels.hpp"
#include "srtp/key_derivation.hpp"

namespace kaskado::srtp {

// `Kernel` is kernels::SseGcm or kernels::WideGcm. Seals and opens with one key schedule, which lies in the
// cipher itself: a session's packet touches no other memory of it.
template <typename Kernel>
class KernelGcmCipher {
 public:
  explicit KernelGcmCipher(const SessionKeys& keys);

  bool seal_rtp(std::uint8_t* packet, std::size_t header_bytes, base::Bytes payload, std::uint64_t index);
  bool open_rtp(base::MutableBytes packet, std::size_t header_bytes, std::uint64_t index);
  bool seal_rtcp(std::uint8_t* packet, std::size_t length, std::uint32_t index_word);
  bool open_rtcp(base::MutableBytes packet, std::uint32_t index_word);

 private:
  static constexpr std::size_t kNonceBytes = 12;

  kernels::CounterBlock j0(std::uint32_t ssrc, std::uint64_t index) const;
  kernels::GcmPacket packet(base::Bytes header, base::Bytes in, std::uint8_t* out) const;

  alignas(kernels::kBlockBytes) base::Secret<kernels::kGcmScheduleBytes> schedule_;
  base::Secret<kNonceBytes> salt_;
  std::uint8_t key_bytes_;
};

extern template class KernelGcmCipher<kernels::SseGcm>;
extern template class KernelGcmCipher<kernels::WideGcm>;

}  // namespace kaskado::srtp
