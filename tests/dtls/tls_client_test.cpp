// The client against OpenSSL's own server, over a stream that is cut anywhere.
#include "dtls/tls_client.hpp"

#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "two_peers.hpp"

namespace kaskado::dtls {
namespace {

class TlsServer {
 public:
  TlsServer() {
    const std::string pem = test_certificate(KeyType::ecdsa_p256, 1)->pem().value();
    const BioHandle first(BIO_new_mem_buf(pem.data(), -1)), second(BIO_new_mem_buf(pem.data(), -1));
    const X509Handle x509(PEM_read_bio_X509(first.get(), nullptr, nullptr, nullptr));
    const KeyHandle key(PEM_read_bio_PrivateKey(second.get(), nullptr, nullptr, nullptr));
    context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context_.get(), x509.get());
    SSL_CTX_use_PrivateKey(context_.get(), key.get());
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_.get());
  }
  // What comes in, opened, and what goes out.
  std::string receive(const std::string& bytes) {
    BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
    if (!SSL_is_init_finished(ssl_.get())) SSL_do_handshake(ssl_.get());
    std::string opened;
    char buffer[4096];
    for (int size; (size = SSL_read(ssl_.get(), buffer, sizeof buffer)) > 0;)
      opened.append(buffer, static_cast<std::size_t>(size));
    return opened;
  }
  void send(const std::string& text) { SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())); }
  void say_goodbye() { SSL_shutdown(ssl_.get()); }
  std::string take_written() {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(SSL_get_wbio(ssl_.get()), &bytes);
    std::string written(bytes, static_cast<std::size_t>(size));
    BIO_reset(SSL_get_wbio(ssl_.get()));
    return written;
  }

 private:
  SslContextHandle context_;
  SslHandle ssl_;
};

class Tls : public testing::TestWithParam<std::size_t> {
 protected:
  // Until neither has anything to write; whether the client goes on.
  bool exchange() {
    bool goes_on = true;
    while (!out.empty()) {
      at_server += server.receive(std::exchange(out, {}));
      const std::string answer = server.take_written();
      for (std::size_t at = 0; at < answer.size() && goes_on; at += GetParam()) {
        goes_on =
            client.receive(base::as_bytes(std::string_view(answer).substr(at, GetParam())), at_client, out);
      }
    }
    return goes_on;
  }

  TlsClient client = std::move(TlsClient::make()).value();
  TlsServer server;
  std::string out, at_server, at_client;
};

TEST_P(Tls, CarriesBytesBothWays) {
  EXPECT_FALSE(client.send(base::as_bytes("too early"), out));
  client.start(out);
  ASSERT_TRUE(exchange());
  ASSERT_TRUE(client.is_connected());
  const std::string long_text(50'000, 'x');
  EXPECT_TRUE(client.send(base::as_bytes(long_text), out));
  server.send("hello");
  EXPECT_TRUE(exchange());
  EXPECT_EQ(at_server, long_text);
  EXPECT_EQ(at_client, "hello");
}

TEST_P(Tls, EndsWithTheServersGoodbye) {
  client.start(out);
  ASSERT_TRUE(exchange());
  server.send("last words");
  server.say_goodbye();
  const std::string last = server.take_written();
  EXPECT_FALSE(client.receive(base::as_bytes(last), at_client, out));
  EXPECT_EQ(at_client, "last words");
}

TEST_P(Tls, EndsWhereTheServerSpeaksSomethingElse) {
  client.start(out);
  EXPECT_FALSE(client.receive(base::as_bytes("HTTP/1.1 400 Bad Request\r\n\r\n"), at_client, out));
  EXPECT_FALSE(client.is_connected());
  EXPECT_TRUE(at_client.empty());
}

TEST_P(Tls, ABrokenRecordEndsTheConnection) {
  client.start(out);
  ASSERT_TRUE(exchange());
  server.send("hello");
  std::string record = server.take_written();
  record[record.size() / 2] = static_cast<char>(record[record.size() / 2] ^ 1);
  EXPECT_FALSE(client.receive(base::as_bytes(record), at_client, out));
  EXPECT_TRUE(at_client.empty());
}

INSTANTIATE_TEST_SUITE_P(Cut, Tls, testing::Values(1, 7, 1000, 1'000'000));

}  // namespace
}  // namespace kaskado::dtls
