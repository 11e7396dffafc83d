// The library of handshakes is a part of OpenSSL's; peers must not see which.
#include "dtls/handshake_library.hpp"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <vector>

#include "dtls/openssl_handles.hpp"

namespace kaskado::dtls {
namespace {

using Der = std::vector<std::uint8_t>;

KeyHandle key_of(std::string_view type) {
  if (type.starts_with("P-")) return KeyHandle(EVP_EC_gen(type.data()));
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> maker(
      EVP_PKEY_CTX_new_from_name(nullptr, type.data(), nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  if (EVP_PKEY_keygen_init(maker.get()) != 1 || EVP_PKEY_generate(maker.get(), &key) != 1) return nullptr;
  return KeyHandle(key);
}

Der certificate_of(EVP_PKEY* key, const EVP_MD* digest) {
  const X509Handle x509(X509_new());
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), 3600);
  X509_set_pubkey(x509.get(), key);
  X509_sign(x509.get(), key, digest);
  Der der(static_cast<std::size_t>(i2d_X509(x509.get(), nullptr)));
  unsigned char* out = der.data();
  i2d_X509(x509.get(), &out);
  return der;
}

// All of a ClientHello but its random bytes.
Der client_hello(OSSL_LIB_CTX* library) {
  const SslContextHandle context(SSL_CTX_new_ex(library, nullptr, DTLS_method()));
  if (!context || SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20") != 1 ||
      SSL_CTX_set1_groups_list(context.get(), "X25519:P-256:P-384") != 1)
    return {};
  const SslHandle ssl(SSL_new(context.get()));
  BIO* sent = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), sent);
  SSL_set_options(ssl.get(), SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu(ssl.get(), 1200);
  SSL_connect(ssl.get());
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(sent, &bytes);
  Der hello(bytes, bytes + size);
  // RFC 6347 §4.3.1, §4.2.2; RFC 5246 §7.4.1.2.
  constexpr std::size_t kRandomAt = 13 + 12 + 2, kRandomBytes = 32;
  if (hello.size() < kRandomAt + kRandomBytes) return {};
  std::fill_n(hello.begin() + kRandomAt, kRandomBytes, std::uint8_t{0});
  return hello;
}

TEST(HandshakeLibrary, IsThere) {
  EXPECT_NE(handshake_library(), nullptr);
}

TEST(HandshakeLibrary, ReadsTheKeysOfCertificates) {
  for (const char* type : {"RSA", "RSA-PSS", "P-256", "P-384", "P-521", "ED25519", "ED448"}) {
    SCOPED_TRACE(type);
    const KeyHandle key = key_of(type);
    ASSERT_TRUE(key);
    const bool hashes_itself = std::string_view(type).starts_with("ED");
    const Der der = certificate_of(key.get(), hashes_itself ? nullptr : EVP_sha256());
    X509* x509 = X509_new_ex(handshake_library(), nullptr);
    const unsigned char* in = der.data();
    const X509Handle read(d2i_X509(&x509, &in, static_cast<long>(der.size())));
    ASSERT_TRUE(read);
    const EVP_PKEY* theirs = X509_get0_pubkey(read.get());
    ASSERT_TRUE(theirs);
    EXPECT_EQ(EVP_PKEY_eq(theirs, key.get()), 1);
    EXPECT_EQ(X509_verify(read.get(), X509_get0_pubkey(read.get())), 1);
  }
}

TEST(HandshakeLibrary, OffersWhatTheWholeLibraryOffers) {
  const auto hello = client_hello(handshake_library());
  ASSERT_FALSE(hello.empty());
  EXPECT_EQ(hello, client_hello(nullptr));
}

}  // namespace
}  // namespace kaskado::dtls
