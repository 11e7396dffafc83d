// The seam behind SrtpSender and SrtpReceiver: what turns a packet with a known index into a sealed one and
// back. No state but keys; chosen once a session, called without a virtual call. A faster cipher becomes one
// more alternative of the variant.
#pragma once

#include <utility>
#include <variant>

#include "srtp/cm_sha1_cipher.hpp"
#include "srtp/gcm_cipher.hpp"

namespace kaskado::srtp {

// Every alternative has the same four functions. Callers have checked all lengths; false means that OpenSSL
// failed or, when opening, that the packet is not authentic (its bytes are unspecified then).
class PacketCipher {
 public:
  PacketCipher(const SessionKeys& keys, Direction direction) : cipher_(make(keys, direction)) {}

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
  using Any = std::variant<GcmCipher, CmSha1Cipher>;

  static Any make(const SessionKeys& keys, Direction direction) {
    if (traits(keys.profile).aead) return Any(std::in_place_type<GcmCipher>, keys, direction);
    return Any(std::in_place_type<CmSha1Cipher>, keys);
  }
  template <typename Call>
  bool dispatch(Call call) {
    if (auto* gcm = std::get_if<GcmCipher>(&cipher_)) return call(*gcm);
    return call(*std::get_if<CmSha1Cipher>(&cipher_));
  }

  Any cipher_;
};

}  // namespace kaskado::srtp
