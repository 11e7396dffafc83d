#include "srtp/key_derivation.hpp"

#include <algorithm>

#include "srtp/aes_counter.hpp"

namespace kaskado::srtp {
namespace {

// RFC 3711 §4.3.2. The RTCP labels follow the RTP ones in the same order.
enum Label : std::uint8_t { rtp_encryption = 0, rtcp_encryption = 3 };
constexpr std::uint8_t kAuthenticationStep = 1;
constexpr std::uint8_t kSaltStep = 2;

// RFC 3711 §4.3.1 and §4.3.3: x = (label || r) xor master_salt, with r = 0, and the key stream of the
// counter mode at x * 2^16. A 96-bit salt is padded with zeros on the right (RFC 7714 §11).
void derive(const MasterKey& master, std::uint8_t label, base::MutableBytes out) {
  std::array<std::uint8_t, AesCounter::kBlockBytes> iv{};
  std::ranges::copy(master.salt.first(traits(master.profile).salt_bytes), iv.begin());
  iv[7] ^= label;
  std::ranges::fill(out, std::uint8_t{0});
  AesCounter prf(master.key.first(traits(master.profile).key_bytes));
  prf.apply(iv, out, out.data());
}

SessionKeys derive_from(const MasterKey& master, Label first) {
  const ProfileTraits& profile = traits(master.profile);
  SessionKeys keys;
  keys.profile = master.profile;
  derive(master, first, keys.key.first(profile.key_bytes));
  derive(master, static_cast<std::uint8_t>(first + kSaltStep), keys.salt.first(profile.salt_bytes));
  if (!profile.aead)
    derive(master, static_cast<std::uint8_t>(first + kAuthenticationStep), keys.auth.first(kAuthKeyBytes));
  return keys;
}

}  // namespace

SessionKeys derive_rtp_keys(const MasterKey& master) {
  return derive_from(master, rtp_encryption);
}
SessionKeys derive_rtcp_keys(const MasterKey& master) {
  return derive_from(master, rtcp_encryption);
}

}  // namespace kaskado::srtp
