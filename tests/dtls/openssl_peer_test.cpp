// Against OpenSSL from start to end: our records after the handshake are our own, its are its own.
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <algorithm>

#include "two_peers.hpp"

namespace kaskado::dtls {
namespace {

int accept_any(int, X509_STORE_CTX*) {
  return 1;
}

// A plain OpenSSL endpoint.
class OpenSslPeer {
 public:
  OpenSslPeer(DtlsRole role, const char* ciphers, std::uint64_t options) {
    const auto certificate = test_certificate(KeyType::ecdsa_p256, 1);
    const std::string pem = certificate->pem().value();
    const BioHandle first(BIO_new_mem_buf(pem.data(), -1)), second(BIO_new_mem_buf(pem.data(), -1));
    const X509Handle x509(PEM_read_bio_X509(first.get(), nullptr, nullptr, nullptr));
    const KeyHandle key(PEM_read_bio_PrivateKey(second.get(), nullptr, nullptr, nullptr));
    context_.reset(SSL_CTX_new(DTLS_method()));
    SSL_CTX_use_certificate(context_.get(), x509.get());
    SSL_CTX_use_PrivateKey(context_.get(), key.get());
    SSL_CTX_set_cipher_list(context_.get(), ciphers);
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, accept_any);
    SSL_CTX_set_options(context_.get(), options | SSL_OP_NO_QUERY_MTU);
    SSL_CTX_set_tlsext_use_srtp(context_.get(), "SRTP_AEAD_AES_128_GCM");
    ssl_.reset(SSL_new(context_.get()));
    BIO* bio = make_datagram_bio(port_).release();
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_mtu(ssl_.get(), 1200);
    if (role == DtlsRole::client) {
      SSL_set_connect_state(ssl_.get());
    } else {
      SSL_set_accept_state(ssl_.get());
    }
    port_.outbox = &outbox;
    port_.path = &path_;
  }

  void take(base::Bytes datagram) {
    port_.inbound = datagram;
    read();
  }
  void read() {
    if (!SSL_is_init_finished(ssl_.get()) && SSL_do_handshake(ssl_.get()) != 1) return;
    std::uint8_t buffer[2000];
    for (int size = 1; size > 0;) {
      size = SSL_read(ssl_.get(), buffer, sizeof buffer);
      if (size > 0) received.emplace_back(buffer, buffer + size);
      if (size <= 0) closed = SSL_get_error(ssl_.get(), size) == SSL_ERROR_ZERO_RETURN;
    }
  }
  SSL* ssl() { return ssl_.get(); }

  base::Outbox outbox;
  std::vector<Datagram> received;
  bool closed = false;

 private:
  base::Path path_{0, base::SocketAddress::v4({192, 0, 2, 2}, 5000)};
  DatagramPort port_;
  SslContextHandle context_;
  SslHandle ssl_;
};

class AgainstOpenSsl : public testing::TestWithParam<std::tuple<DtlsRole, const char*, std::uint64_t>> {
 protected:
  AgainstOpenSsl()
      : peer_(std::get<0>(GetParam()) == DtlsRole::client ? DtlsRole::server : DtlsRole::client,
              std::get<1>(GetParam()), std::get<2>(GetParam())),
        session_(test_certificate(KeyType::ecdsa_p256, 0), std::get<0>(GetParam()),
                 test_certificate(KeyType::ecdsa_p256, 1)->fingerprint().value()) {
    set_virtual_gettimeofday({});
  }
  ~AgainstOpenSsl() override { ERR_clear_error(); }

  void connect() {
    session_.start(path_, {}, outbox_);
    peer_.read();
    exchange();
    ASSERT_EQ(session_.state(), DtlsState::connected) << session_.why();
    ASSERT_TRUE(SSL_is_init_finished(peer_.ssl()));
  }
  void exchange() {
    while (!outbox_.empty() || !peer_.outbox.empty()) {
      for (const base::Egress& egress : outbox_.pending()) peer_.take(outbox_.bytes(egress));
      outbox_.clear();
      for (const base::Egress& egress : peer_.outbox.pending())
        EXPECT_EQ(session_.receive(peer_.outbox.bytes(egress), path_, {}, outbox_).drop,
                  base::DropReason::none);
      peer_.outbox.clear();
    }
  }

