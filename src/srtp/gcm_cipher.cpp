#include "srtp/gcm_cipher.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>

#include "srtp/layout.hpp"

namespace kaskado::srtp {
namespace {

constexpr std::size_t kTagBytes = 16;  // RFC 7714 §13.2

}  // namespace

GcmCipher::GcmCipher(const SessionKeys& keys, Direction direction)
    : context_(
          make_cipher_context(CipherMode::gcm, direction, keys.key.first(traits(keys.profile).key_bytes))) {
  std::ranges::copy(keys.salt.first(kNonceBytes), salt_.data());
}

// RFC 7714 §8.1 and §9.1: 00 00 || SSRC || index (48 bits: ROC || SEQ, or the SRTCP index), xor the salt.
GcmCipher::Nonce GcmCipher::nonce(std::uint32_t ssrc, std::uint64_t index) const {
  Nonce nonce;
  const std::uint64_t high = std::uint64_t{ssrc} << 16 | index >> 32;
  base::store_u64(nonce.data(), base::load_u64(salt_.data()) ^ high);
  base::store_u32(nonce.data() + 8, base::load_u32(salt_.data() + 8) ^ static_cast<std::uint32_t>(index));
  return nonce;
}

bool GcmCipher::begin(const Nonce& nonce) {
  return EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce.data(), -1, nullptr) == 1;
}

bool GcmCipher::begin_open(const Nonce& nonce, std::uint8_t* tag) {
  const OSSL_PARAM with_tag[] = {
      OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag, kTagBytes),
      OSSL_PARAM_construct_end()};
  return EVP_CipherInit_ex2(context_.get(), nullptr, nullptr, nonce.data(), -1, with_tag) == 1;
}

bool GcmCipher::authenticate(base::Bytes associated) {
  int written = 0;
  return EVP_CipherUpdate(context_.get(), nullptr, &written, associated.data(),
                          static_cast<int>(associated.size())) == 1;
}

bool GcmCipher::crypt(base::Bytes in, std::uint8_t* out) {
  int written = 0;
  return in.empty() ||
         EVP_CipherUpdate(context_.get(), out, &written, in.data(), static_cast<int>(in.size())) == 1;
}

bool GcmCipher::finish_seal(std::uint8_t* tag) {
  OSSL_PARAM get_tag[] = {OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag, kTagBytes),
                          OSSL_PARAM_construct_end()};
  int written = 0;
  return EVP_CipherFinal_ex(context_.get(), tag, &written) == 1 &&
         EVP_CIPHER_CTX_get_params(context_.get(), get_tag) == 1;
}

bool GcmCipher::finish_open() {
  std::uint8_t nothing[kTagBytes];
  int written = 0;
  return EVP_CipherFinal_ex(context_.get(), nothing, &written) == 1;
}

bool GcmCipher::seal_rtp(std::uint8_t* packet, std::size_t header_bytes, base::Bytes payload,
                         std::uint64_t index) {
  std::uint8_t* ciphertext = packet + header_bytes;
  return begin(nonce(rtp_ssrc(packet), index)) && authenticate({packet, header_bytes}) &&
         crypt(payload, ciphertext) && finish_seal(ciphertext + payload.size());
}

bool GcmCipher::open_rtp(base::MutableBytes packet, std::size_t header_bytes, std::uint64_t index) {
  const base::MutableBytes payload = packet.subspan(header_bytes, packet.size() - header_bytes - kTagBytes);
  return begin_open(nonce(rtp_ssrc(packet.data()), index), packet.last(kTagBytes).data()) &&
         authenticate(packet.first(header_bytes)) && crypt(payload, payload.data()) && finish_open();
}

bool GcmCipher::seal_rtcp(std::uint8_t* packet, std::size_t length, std::uint32_t index_word) {
  const base::MutableBytes body{packet + kRtcpHeaderBytes, length - kRtcpHeaderBytes};
  std::uint8_t* tag = packet + length;
  std::uint8_t* trailer = tag + kTagBytes;
  base::store_u32(trailer, index_word);
  return begin(nonce(rtcp_ssrc(packet), index_word & kMaxSrtcpIndex)) &&
         authenticate({packet, kRtcpHeaderBytes}) && authenticate({trailer, kSrtcpIndexBytes}) &&
         crypt(body, body.data()) && finish_seal(tag);
}

// A packet that is only authenticated has all of itself as associated data (RFC 7714 §9.3).
bool GcmCipher::open_rtcp(base::MutableBytes packet, std::uint32_t index_word) {
  const base::MutableBytes trailer = packet.last(kSrtcpIndexBytes);
  const base::MutableBytes covered = packet.first(packet.size() - kTagBytes - kSrtcpIndexBytes);
  const std::size_t clear_bytes = index_word & kSrtcpEncrypted ? kRtcpHeaderBytes : covered.size();
  const base::MutableBytes body = covered.subspan(clear_bytes);
  return begin_open(nonce(rtcp_ssrc(packet.data()), index_word & kMaxSrtcpIndex),
                    covered.data() + covered.size()) &&
         authenticate(covered.first(clear_bytes)) && authenticate(trailer) && crypt(body, body.data()) &&
         finish_open();
}

}  // namespace kaskado::srtp
