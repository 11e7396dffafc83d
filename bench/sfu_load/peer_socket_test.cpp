#include "peer_socket.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "bare_messages.hpp"
#include "clocks.hpp"

namespace kaskado::bench {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets datagram(std::uint8_t first, std::uint8_t second, std::uint16_t sequence) {
  Octets bytes(200, 0x55);
  bytes[0] = first;
  bytes[1] = second;
  base::store_u16(bytes.data() + 2, sequence);
  return bytes;
}

class PeerSocketTest : public testing::Test {
 protected:
  PeerSocketTest() {
    EXPECT_TRUE(viewer.connect(server.local()));
    EXPECT_TRUE(server.connect(viewer.local()));
  }
  // The length that arrives of one datagram.
  std::size_t arriving(const Octets& sent) {
    EXPECT_TRUE(server.send(sent));
    const auto got = viewer.receive(*batch);
    EXPECT_EQ(got.size(), 1u);
    if (got.size() != 1) return 0;
    EXPECT_TRUE(std::equal(got[0].bytes.begin(), got[0].bytes.end(), sent.begin()));
    return got[0].bytes.size();
  }

  PeerSocket viewer = PeerSocket::open({.sample_every = 16}).value();
  PeerSocket server = PeerSocket::open({}).value();
  std::unique_ptr<ReceiveBatch> batch = std::make_unique<ReceiveBatch>();
};

TEST_F(PeerSocketTest, CutsRtpThatIsNotSampledBehindItsHeader) {
  for (std::uint16_t sequence = 0; sequence < 64; ++sequence)
    EXPECT_EQ(arriving(datagram(0x80, 96, sequence)), sequence % 16 == 0 ? 200 : kTrimmedBytes) << sequence;
  EXPECT_EQ(arriving(datagram(0x90, 0xe0, 0xfff1)), kTrimmedBytes);  // with extension and marker
  EXPECT_EQ(arriving(datagram(0x80, 0, 1)), kTrimmedBytes);
}

TEST_F(PeerSocketTest, LeavesAllElseWhole) {
  for (const std::uint8_t rtcp : {192, 200, 201, 205, 206, 223})
    EXPECT_EQ(arriving(datagram(0x81, rtcp, 1)), 200u);
  for (const std::uint8_t other : {0x00, 0x01, 0x16, 0x3f, 0x40, 0xc0})
    EXPECT_EQ(arriving(datagram(other, 1, 1)), 200u);
}

TEST_F(PeerSocketTest, SamplesEverythingWhereItIsTold) {
  EXPECT_TRUE(viewer.send(datagram(0x80, 96, 1)));
  const auto got = server.receive(*batch);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].bytes.size(), 200u);
}

// Of three datagrams of 200 bytes that are sent as one message, none of which is sampled: the lengths that arrive.
std::vector<std::size_t> arriving_of_a_run(bool runs) {
  PeerSocket viewer = PeerSocket::open({.sample_every = 16, .runs = runs}).value();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(viewer.local().port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  BareMessages message({address}, 3, 200);
  for (std::uint8_t i = 0; i < 3; ++i) std::ranges::copy(datagram(0x80, 96, i + 1), message.datagram(i).begin());
  const int sender = socket(AF_INET, SOCK_DGRAM, 0);
  EXPECT_TRUE(message.send(sender));
  close(sender);
  const auto batch = std::make_unique<ReceiveBatch>();
  std::vector<std::size_t> lengths;
  for (const Datagram& got : viewer.receive(*batch)) {
    EXPECT_EQ(base::load_u16(got.bytes.data() + 2), lengths.size() + 1);
    EXPECT_GT(got.arrived.unix_ns, 0);
    lengths.push_back(got.bytes.size());
  }
  EXPECT_FALSE(batch->is_full());
  return lengths;
}

TEST_F(PeerSocketTest, TakesARunApartOrWhole) {
  EXPECT_EQ(arriving_of_a_run(false), std::vector<std::size_t>(3, kTrimmedBytes));
  if (!viewer_filter_knows_runs(16)) GTEST_SKIP() << "the kernel lets nobody load a filter for runs";
  EXPECT_EQ(arriving_of_a_run(true), std::vector<std::size_t>(3, 200));
}

TEST_F(PeerSocketTest, TellsWhenADatagramCame) {
  const std::int64_t before_ns = wall_now().unix_ns;
  EXPECT_TRUE(server.send(datagram(0x80, 96, 0)));
  const auto got = viewer.receive(*batch);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_GE(got[0].arrived.unix_ns, before_ns);
  EXPECT_LE(got[0].arrived.unix_ns, wall_now().unix_ns);
}

TEST_F(PeerSocketTest, CountsWhatItsQueueHadNoRoomFor) {
  EXPECT_EQ(viewer.queue_drops(), 0u);
  constexpr std::size_t kMore = 100'000;
  for (std::size_t i = 0; i < kMore; ++i) server.send(datagram(0x80, 96, static_cast<std::uint16_t>(i)));
  std::size_t received = 0, now = 0;
  while ((now = viewer.receive(*batch).size()) != 0) received += now;
  EXPECT_GT(viewer.queue_drops(), 0u);
  EXPECT_EQ(received + viewer.queue_drops(), kMore);
}

}  // namespace
}  // namespace kaskado::bench
