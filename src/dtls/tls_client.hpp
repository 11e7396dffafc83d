// The client's end of a TLS connection as a machine: bytes of the stream go in and come out, and so do those
// that it protects. It opens no socket and reads no clock. Its use is the way to a TURN server
// (docs/adr/0017).
//
// The server's certificate is not judged: the server is known by a numeric address, and what is sent there is
// proved by other means, requests by their signature (RFC 8489 §9.2) and media by DTLS-SRTP from end to end.
// TLS is here for networks that let nothing else through.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "dtls/openssl_handles.hpp"

namespace kaskado::dtls {

// Owned by one loop.
class TlsClient {
 public:
  // The error says what OpenSSL refused.
  static base::Result<TlsClient> make();
  TlsClient(TlsClient&&) noexcept;
  TlsClient& operator=(TlsClient&&) noexcept;
  ~TlsClient();

  // The connection stands: appends what is to be written to `out`.
  void start(std::string& out);
  // What has come of the stream: appends what it held to `opened`, and what is to be written to `out`. False
  // where the connection is over.
  bool receive(base::Bytes bytes, std::string& opened, std::string& out);
  // Protects what is to be sent. False before is_connected(), and where the connection is over.
  bool send(base::Bytes bytes, std::string& out);
  bool is_connected() const { return connected_; }

 private:
  TlsClient(SslContextHandle context, SslHandle ssl);
  bool go_on(std::string& opened, std::string& out);
  void take_written(std::string& out);

  SslContextHandle context_;
  SslHandle ssl_;
  bio_st* inbound_ = nullptr;   // owned by ssl_
  bio_st* outbound_ = nullptr;  // as well
  bool connected_ = false;
};

}  // namespace kaskado::dtls
