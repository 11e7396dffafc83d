// What becomes of segmentation where a send of many datagrams is refused. A socket without checksums makes the kernel
// refuse them with EINVAL, as a segment above the path's MTU does (Linux, udp_send_skb()).
#include "loop/datagram_sender.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "loop/sockaddr.hpp"

namespace kaskado::loop {
namespace {

class DatagramSenderTest : public testing::Test {
 protected:
  DatagramSenderTest() : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)), sender_(fd_) {}
  ~DatagramSenderTest() override { close(fd_); }

  void refuse(bool on) {
    const int value = on;
    ASSERT_EQ(setsockopt(fd_, SOL_SOCKET, SO_NO_CHECK, &value, sizeof value), 0);
  }
  // A run to 127.0.0.`host`.
  void send_run(std::uint8_t host) { send(host, 3); }
  // Whether runs are segmented: as many datagrams fit one call only then.
  bool segments() {
    const std::uint64_t before = counters_.send_calls;
    send(1, 128);
    return counters_.send_calls - before == 1;
  }

  UdpCounters counters_;

 private:
  void send(std::uint8_t host, int count) {
    base::Outbox outbox(128);
    const base::Path path{0, base::SocketAddress::v4({127, 0, 0, host}, kDiscard)};
    for (int i = 0; i < count; ++i) outbox.send(base::as_bytes("twelve bytes"), path);
    sender_.send(outbox, outbox.pending(), counters_);
  }

  static constexpr std::uint16_t kDiscard = 9;  // RFC 863
  const int fd_;
  DatagramSender sender_;
};

// One peer behind a narrow path took segmentation from all of the port.
TEST_F(DatagramSenderTest, ARefusalToOnePeerIsItsOwn) {
  ASSERT_TRUE(segments());
  refuse(true);
  for (int i = 0; i < 10; ++i) send_run(2);
  EXPECT_EQ(counters_.send_failed + counters_.datagrams_out, 128u + 30u);
  refuse(false);
  EXPECT_TRUE(segments());
}

TEST_F(DatagramSenderTest, RefusalsToManyPeersInARowEndSegmentation) {
  refuse(true);
  for (std::uint8_t host = 2; host < 5; ++host) send_run(host);
  refuse(false);
  // One that goes tells that it works.
  EXPECT_TRUE(segments());
  refuse(true);
  for (std::uint8_t host = 2; host < 5; ++host) send_run(host);
  send_run(4);
  send_run(5);
  refuse(false);
  EXPECT_FALSE(segments());
  EXPECT_EQ(counters_.send_failed + counters_.datagrams_out, 280u);
}

}  // namespace
}  // namespace kaskado::loop
