#include "pipeline/stream_port.hpp"

#include <array>
#include <cstring>
#include <utility>

namespace kaskado::pipeline {

namespace {

constexpr int kBacklog = 128;
constexpr base::Duration kTurn = std::chrono::seconds(1);

}  // namespace

struct StreamPort::Stream final : loop::TcpHandler {
  Stream(StreamPort& port_, std::unique_ptr<loop::TcpConnection> connection_,
         const base::SocketAddress& remote_, transport::StreamCodec codec_)
      : port(port_),
        connection(std::move(connection_)),
        remote(remote_),
        codec(std::move(codec_)),
        since(loop::monotonic_now()),
        heard(since) {}

  void on_bytes(base::Bytes bytes, base::Instant now) override { port.on_bytes(*this, bytes, now); }
  void on_end(base::Instant now) override { port.on_end(*this, now); }

  StreamPort& port;
  std::unique_ptr<loop::TcpConnection> connection;
  const base::SocketAddress remote;
  transport::StreamCodec codec;
  const base::Instant since;
  base::Instant heard;
};

StreamPort::StreamPort(loop::Loop& loop, transport::StreamUse use, const base::SocketAddress& local,
                       std::uint16_t index, base::PacketPool& pool, Handler& handler)
    : loop_(loop),
      use_(use),
      local_(local),
      index_(index),
      pool_(pool),
      handler_(handler),
      timer_(loop, [this] { close_idle(); }) {}

StreamPort::~StreamPort() = default;

base::Result<std::unique_ptr<StreamPort>> StreamPort::listen(loop::Loop& loop,
                                                             const base::SocketAddress& local,
                                                             std::uint16_t index, base::PacketPool& pool,
                                                             Handler& handler) {
  std::unique_ptr<StreamPort> port(
      new StreamPort(loop, transport::StreamUse::ice_tcp, local, index, pool, handler));
  auto listener = loop::TcpListener::open(
      loop, local, kBacklog, [self = port.get()](auto connection) { self->accept(std::move(connection)); });
  if (!listener) return std::move(listener).error();
  port->listener_ = std::move(listener).value();
  port->local_ = port->listener_->local();
  return port;
}

std::unique_ptr<StreamPort> StreamPort::connect_on_demand(loop::Loop& loop, const base::SocketAddress& local,
                                                          transport::StreamUse use, std::uint16_t index,
                                                          base::PacketPool& pool, Handler& handler) {
  return std::unique_ptr<StreamPort>(new StreamPort(loop, use, local.with_port(0), index, pool, handler));
}

void StreamPort::accept(std::unique_ptr<loop::TcpConnection> connection) {
  const base::SocketAddress remote = connection->peer();
  if (!stopped_ && remote.is_set() && streams_.size() < kMostConnections) add(std::move(connection), remote);
}

StreamPort::Stream* StreamPort::add(std::unique_ptr<loop::TcpConnection> connection,
                                    const base::SocketAddress& remote) {
  auto codec = transport::StreamCodec::make(use_);
  if (!codec) return nullptr;
  auto& made = streams_[remote];
  made = std::make_unique<Stream>(*this, std::move(connection), remote, std::move(codec).value());
  made->connection->start_reading(*made);
  std::string first;
  made->codec.start(first);
  write(*made, first);
  if (timer_.armed_for() == base::kNever) timer_.arm(loop::monotonic_now() + kTurn);
  return made.get();
}

StreamPort::Stream* StreamPort::stream_to(const base::SocketAddress& remote) {
  const auto found = streams_.find(remote);
  if (found != streams_.end()) return found->second.get();
  if (listener_ || stopped_ || streams_.size() == kMostConnections) return nullptr;
  auto connection = loop::TcpConnection::connect(loop_, local_, remote);
  return connection ? add(std::move(connection), remote) : nullptr;
}

void StreamPort::send(const base::Outbox& outbox, std::span<const base::Egress> pending) {
  while (!pending.empty()) {
    std::size_t run = 1;
    while (run < pending.size() && pending[run].path.remote == pending[0].path.remote) ++run;
    Stream* const stream = stream_to(pending[0].path.remote);
    if (!stream || stream->connection->unwritten_bytes() > kMostUnwrittenBytes) {
      lost_ += run;
    } else {
      std::string bytes;
      for (const base::Egress& egress : pending.first(run)) stream->codec.append(outbox.bytes(egress), bytes);
      write(*stream, bytes);
    }
    pending = pending.subspan(run);
  }
}

void StreamPort::write(Stream& stream, const std::string& bytes) {
  if (!bytes.empty()) stream.connection->write(bytes);
}

void StreamPort::on_bytes(Stream& stream, base::Bytes bytes, base::Instant now) {
  if (stopped_) return;
  std::string answer;
  bool goes_on = stream.codec.receive(bytes, answer);
  hand_over(stream, now);
  // What cannot be understood shows itself when it is taken apart.
  goes_on = stream.codec.receive({}, answer) && goes_on;
  write(stream, answer);
  if (!goes_on) on_end(stream, now);
}

void StreamPort::hand_over(Stream& stream, base::Instant now) {
  std::array<loop::ReceivedDatagram, loop::Intake::kBatch> batch;
  std::size_t filled = 0;
  const auto pass = [&] {
    if (filled > 0) handler_.on_batch(index_, std::span(batch).first(std::exchange(filled, 0)), now);
  };
  while (const auto message = stream.codec.next()) {
    if (message->empty() || message->size() > base::kMaxDatagramBytes) continue;
    base::PacketRef packet = pool_.acquire();
    if (!packet) {
      ++lost_;
      continue;
    }
    std::memcpy(packet->bytes, message->data(), message->size());
    packet->length = static_cast<std::uint16_t>(message->size());
    packet->arrived = now;
    stream.heard = now;
    batch[filled++] = {std::move(packet), stream.remote};
    if (filled == batch.size()) pass();
  }
  pass();
}

void StreamPort::on_end(Stream& stream, base::Instant now) {
  const base::SocketAddress remote = stream.remote;
  const auto found = streams_.find(remote);
  if (found == streams_.end() || found->second.get() != &stream) return;
  drop(remote);
  if (!stopped_) handler_.on_stream_end(index_, remote, now);
}

// It may be the one whose bytes are being worked on.
void StreamPort::drop(const base::SocketAddress& remote) {
  auto gone = streams_.extract(remote);
  if (gone.empty()) return;
  gone.mapped()->connection->stop_reading();
  gone_.push_back(std::move(gone.mapped()));
  timer_.arm(loop::monotonic_now());
}

void StreamPort::stop_reading() {
  stopped_ = true;
  for (const auto& [remote, stream] : streams_) stream->connection->stop_reading();
}

void StreamPort::close_idle() {
  gone_.clear();
  const base::Instant now = loop::monotonic_now();
  std::vector<base::SocketAddress> idle;
  for (const auto& [remote, stream] : streams_) {
    const bool said_something = stream->heard != stream->since;
    if (now - stream->heard > (said_something || use_ != transport::StreamUse::ice_tcp ? kIdle : kFirstWord))
      idle.push_back(remote);
  }
  // A server answers when it is asked, which may be seldom.
  if (use_ == transport::StreamUse::ice_tcp) {
    for (const base::SocketAddress& remote : idle) drop(remote);
    gone_.clear();
  }
  if (!streams_.empty()) timer_.arm(now + kTurn);
}

}  // namespace kaskado::pipeline
