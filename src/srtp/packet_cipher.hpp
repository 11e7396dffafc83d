// The seam behind SrtpSender and SrtpReceiver: what turns a packet with a known index into a sealed one and
// back. No state but keys; chosen once a session, called without a virtual call. A faster cipher becomes one
// more alternative of the variant.
#pragma once

#include <utility>
#include <variant>

#include "srtp/cm_sha1_cipher.hpp"
#include "srtp/engine.hpp"
#include "srtp/gcm_cipher.hpp"
#include "srtp/kernel_cm_sha1_cipher.hpp"
#include "srtp/kernel_gcm_cipher.hpp"

namespace kaskado::srtp {

// Every alternative has the same four functions. Callers have checked all lengths; false means that OpenSSL
// failed or, when opening, that the packet is not authentic (its bytes are unspecified then).
class PacketCipher {
 public:
  // `engine` has to be available for the keys' profile; where it is not, OpenSSL takes its place.
  PacketCipher(const SessionKeys& keys, Direction direction, Engine engine)
      : cipher_(make(keys, direction, engine)) {}
  PacketCipher(const SessionKeys& keys, Direction direction)
      : PacketCipher(keys, direction, fastest_engine(keys.profile)) {}

  // The header stands at `packet`; the encrypted payload and the tag are written behind it.
  bool seal_rtp(std::uint8_t* packet, std::size_t header_bytes, base::Bytes payload, std::uint64_t index) {
    return dispatch([&](auto& cipher) { return cipher.seal_rtp(packet, header_bytes, payload, index); });
  }
  // In place, over header, payload and tag.
  bool open_rtp(base::MutableBytes packet, std::size_t header_bytes, std::uint64_t index) {
    return dispatch([&](auto& cipher) { return cipher.open_rtp(packet, header_bytes, index); });
  }
  // In place over `length` bytes, with tag and `index_word` (E-flag and SRTCP index) put behind them.
  bool seal_rtcp(std::uint8_t* packet, std::size_t length, std::uint32_t index_word) {
    return dispatch([&](auto& cipher) { return cipher.seal_rtcp(packet, length, index_word); });
  }
  bool open_rtcp(base::MutableBytes packet, std::uint32_t index_word) {
    return dispatch([&](auto& cipher) { return cipher.open_rtcp(packet, index_word); });
  }

 private:
#ifdef KASKADO_X86_KERNELS
  using WideGcmCipher = KernelGcmCipher<kernels::WideGcm>;
  using SseGcmCipher = KernelGcmCipher<kernels::SseGcm>;
  using Any = std::variant<GcmCipher, CmSha1Cipher, WideGcmCipher, SseGcmCipher, KernelCmSha1Cipher>;
#else
  using Any = std::variant<GcmCipher, CmSha1Cipher>;
#endif

  static Any make(const SessionKeys& keys, Direction direction, Engine engine);

  template <typename Call>
  bool dispatch(Call call) {
#ifdef KASKADO_X86_KERNELS
    if (auto* wide_gcm = std::get_if<WideGcmCipher>(&cipher_)) return call(*wide_gcm);
    if (auto* sse_gcm = std::get_if<SseGcmCipher>(&cipher_)) return call(*sse_gcm);
    if (auto* cm = std::get_if<KernelCmSha1Cipher>(&cipher_)) return call(*cm);
#endif
    if (auto* gcm = std::get_if<GcmCipher>(&cipher_)) return call(*gcm);
    return call(*std::get_if<CmSha1Cipher>(&cipher_));
  }

  Any cipher_;
};

}  // namespace kaskado::srtp
