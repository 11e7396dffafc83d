#include "dtls/certificate.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "two_peers.hpp"

namespace kaskado::dtls {
namespace {

constexpr std::int64_t kNow_s = 1'800'000'000;

X509Handle x509_of(const Certificate& certificate) {
  const std::string pem = certificate.pem().value();
  const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return X509Handle(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

std::string key_part(const std::string& pem) {
  return pem.substr(pem.find("-----END CERTIFICATE-----") + 26);
}
std::string certificate_part(const std::string& pem) {
  return pem.substr(0, pem.size() - key_part(pem).size());
}

std::int64_t seconds(const ASN1_TIME* time) {
  tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return timegm(&parts);
}

class GeneratedCertificate : public testing::TestWithParam<KeyType> {};

TEST_P(GeneratedCertificate, IsSelfSignedAndValidAroundNow) {
  const X509Handle x509 = x509_of(*test_certificate(GetParam()));
  ASSERT_TRUE(x509);
  EXPECT_EQ(X509_verify(x509.get(), X509_get0_pubkey(x509.get())), 1);
  EXPECT_EQ(X509_get_version(x509.get()), X509_VERSION_3);
  EXPECT_EQ(seconds(X509_get0_notBefore(x509.get())), kNow_s - 86'400);
  EXPECT_GE(seconds(X509_get0_notAfter(x509.get())), kNow_s + 365 * 86'400);
  char name[64];
  X509_NAME_oneline(X509_get_subject_name(x509.get()), name, sizeof name);
  EXPECT_STREQ(name, "/CN=kaskado");
}

TEST_P(GeneratedCertificate, HasASerialOfItsOwn) {
  const X509Handle a = x509_of(*test_certificate(GetParam(), 0)),
                   b = x509_of(*test_certificate(GetParam(), 1));
  EXPECT_NE(ASN1_INTEGER_cmp(X509_get0_serialNumber(a.get()), X509_get0_serialNumber(b.get())), 0);
  EXPECT_LE(X509_get0_serialNumber(a.get())->length, 16);
}

TEST_P(GeneratedCertificate, SurvivesPem) {
  const auto certificate = test_certificate(GetParam());
  const std::string pem = certificate->pem().value();
  const auto again = Certificate::from_pem(pem);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*(*again)->fingerprint(), *certificate->fingerprint());
  EXPECT_TRUE(Certificate::from_pem(key_part(pem) + certificate_part(pem)).ok()) << "in the other order";
}

INSTANTIATE_TEST_SUITE_P(Keys, GeneratedCertificate, testing::Values(KeyType::ecdsa_p256, KeyType::rsa_2048));

TEST(Certificate, FingerprintsAreOfTheAlgorithmAskedFor) {
  const auto certificate = test_certificate(KeyType::ecdsa_p256);
  EXPECT_EQ(certificate->fingerprint()->text().substr(0, 8), "sha-256 ");
  EXPECT_EQ(certificate->fingerprint(HashAlgorithm::sha384)->digest().size(), 48u);
  EXPECT_EQ(certificate->fingerprint(HashAlgorithm::sha512)->digest().size(), 64u);
  EXPECT_FALSE(certificate->fingerprint(HashAlgorithm::sha1).ok());
  EXPECT_EQ(Fingerprint::of(*x509_of(*certificate), HashAlgorithm::sha256), *certificate->fingerprint());
}

TEST(Certificate, RefusesPemThatIsNotWhole) {
  const std::string pem = test_certificate(KeyType::ecdsa_p256)->pem().value();
  const std::string other = test_certificate(KeyType::ecdsa_p256, 1)->pem().value();
  EXPECT_NE(Certificate::from_pem("").error().message.find("no CERTIFICATE"), std::string::npos);
  EXPECT_NE(Certificate::from_pem(certificate_part(pem)).error().message.find("private key"),
            std::string::npos);
  EXPECT_FALSE(Certificate::from_pem(key_part(pem)).ok());
  EXPECT_FALSE(Certificate::from_pem(pem.substr(0, pem.size() / 3)).ok());
  EXPECT_NE(Certificate::from_pem(certificate_part(pem) + key_part(other))
                .error()
                .message.find("not the certificate's"),
            std::string::npos);
}

TEST(Certificate, RefusesWeakAndOddKeys) {
  const std::string good = certificate_part(test_certificate(KeyType::ecdsa_p256)->pem().value());
  for (EVP_PKEY* raw :
       {EVP_RSA_gen(1024), EVP_EC_gen("P-521"), EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")}) {
    const KeyHandle key(raw);
    const BioHandle bio(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* text = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &text);
    const auto result = Certificate::from_pem(good + std::string(text, static_cast<std::size_t>(size)));
    ASSERT_FALSE(result.ok());
    EXPECT_NE(result.error().message.find("the key must be"), std::string::npos) << result.error().message;
  }
}

}  // namespace
}  // namespace kaskado::dtls
