#include "loop/udp_port.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "loop/sockaddr.hpp"

namespace kaskado::loop {
namespace {

using namespace std::chrono_literals;

struct Collector : DatagramHandler {
  void on_batch(std::uint16_t, std::span<ReceivedDatagram> batch, base::Instant) override {
    largest_batch = std::max(largest_batch, batch.size());
    for (auto& datagram : batch) texts.emplace_back(base::as_text(datagram.packet->span()));
    if (texts.size() >= wanted) loop->stop();
  }
  void on_queue_overflow(base::Instant) override { ++overflows; }
  Loop* loop = nullptr;
  int overflows = 0;
  std::size_t wanted = 0;
  std::size_t largest_batch = 0;
  std::vector<std::string> texts;
};

struct UdpPortTest : testing::TestWithParam<const char*> {
  Loop loop;
  base::PacketPool pool{512};
  Collector at_a, at_b;
  Intake intake_a{loop, pool, 1, at_a}, intake_b{loop, pool, 1, at_b};
  std::unique_ptr<UdpPort> a, b;

  void SetUp() override {
    at_a.loop = at_b.loop = &loop;
    const auto local = *base::SocketAddress::parse(GetParam(), 0);
    auto first = UdpPort::open(loop, local, 0, intake_a);
    auto second = UdpPort::open(loop, local, 1, intake_b);
    ASSERT_TRUE(first) << first.error().message;
    ASSERT_TRUE(second) << second.error().message;
    a = std::move(first).value();
    b = std::move(second).value();
  }
};

// More than the socket's buffer holds, while nobody reads.
TEST_P(UdpPortTest, TellsWhenTheKernelHadToDrop) {
  base::Outbox outbox(64);
  const std::string text(1200, 'x');
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    // Of differing lengths, or GRO would join them.
    for (std::size_t i = 0; i < 64; ++i) outbox.send(base::as_bytes(text).first(1200 - i), {0, b->local()});
    a->send(outbox, outbox.pending());
    outbox.clear();
  }
  at_b.wanted = 1;
  Timer guard(loop, [&] { loop.stop(); });
  guard.arm(monotonic_now() + 5s);
  loop.run();
  ASSERT_LT(at_b.texts.size(), 64u * kRounds);
  // What stood in the queue before is told of no drops; those come with what was taken in after.
  EXPECT_EQ(at_b.overflows, 0);
  at_b.texts.clear();
  at_b.wanted = 64u * kRounds;
  Timer idle(loop, [&] { loop.stop(); });
  idle.arm(monotonic_now() + 300ms);
  loop.run();
  outbox.send(base::as_bytes("one more"), {0, b->local()});
  a->send(outbox, outbox.pending());
  at_b.texts.clear();
  at_b.wanted = 1;
  loop.run();
  EXPECT_EQ(at_b.overflows, 1);
  EXPECT_GT(b->counters().queue_overflows, 0u);
  EXPECT_EQ(at_b.texts.back(), "one more");
}

TEST_P(UdpPortTest, SendsRunsAndSinglesInOrder) {
  base::Outbox outbox(128);
  const base::Path to_b{0, b->local()};
  std::vector<std::string> sent;
  for (int i = 0; i < 100; ++i)
    sent.push_back(std::string(i % 7 == 6 ? 50 : 200, static_cast<char>('a' + i % 26)));
  for (const auto& text : sent) outbox.send(base::as_bytes(text), to_b);
  at_b.wanted = sent.size();
  a->send(outbox, outbox.pending());
  Timer guard(loop, [&] { loop.stop(); });
  guard.arm(monotonic_now() + 5s);
  loop.run();
  EXPECT_EQ(at_b.texts, sent);
  EXPECT_EQ(a->counters().datagrams_out, sent.size());
  EXPECT_EQ(a->counters().send_failed, 0u);
}

// With segmentation on one side and GRO on the other, whole runs come as one message.
TEST_P(UdpPortTest, RunsLongerThanABatchComeWholeAndInOrder) {
  base::Outbox outbox(512);
  const base::Path to_b{0, b->local()};
  std::vector<std::string> sent;
  for (int i = 0; i < 300; ++i) {
    // Some runs end in the middle of a packet's memory, and some in the last datagram of a message.
    const std::size_t length = i < 100   ? 1200
                               : i < 200 ? 333
                                         : static_cast<std::size_t>(i % 50 == 49 ? 7 : 700);
    sent.push_back(std::to_string(i) + std::string(length, static_cast<char>('a' + i % 26)));
    sent.back().resize(length);
    outbox.send(base::as_bytes(sent.back()), to_b);
  }
  at_b.wanted = sent.size();
  a->send(outbox, outbox.pending());
  Timer guard(loop, [&] { loop.stop(); });
  guard.arm(monotonic_now() + 5s);
  loop.run();
  EXPECT_EQ(at_b.texts, sent);
  EXPECT_EQ(at_b.largest_batch, Intake::kBatch);
  EXPECT_LT(b->counters().receive_calls, 20u);
  EXPECT_EQ(b->counters().datagrams_in, sent.size());
}

TEST_P(UdpPortTest, CountsWhatIsTooLongAndGoesOn) {
  base::Outbox outbox(4);
  const base::Path to_b{0, b->local()};
  outbox.send(base::as_bytes(std::string(base::kMaxDatagramBytes + 1, 'x')), to_b);
  outbox.send(base::as_bytes("short"), to_b);
  at_b.wanted = 1;
  a->send(outbox, outbox.pending());
  Timer guard(loop, [&] { loop.stop(); });
  guard.arm(monotonic_now() + 5s);
  loop.run();
  EXPECT_EQ(at_b.texts, std::vector<std::string>{"short"});
  EXPECT_EQ(b->counters().too_long, 1u);
}

// What a datagram of a silent peer's costs: to ask whether there is another would cost as much again.
TEST_P(UdpPortTest, AWakeUpForOneDatagramReadsOnce) {
  base::Outbox outbox(4);
  Timer guard(loop, [&] { loop.stop(); });
  guard.arm(monotonic_now() + 5s);
  for (std::size_t i = 1; i <= 3; ++i) {
    outbox.send(base::as_bytes("one"), {0, b->local()});
    a->send(outbox, outbox.pending());
    outbox.clear();
    at_b.wanted = i;
    loop.run();
    EXPECT_EQ(at_b.texts.size(), i);
    EXPECT_EQ(b->counters().receive_calls, i);
  }
}

// More than one read takes: none is forgotten.
TEST_P(UdpPortTest, AFloodIsReadToItsEnd) {
  base::Outbox outbox(400);
  std::vector<std::string> sent;
  for (std::size_t i = 0; i < 400; ++i) {  // each longer than the one before, so that none are one message
    sent.emplace_back(i + 1, static_cast<char>('a' + i % 26));
    outbox.send(base::as_bytes(sent.back()), {0, b->local()});
  }
  a->send(outbox, outbox.pending());
  Timer guard(loop, [&] { loop.stop(); });
  guard.arm(monotonic_now() + 5s);
  at_b.wanted = sent.size();
  loop.run();
  EXPECT_EQ(at_b.texts, sent);
  EXPECT_GE(b->counters().receive_calls, 400u / 32);
}

// What an ordinary socket sees of the IPv4 TOS octets or IPv6 traffic classes of `count` datagrams.
std::vector<int> received_traffic_classes(int fd, std::size_t count) {
  std::vector<int> classes;
  while (classes.size() < count) {
    char text[256];
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    iovec vector{text, sizeof text};
    msghdr header{};
    header.msg_iov = &vector;
    header.msg_iovlen = 1;
    header.msg_control = control;
    header.msg_controllen = sizeof control;
    if (recvmsg(fd, &header, 0) < 0) break;
    const cmsghdr* first = CMSG_FIRSTHDR(&header);
    classes.push_back(first ? *CMSG_DATA(first) : -1);
  }
  return classes;
}

TEST_P(UdpPortTest, MarksWhatAsksForIt) {
  constexpr std::uint8_t kExpedited = 46;
  const auto local = *base::SocketAddress::parse(GetParam(), 0);
  const int fd = socket(local.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
  sockaddr_storage address;
  socklen_t length = to_sockaddr(local, address);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), length), 0);
  length = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  const int on = 1;
  const timeval patience{5, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ASSERT_EQ(local.is_v4() ? setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on, sizeof on)
                          : setsockopt(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, &on, sizeof on),
            0);
  base::Outbox outbox(16);
  const base::Path there{0, from_sockaddr(address)};
  const std::vector<std::uint8_t> marks{0, kExpedited, kExpedited, kExpedited, 0, 10};
  for (const std::uint8_t mark : marks) {
    outbox.slot();
    outbox.commit(100, there, mark);
  }
  a->send(outbox, outbox.pending());
  std::vector<int> expected;
  for (const std::uint8_t mark : marks) expected.push_back(mark << 2);
  EXPECT_EQ(received_traffic_classes(fd, marks.size()), expected);
  close(fd);
}

INSTANTIATE_TEST_SUITE_P(BothFamilies, UdpPortTest, testing::Values("127.0.0.1", "::1"));

TEST(UdpPort, ATakenPortIsAnErrorThatNamesIt) {
  Loop loop;
  base::PacketPool pool(64);
  Collector handler;
  Intake intake(loop, pool, 1, handler);
  auto first = UdpPort::open(loop, *base::SocketAddress::parse("127.0.0.1", 0), 0, intake);
  ASSERT_TRUE(first);
  const auto second = UdpPort::open(loop, (*first)->local(), 1, intake);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find((*first)->local().text()), std::string::npos);
}

}  // namespace
}  // namespace kaskado::loop
