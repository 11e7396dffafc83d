#include "srtp/packet_cipher.hpp"

namespace kaskado::srtp {

PacketCipher::Any PacketCipher::make(const SessionKeys& keys, Direction direction,
                                     [[maybe_unused]] Engine engine) {
  const bool aead = traits(keys.profile).aead;
#ifdef KASKADO_X86_KERNELS
  if (is_available(engine, keys.profile)) {
    if (engine == Engine::wide) return Any(std::in_place_type<WideGcmCipher>, keys);
    if (engine == Engine::sse && aead) return Any(std::in_place_type<SseGcmCipher>, keys);
    if (engine == Engine::sse) return Any(std::in_place_type<KernelCmSha1Cipher>, keys);
  }
#endif
  if (aead) return Any(std::in_place_type<GcmCipher>, keys, direction);
  return Any(std::in_place_type<CmSha1Cipher>, keys);
}

}  // namespace kaskado::srtp
