// How datagrams of ICE-TCP and messages to TURN servers go through a TCP connection: framed, and inside TLS
// where the server is reached by it. A machine: bytes of the stream go in and come out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "dtls/tls_client.hpp"
#include "ice/stream_framing.hpp"

namespace kaskado::transport {

enum class StreamUse : std::uint8_t { ice_tcp, turn_tcp, turn_tls };

// Owned by one loop.
class StreamCodec {
 public:
  // What waits for TLS to be agreed on, at the most; what is beyond is lost, as on any network.
  static constexpr std::size_t kMostWaitingBytes = 64 << 10;

  static base::Result<StreamCodec> make(StreamUse use);

  // The connection stands, or will: appends what is to be written first.
  void start(std::string& out);
  // What has come: appends what is to be written for it. False where the connection is of no more use.
  bool receive(base::Bytes bytes, std::string& out);
  // The next message that has come whole, as long as there is one; valid until receive().
  std::optional<base::Bytes> next() { return reader_.next(); }
  // Appends a message as it is to be written.
  void append(base::Bytes message, std::string& out);

 private:
  StreamCodec(StreamUse use, std::optional<dtls::TlsClient> tls);

  ice::StreamFraming framing_;
  ice::FrameReader reader_;
  std::optional<dtls::TlsClient> tls_;
  std::string waiting_;
};

}  // namespace kaskado::transport
