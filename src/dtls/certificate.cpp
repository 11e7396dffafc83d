#include "dtls/certificate.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "dtls/ssl_context.hpp"

namespace kaskado::dtls {
namespace {

constexpr std::int64_t kSecondsADay = 86'400;
constexpr std::int64_t kValidDays = 396;
constexpr int kSerialBits = 127;  // positive in 16 bytes: RFC 5280 §4.1.2.2
constexpr std::string_view kCommonName = "kaskado";

base::Error failure(std::string_view what) {
  return base::Error{"certificate: " + std::string(what) + ": " + newest_openssl_error()};
}

KeyHandle make_key(KeyType type) {
  return KeyHandle(type == KeyType::ecdsa_p256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048));
}

bool set_random_serial(X509* x509) {
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> serial(BN_new(), BN_free);
  return serial && BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(x509));
}

bool set_names(X509* x509) {
  X509_NAME* name = X509_get_subject_name(x509);
  const auto* text = reinterpret_cast<const unsigned char*>(kCommonName.data());
  return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC, text,
                                    static_cast<int>(kCommonName.size()), -1, 0) == 1 &&
         X509_set_issuer_name(x509, name) == 1;
}

bool set_validity(X509* x509, base::WallTime now) {
  const auto from = static_cast<time_t>(now.unix_ns / 1'000'000'000 - kSecondsADay);
  return ASN1_TIME_set(X509_getm_notBefore(x509), from) &&
         ASN1_TIME_set(X509_getm_notAfter(x509), from + kValidDays * kSecondsADay);
}

X509Handle self_signed(EVP_PKEY* key, base::WallTime now) {
  X509Handle x509(X509_new());
  const bool made = x509 && X509_set_version(x509.get(), X509_VERSION_3) == 1 &&
                    set_random_serial(x509.get()) && set_names(x509.get()) && set_validity(x509.get(), now) &&
                    X509_set_pubkey(x509.get(), key) == 1 && X509_sign(x509.get(), key, EVP_sha256()) != 0;
  return made ? std::move(x509) : nullptr;
}

BioHandle reader_of(std::string_view text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// Without this OpenSSL asks for the pass phrase on the terminal.
int no_pass_phrase(char*, int, int, void*) {
  return -1;
}

bool is_usable_key(const EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) return EVP_PKEY_get_bits(key) >= 2048;
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         (EVP_PKEY_get_bits(key) == 256 || EVP_PKEY_get_bits(key) == 384);
}

}  // namespace

base::Result<std::shared_ptr<const Certificate>> Certificate::generate(KeyType type, base::WallTime now) {
  const ErrorQueueGuard guard;
  KeyHandle key = make_key(type);
  if (!key) return failure("cannot make a key");
  X509Handle x509 = self_signed(key.get(), now);
  if (!x509) return failure("cannot sign");
  return make(std::move(x509), std::move(key));
}

base::Result<std::shared_ptr<const Certificate>> Certificate::from_pem(std::string_view text) {
  const ErrorQueueGuard guard;
  constexpr std::size_t kMaxPemBytes = 1 << 20;
  if (text.size() > kMaxPemBytes) return base::Error{"certificate: the PEM text is longer than 1 MiB"};
  const BioHandle certificates = reader_of(text), keys = reader_of(text);
  if (!certificates || !keys) return failure("no memory");
  X509Handle x509(PEM_read_bio_X509(certificates.get(), nullptr, no_pass_phrase, nullptr));
  if (!x509) return failure("no CERTIFICATE could be read from the PEM text");
  KeyHandle key(PEM_read_bio_PrivateKey(keys.get(), nullptr, no_pass_phrase, nullptr));
  if (!key) return failure("no unencrypted private key could be read from the PEM text");
  if (!is_usable_key(key.get()))
    return base::Error{"certificate: the key must be ECDSA on P-256 or P-384, or RSA from 2048 bits"};
  if (X509_check_private_key(x509.get(), key.get()) != 1)
    return base::Error{"certificate: the private key is not the certificate's"};
  return make(std::move(x509), std::move(key));
}

base::Result<std::shared_ptr<const Certificate>> Certificate::make(X509Handle x509, KeyHandle key) {
  SslContextHandle context = make_ssl_context(x509.get(), key.get());
  if (!context) return failure("OpenSSL does not take it for DTLS");
  return std::shared_ptr<const Certificate>(
      new Certificate(std::move(x509), std::move(key), std::move(context)));
}

base::Result<Fingerprint> Certificate::fingerprint(HashAlgorithm algorithm) const {
  if (algorithm == HashAlgorithm::sha1)
    return base::Error{"fingerprint: sha-1 is too weak for our own certificate"};
  return algorithm == HashAlgorithm::sha256 ? sha256_ : Fingerprint::of(*x509_, algorithm);
}

base::Result<std::string> Certificate::pem() const {
  const ErrorQueueGuard guard;
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_X509(out.get(), x509_.get()) != 1 ||
      PEM_write_bio_PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return failure("cannot write PEM");
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace kaskado::dtls
