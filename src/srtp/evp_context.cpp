#include "srtp/evp_context.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <stdexcept>

namespace kaskado::srtp {
namespace {

// Fetched once a process: a fetch by name takes locks and microseconds.
const EVP_CIPHER* cipher(CipherMode mode, std::size_t key_bytes) {
  static const EVP_CIPHER* const kCtr128 = EVP_CIPHER_fetch(nullptr, "AES-128-CTR", nullptr);
  static const EVP_CIPHER* const kCtr256 = EVP_CIPHER_fetch(nullptr, "AES-256-CTR", nullptr);
  static const EVP_CIPHER* const kGcm128 = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
  static const EVP_CIPHER* const kGcm256 = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  const bool wide = key_bytes == 32;
  if (mode == CipherMode::ctr) return wide ? kCtr256 : kCtr128;
  return wide ? kGcm256 : kGcm128;
}

}  // namespace

void FreeCipherContext::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);
}

CipherContext make_cipher_context(CipherMode mode, Direction direction, base::Bytes key) {
  CipherContext context(EVP_CIPHER_CTX_new());
  const EVP_CIPHER* type = cipher(mode, key.size());
  const int encrypt = direction == Direction::encrypt ? 1 : 0;
  if (!context || !type ||
      EVP_CipherInit_ex2(context.get(), type, key.data(), nullptr, encrypt, nullptr) != 1) {
    ERR_clear_error();
    throw std::runtime_error("OpenSSL cannot set up AES for SRTP");
  }
  return context;
}

}  // namespace kaskado::srtp
