// What looks like a port of datagrams and is TCP connections (RFC 6544, RFC 8656 §3.1): each of them is a
// path, by the address of its other end. Beside UdpPort in a shard's thread.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/outbox.hpp"
#include "base/packet.hpp"
#include "base/result.hpp"
#include "loop/intake.hpp"
#include "loop/loop.hpp"
#include "loop/tcp_connection.hpp"
#include "loop/tcp_listener.hpp"
#include "transport/stream_codec.hpp"

namespace kaskado::pipeline {

// Owned by a shard's thread, as long as it runs.
class StreamPort {
 public:
  // Of one port; further ones are closed as they come.
  static constexpr std::size_t kMostConnections = 2048;
  // What a connection's peer has not taken yet: what is beyond is lost, as media that comes late is of no
  // use.
  static constexpr std::size_t kMostUnwrittenBytes = 256 << 10;
  // A connection on which nothing comes for so long is closed. ICE asks for consent more often.
  static constexpr base::Duration kIdle = std::chrono::seconds(60);
  // One that says nothing at first is nobody's.
  static constexpr base::Duration kFirstWord = std::chrono::seconds(10);

  class Handler : public loop::DatagramHandler {
   public:
    // The connection with that address is at its end; what was sent there lately may be lost. Not told of
    // those that send() makes anew by itself.
    virtual void on_stream_end(std::uint16_t port_index, const base::SocketAddress& remote,
                               base::Instant now) = 0;
  };

  // Takes connections, at an address of ours.
  static base::Result<std::unique_ptr<StreamPort>> listen(loop::Loop& loop, const base::SocketAddress& local,
                                                          std::uint16_t index, base::PacketPool& pool,
                                                          Handler& handler);
  // Makes connections from an address of ours, whose port number does not matter, to whoever is sent to.
  static std::unique_ptr<StreamPort> connect_on_demand(loop::Loop& loop, const base::SocketAddress& local,
                                                       transport::StreamUse use, std::uint16_t index,
                                                       base::PacketPool& pool, Handler& handler);
  ~StreamPort();
  StreamPort(const StreamPort&) = delete;

  const base::SocketAddress& local() const { return local_; }
  // As UdpPort::send().
  void send(const base::Outbox& outbox, std::span<const base::Egress> pending);
  // Nothing that comes is dealt with any more.
  void stop_reading();
  std::size_t connections() const { return streams_.size(); }
  std::uint64_t lost() const { return lost_; }

 private:
  struct Stream;

  StreamPort(loop::Loop& loop, transport::StreamUse use, const base::SocketAddress& local,
             std::uint16_t index, base::PacketPool& pool, Handler& handler);
  void accept(std::unique_ptr<loop::TcpConnection> connection);
  Stream* add(std::unique_ptr<loop::TcpConnection> connection, const base::SocketAddress& remote);
  Stream* stream_to(const base::SocketAddress& remote);
  void on_bytes(Stream& stream, base::Bytes bytes, base::Instant now);
  void on_end(Stream& stream, base::Instant now);
  void hand_over(Stream& stream, base::Instant now);
  void write(Stream& stream, const std::string& bytes);
  void drop(const base::SocketAddress& remote);
  void close_idle();

  loop::Loop& loop_;
  const transport::StreamUse use_;
  base::SocketAddress local_;
  const std::uint16_t index_;
  base::PacketPool& pool_;
  Handler& handler_;
  std::unique_ptr<loop::TcpListener> listener_;  // where connections come from others
  std::unordered_map<base::SocketAddress, std::unique_ptr<Stream>> streams_;
  std::vector<std::unique_ptr<Stream>> gone_;  // until the loop is out of them
  loop::Timer timer_;
  bool stopped_ = false;
  std::uint64_t lost_ = 0;
};

}  // namespace kaskado::pipeline
