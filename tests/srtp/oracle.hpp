// libsrtp2 as the other end of a session.
#pragma once

#include <srtp2/srtp.h>

#include <stdexcept>

#include "packets.hpp"

namespace kaskado::srtp {

class Oracle {
 public:
  enum class Way { sends, receives };

  Oracle(const MasterKey& master, Way way) {
    static const bool kStarted = srtp_init() == srtp_err_status_ok;
    if (!kStarted) throw std::runtime_error("srtp_init");
    const ProfileTraits& profile = traits(master.profile);
    std::copy_n(master.key.data(), profile.key_bytes, key_);
    std::copy_n(master.salt.data(), profile.salt_bytes, key_ + profile.key_bytes);
    srtp_policy_t policy{};
    set_policies(master.profile, policy);
    policy.ssrc.type = way == Way::sends ? ssrc_any_outbound : ssrc_any_inbound;
    policy.key = key_;
    policy.window_size = 1024;
    policy.allow_repeat_tx = 1;
    if (srtp_create(&session_, &policy) != srtp_err_status_ok) throw std::runtime_error("srtp_create");
  }
  Oracle(const Oracle&) = delete;
  ~Oracle() { srtp_dealloc(session_); }

  ByteVector protect(ByteVector packet) { return run(srtp_protect, std::move(packet), SRTP_MAX_TRAILER_LEN); }
  ByteVector protect_rtcp(ByteVector packet) {
    return run(srtp_protect_rtcp, std::move(packet), SRTP_MAX_TRAILER_LEN + 4);
  }
  // Empty where the packet is refused.
  ByteVector unprotect(ByteVector packet) { return run(srtp_unprotect, std::move(packet), 0); }
  ByteVector unprotect_rtcp(ByteVector packet) { return run(srtp_unprotect_rtcp, std::move(packet), 0); }

  // In place, without a copy, for the benchmark.
  int protect_in_place(std::uint8_t* packet, int length) {
    return srtp_protect(session_, packet, &length) == srtp_err_status_ok ? length : 0;
  }
  int unprotect_in_place(std::uint8_t* packet, int length) {
    return srtp_unprotect(session_, packet, &length) == srtp_err_status_ok ? length : 0;
  }

 private:
  template <typename Call>
  ByteVector run(Call call, ByteVector packet, std::size_t trailer) {
    int length = static_cast<int>(packet.size());
    packet.resize(packet.size() + trailer);
    const auto status = call(session_, packet.data(), &length);
    packet.resize(status == srtp_err_status_ok ? static_cast<std::size_t>(length) : 0);
    return packet;
  }

  static void set_policies(Profile profile, srtp_policy_t& policy) {
    switch (profile) {
      case Profile::aes128_cm_sha1_80:
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
        break;
      case Profile::aes128_cm_sha1_32:
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
        break;
      case Profile::aes256_cm_sha1_80:
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtcp);
        break;
      case Profile::aes256_cm_sha1_32:
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_32(&policy.rtp);
        srtp_crypto_policy_set_aes_cm_256_hmac_sha1_80(&policy.rtcp);
        break;
      case Profile::aead_aes128_gcm:
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
        break;
      case Profile::aead_aes256_gcm:
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_256_16_auth(&policy.rtcp);
        break;
    }
  }

  unsigned char key_[64]{};
  srtp_t session_ = nullptr;
};

}  // namespace kaskado::srtp
