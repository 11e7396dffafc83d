// Session keys from a master key (RFC 3711 §4.3) with a key derivation rate of 0: once a session.
#pragma once

#include "srtp/profile.hpp"

namespace kaskado::srtp {

// What one cipher needs for RTP, or for RTCP, of one direction. Wiped on destruction.
struct SessionKeys {
  Profile profile = Profile::aead_aes128_gcm;
  base::Secret<kMaxKeyBytes> key;
  base::Secret<kMaxSaltBytes> salt;
  base::Secret<kAuthKeyBytes> auth;  // not used by the AEAD profiles
};

SessionKeys derive_rtp_keys(const MasterKey& master);
SessionKeys derive_rtcp_keys(const MasterKey& master);

}  // namespace kaskado::srtp
