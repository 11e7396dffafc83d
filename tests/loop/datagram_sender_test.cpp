// What becomes of segmentation where a send of many datagrams is refused. A socket without checksums makes the kernel
// refuse them with EINVAL, as a segment above the path's MTU does (Linux, udp_send_skb()).
#include "loop/datagram_sender.hpp"

#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

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

// A network of its own whose datagrams are short, where the process may have one.
class NarrowNetwork {
 public:
  // On a thread that has no other use.
  explicit NarrowNetwork(int mtu_bytes) {
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0 && unshare(CLONE_NEWNET) != 0) return;
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_mtu = mtu_bytes;
    made_ = ioctl(fd, SIOCSIFMTU, &request) == 0;
    request.ifr_flags = IFF_UP;
    made_ = made_ && ioctl(fd, SIOCSIFFLAGS, &request) == 0;
    close(fd);
  }
  bool made() const { return made_; }

 private:
  bool made_ = false;
};

// Pictures of a camera, packed for Ethernet, on their way to a viewer behind a tunnel.
TEST(DatagramSender, SendsInFragmentsWhatIsLongerThanTheWayTakes) {
  bool made = false;
  UdpCounters counters, after;
  ssize_t longest = 0;
  std::thread([&] {
    const NarrowNetwork network(1280);
    if (!(made = network.made())) return;
    const int receiver = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), fd = socket(AF_INET, SOCK_DGRAM, 0);
    sockaddr_storage address;
    socklen_t length = to_sockaddr(base::SocketAddress::v4({127, 0, 0, 1}, 0), address);
    bind(receiver, reinterpret_cast<sockaddr*>(&address), length);
    getsockname(receiver, reinterpret_cast<sockaddr*>(&address), &length);
    const int no_fragments = IP_PMTUDISC_PROBE;
    setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &no_fragments, sizeof no_fragments);
    DatagramSender sender(fd);
    for (const std::size_t bytes : {1000u, 1472u}) {
      base::Outbox outbox(4);
      for (int i = 0; i < 3; ++i) outbox.send(std::vector<std::uint8_t>(bytes), {0, from_sockaddr(address)});
      sender.send(outbox, outbox.pending(), counters);
    }
    char datagram[2000];
    for (ssize_t got; (got = recv(receiver, datagram, sizeof datagram, 0)) >= 0;) longest = std::max(longest, got);
    base::Outbox many(128);
    for (int i = 0; i < 128; ++i) many.send(std::vector<std::uint8_t>(100), {0, from_sockaddr(address)});
    sender.send(many, many.pending(), after);
    close(receiver);
    close(fd);
  }).join();
  if (!made) GTEST_SKIP() << "the process may not have a network of its own";
  EXPECT_EQ(counters.send_failed, 0u);
  EXPECT_EQ(counters.datagrams_out, 6u);
  EXPECT_EQ(longest, 1472);
  EXPECT_EQ(after.send_calls, 1u) << "runs are segmented still: as many datagrams fit one call only then";
}

}  // namespace
}  // namespace kaskado::loop