  base::Path path_{0, base::SocketAddress::v4({192, 0, 2, 1}, 5000)};
  base::Outbox outbox_;
  OpenSslPeer peer_;
  DtlsSession session_;
};

TEST_P(AgainstOpenSsl, DataGoesBothWays) {
  connect();
  EXPECT_EQ(std::string_view(SSL_get_cipher(peer_.ssl())), std::get<1>(GetParam()));
  for (std::uint8_t i = 1; i < 100; ++i) {
    const Datagram ours(i * 11, i);
    ASSERT_TRUE(session_.send(ours, path_, outbox_));
    exchange();
    ASSERT_EQ(peer_.received.size(), i);
    EXPECT_EQ(peer_.received.back(), ours);

    const Datagram theirs(i * 10, i);
    ASSERT_EQ(SSL_write(peer_.ssl(), theirs.data(), static_cast<int>(theirs.size())),
              static_cast<int>(theirs.size()));
    exchange();
    EXPECT_TRUE(std::ranges::equal(session_.next_application_data(), theirs));
    EXPECT_TRUE(session_.next_application_data().empty());
  }
}

TEST_P(AgainstOpenSsl, TheLargestRecordFillsTheMtu) {
  connect();
  const Datagram largest(session_.max_application_bytes(), 3);
  ASSERT_TRUE(session_.send(largest, path_, outbox_));
  EXPECT_EQ(outbox_.pending()[0].length, DtlsSession::kDefaultMtuBytes);
  exchange();
  EXPECT_EQ(peer_.received, std::vector<Datagram>{largest});
}

TEST_P(AgainstOpenSsl, SrtpKeysAreTheExportersOnes) {
  connect();
  std::uint8_t exported[2 * (16 + 12)];
  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  ASSERT_EQ(SSL_export_keying_material(peer_.ssl(), exported, sizeof exported, kLabel.data(), kLabel.size(),
                                       nullptr, 0, 0),
            1);
  const bool we_are_client = session_.role() == DtlsRole::client;
  const auto& keys = *session_.keys();
  EXPECT_TRUE(
      std::ranges::equal(we_are_client ? keys.local_key() : keys.remote_key(), base::Bytes{exported, 16}));
  EXPECT_TRUE(std::ranges::equal(we_are_client ? keys.remote_salt() : keys.local_salt(),
                                 base::Bytes{exported + 44, 12}));
}

TEST_P(AgainstOpenSsl, ItHearsOurCloseNotify) {
  connect();
  session_.close(path_, {}, outbox_);
  exchange();
  EXPECT_TRUE(peer_.closed);
}

TEST_P(AgainstOpenSsl, WeHearItsCloseNotify) {
  connect();
  SSL_shutdown(peer_.ssl());
  for (const base::Egress& egress : peer_.outbox.pending())
    EXPECT_TRUE(session_.receive(peer_.outbox.bytes(egress), path_, {}, outbox_).state_changed);
  peer_.outbox.clear();
  EXPECT_EQ(session_.state(), DtlsState::closed);
  exchange();
  EXPECT_TRUE(peer_.closed) << "by our answer";
}

TEST_P(AgainstOpenSsl, ARenegotiationIsNotAnswered) {
  connect();
  SSL_renegotiate(peer_.ssl());
  SSL_do_handshake(peer_.ssl());
  exchange();
  EXPECT_EQ(session_.state(), DtlsState::connected);
  EXPECT_TRUE(outbox_.empty());
}

constexpr const char* kCiphers[] = {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                                    "ECDHE-ECDSA-CHACHA20-POLY1305"};
INSTANTIATE_TEST_SUITE_P(
    All, AgainstOpenSsl,
    testing::Combine(testing::Values(DtlsRole::client, DtlsRole::server), testing::ValuesIn(kCiphers),
                     testing::Values(std::uint64_t{0}, SSL_OP_NO_EXTENDED_MASTER_SECRET)));

// Where the handshake fails before a certificate is judged.
Fingerprint any_fingerprint() {
  return test_certificate(KeyType::ecdsa_p256, 1)->fingerprint().value();
}

TEST(AgainstOpenSslOnly, RefusesWeakCiphersAndOldVersions) {
  for (const char* cipher : {"ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256"}) {
    OpenSslPeer peer(DtlsRole::client, cipher, 0);
    DtlsSession session(test_certificate(KeyType::ecdsa_p256, 0), DtlsRole::server, any_fingerprint());
    const base::Path path{};
    base::Outbox outbox;
    session.start(path, {}, outbox);
    peer.read();
    for (const base::Egress& egress : peer.outbox.pending())
      session.receive(peer.outbox.bytes(egress), path, {}, outbox);
    EXPECT_EQ(session.state(), DtlsState::failed) << cipher;
    EXPECT_EQ(session.why(), "the DTLS handshake failed: no shared cipher");
    EXPECT_EQ(ERR_peek_error(), 0u);
  }
}

TEST(AgainstOpenSslOnly, APeerWithoutACertificateIsRefused) {
  OpenSslPeer peer(DtlsRole::client, kCiphers[0], 0);
  SSL_certs_clear(peer.ssl());
  DtlsSession session(test_certificate(KeyType::ecdsa_p256, 0), DtlsRole::server, any_fingerprint());
  const base::Path path{};
  base::Outbox outbox;
  session.start(path, {}, outbox);
  peer.read();
  while (session.state() == DtlsState::connecting && !peer.outbox.empty()) {
    for (const base::Egress& egress : peer.outbox.pending())
      session.receive(peer.outbox.bytes(egress), path, {}, outbox);
    peer.outbox.clear();
    for (const base::Egress& egress : outbox.pending()) peer.take(outbox.bytes(egress));
    outbox.clear();
  }
  EXPECT_EQ(session.state(), DtlsState::failed);
  EXPECT_EQ(session.why(), "the DTLS handshake failed: peer did not return a certificate");
  ERR_clear_error();
}

}  // namespace
}  // namespace kaskado::dtls
