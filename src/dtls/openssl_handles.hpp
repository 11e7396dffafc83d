// Owning pointers to OpenSSL's objects, and its error queue as text.
#pragma once

#include <memory>
#include <string>

struct bio_st;
struct evp_cipher_ctx_st;
struct evp_pkey_st;
struct ssl_ctx_st;
struct ssl_st;
struct x509_st;

namespace kaskado::dtls {

struct OpenSslFree {
  void operator()(bio_st* bio) const;
  void operator()(evp_cipher_ctx_st* context) const;
  void operator()(evp_pkey_st* key) const;
  void operator()(ssl_ctx_st* context) const;
  void operator()(ssl_st* ssl) const;
  void operator()(x509_st* certificate) const;
};
using BioHandle = std::unique_ptr<bio_st, OpenSslFree>;
using CipherContextHandle = std::unique_ptr<evp_cipher_ctx_st, OpenSslFree>;
using KeyHandle = std::unique_ptr<evp_pkey_st, OpenSslFree>;
using SslContextHandle = std::unique_ptr<ssl_ctx_st, OpenSslFree>;
using SslHandle = std::unique_ptr<ssl_st, OpenSslFree>;
using X509Handle = std::unique_ptr<x509_st, OpenSslFree>;

// Empties the calling thread's queue on construction and on destruction, so that one session's errors are
// never read as another's.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard();
  ~ErrorQueueGuard();
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
};

void clear_openssl_errors();

// The newest error of the calling thread in words; "no reason given" where there is none.
std::string newest_openssl_error();

}  // namespace kaskado::dtls
