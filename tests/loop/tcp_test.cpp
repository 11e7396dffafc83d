// Listener and connections against plain sockets, on one loop.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "loop/sockaddr.hpp"
#include "loop/tcp_listener.hpp"

namespace kaskado::loop {
namespace {

using namespace std::chrono_literals;

// A client's side that waits, but for no longer than the test's own loop needs.
class Client {
 public:
  explicit Client(const base::SocketAddress& server)
      : socket_(socket(server.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_storage address;
    const socklen_t length = to_sockaddr(server, address);
    EXPECT_EQ(connect(socket_, reinterpret_cast<sockaddr*>(&address), length), 0);
  }
  ~Client() { close(socket_); }
  std::size_t send_what_fits(const std::string& bytes) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  std::string receive_what_is_there() {
    std::string all(1 << 20, '\0');
    const ssize_t size = recv(socket_, all.data(), all.size(), MSG_DONTWAIT);
    at_end = size == 0;
    all.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return all;
  }
  void finish() { shutdown(socket_, SHUT_WR); }
  void break_off() {
    const linger hard{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(std::exchange(socket_, -1));
  }
  bool at_end = false;

 private:
  int socket_;
};

struct TcpTest : testing::TestWithParam<const char*>, TcpHandler {
  void SetUp() override {
    auto opened =
        TcpListener::open(loop, *base::SocketAddress::parse(GetParam(), 0), 16, [this](auto connection) {
          connection_ = std::move(connection);
          loop.stop();
        });
    ASSERT_TRUE(opened) << opened.error().message;
    listener = std::move(opened).value();
  }
  void on_bytes(base::Bytes bytes, base::Instant) override {
    received += base::as_text(bytes);
    if (stops_after_bytes) connection_->stop_reading();
    if (drops_on_bytes) connection_.reset();
    if (received.size() >= wanted) loop.stop();
  }
  void on_end(base::Instant) override {
    ++ends;
    if (drops_on_end) connection_.reset();
    loop.stop();
  }
  void accept_from(const Client&) {
    loop.run();
    ASSERT_TRUE(connection_);
  }
  void receive(std::size_t bytes) {
    wanted = bytes;
    loop.run();
  }

  Loop loop;
  std::unique_ptr<TcpListener> listener;
  std::unique_ptr<TcpConnection> connection_;
  std::string received;
  std::size_t wanted = 0;
  int ends = 0;
  bool stops_after_bytes = false, drops_on_bytes = false, drops_on_end = false;
};
INSTANTIATE_TEST_SUITE_P(Families, TcpTest, testing::Values("127.0.0.1", "::1"));

TEST_P(TcpTest, GivesBytesAndTheEnd) {
  Client client(listener->local());
  accept_from(client);
  EXPECT_EQ(connection_->peer().ip_text(), GetParam());
  connection_->start_reading(*this);
  client.send_what_fits("hello");
  client.finish();
  receive(5);
  EXPECT_EQ(received, "hello");
  loop.run();
  EXPECT_EQ(ends, 1);
  connection_->write("bye");
  EXPECT_EQ(client.receive_what_is_there(), "bye");
}

TEST_P(TcpTest, WritesMoreThanTheKernelTakesAtOnce) {
  Client client(listener->local());
  accept_from(client);
  connection_->start_reading(*this);
  std::string sent(20 << 20, 'x');
  for (std::size_t i = 0; i < sent.size(); i += 1000) sent[i] = static_cast<char>(i / 1000);
  connection_->write(sent);
  connection_->finish_writing();
  EXPECT_FALSE(connection_->has_written_all());
  std::string got;
  Timer look(loop, [&] {
    for (std::string some; !(some = client.receive_what_is_there()).empty();) got += some;
    if (client.at_end) loop.stop();
    look.arm(monotonic_now() + 1ms);
  });
  look.arm(monotonic_now() + 1ms);
  loop.run();
  EXPECT_TRUE(connection_->has_written_all());
  EXPECT_TRUE(got == sent);
}

// The peer is held up by the kernel's buffers, not by ours.
TEST_P(TcpTest, ReadsNothingWhileReadingIsOff) {
  Client client(listener->local());
  accept_from(client);
  stops_after_bytes = true;
  connection_->start_reading(*this);
  const std::string piece(1 << 20, 'x');
  std::size_t sent = client.send_what_fits(piece);
  receive(1);
  const std::size_t read = received.size();
  EXPECT_LE(read, TcpConnection::kReadBytes);
  while (const std::size_t more = client.send_what_fits(piece)) sent += more;
  Timer rounds(loop, [&] { loop.stop(); });
  rounds.arm(monotonic_now() + 1ms);
  loop.run();
  EXPECT_EQ(received.size(), read);
  stops_after_bytes = false;
  connection_->start_reading(*this);
  receive(sent);
  EXPECT_EQ(received.size(), sent);
}

TEST_P(TcpTest, MayBeDroppedFromWithin) {
  drops_on_bytes = drops_on_end = true;
  {
    Client client(listener->local());
    accept_from(client);
    connection_->start_reading(*this);
    client.send_what_fits("hello");
    receive(5);
    EXPECT_FALSE(connection_);
  }
  Client client(listener->local());
  accept_from(client);
  connection_->start_reading(*this);
  client.break_off();
  loop.run();
  EXPECT_FALSE(connection_);
  EXPECT_EQ(ends, 1);
}

TEST_P(TcpTest, SaysWhoHasThePort) {
  const auto again = TcpListener::open(loop, listener->local(), 16, [](auto) {});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message,
            "cannot bind TCP " + listener->local().text() + ": Address already in use");
}

}  // namespace
}  // namespace kaskado::loop
