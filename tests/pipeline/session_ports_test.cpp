#include "pipeline/session_ports.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/log.hpp"

namespace kaskado::pipeline {
namespace {

const base::SocketAddress kIp = base::SocketAddress::v4({192, 0, 2, 1}, 40000);
const MediaPort kShared{0, "eth0", kIp};
const MediaPort kOtherShared{1, "eth1", base::SocketAddress::v4({10, 0, 0, 1}, 40000)};

// Counts the lines of a level.
struct Lines final : base::LogSink {
  Lines() { base::set_log_sink(this); }
  ~Lines() override { base::set_log_sink(nullptr); }
  void write(std::string_view line) override { warnings += line.find(" warning ") != std::string_view::npos; }
  int warnings = 0;
};

struct SessionPortsTest : testing::Test {
  SessionPortsTest() { ports.set_first_index(2); }

  std::set<std::uint16_t> open_indices;
  std::uint16_t last_number = 50'000;
  bool refuses = false;
  std::set<std::uint16_t> taken;  // numbers
  Lines lines;
  SessionPorts ports{
      {.open = [this](std::uint16_t index,
                      const base::SocketAddress& address) -> base::Result<base::SocketAddress> {
         if (refuses || taken.contains(address.port())) return base::Error{"no port is free"};
         if (address.port() != 0) {
           EXPECT_TRUE(open_indices.insert(index).second) << "index " << index << " is in use";
           return address;
         }
         EXPECT_TRUE(open_indices.insert(index).second) << "index " << index << " is in use";
         while (taken.contains(++last_number)) {
         }
         return address.with_port(last_number);
       },
       .close = [this](std::uint16_t index) { EXPECT_EQ(open_indices.erase(index), 1u); }}};
};

TEST_F(SessionPortsTest, ASessionHasOnePortForEachSharedOne) {
  const auto first = ports.open(7, kShared);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->index, 2);
  EXPECT_EQ(first->interface, "eth0");
  EXPECT_EQ(first->local, kIp.with_port(50'001));
  EXPECT_FALSE(ports.open(7, kShared)) << "it has that one";
  const auto second = ports.open(7, kOtherShared);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->local.ip_text(), "10.0.0.1");
  EXPECT_TRUE(ports.open(8, kShared));
  EXPECT_EQ(ports.count(), 3u);
  ASSERT_EQ(ports.of(7).size(), 2u);
  EXPECT_EQ(ports.of(7)[0].local, first->local);
  EXPECT_EQ(ports.of(7)[1].local, second->local);
  EXPECT_TRUE(ports.of(9).empty());
}

TEST_F(SessionPortsTest, ClosesThoseOfTheSessionAndUsesTheirIndicesAgain) {
  ports.open(7, kShared);
  ports.open(7, kOtherShared);
  ports.open(8, kShared);
  ports.close(7);
  EXPECT_EQ(open_indices, std::set<std::uint16_t>{4});
  EXPECT_FALSE(ports.has(7));
  EXPECT_TRUE(ports.has(8));
  ports.close(7);
  EXPECT_EQ(ports.count(), 1u);
  ports.open(9, kShared);
  ports.open(9, kOtherShared);
  EXPECT_EQ(open_indices, (std::set<std::uint16_t>{2, 3, 4}));
}

TEST_F(SessionPortsTest, HasABoundAndTellsOfItOnce) {
  for (transport::PeerId session = 0; session < SessionPorts::kMost; ++session) {
    ASSERT_TRUE(ports.open(session, kShared));
  }
  EXPECT_EQ(lines.warnings, 0);
  EXPECT_FALSE(ports.open(SessionPorts::kMost, kShared));
  EXPECT_FALSE(ports.open(SessionPorts::kMost + 1, kShared));
  EXPECT_EQ(open_indices.size(), SessionPorts::kMost);
  EXPECT_EQ(lines.warnings, 1);
  ports.close(17);
  EXPECT_TRUE(ports.open(SessionPorts::kMost, kShared));
}

TEST_F(SessionPortsTest, WhereTheSystemRefusesNothingIsHeld) {
  refuses = true;
  EXPECT_FALSE(ports.open(7, kShared));
  EXPECT_FALSE(ports.open(7, kShared));
  EXPECT_EQ(ports.count(), 0u);
  EXPECT_FALSE(ports.has(7));
  EXPECT_EQ(lines.warnings, 1);
  refuses = false;
  const auto port = ports.open(7, kShared);
  ASSERT_TRUE(port);
  EXPECT_EQ(port->index, 2);
}

TEST(SessionPorts, WithoutFunctionsThereAreNone) {
  SessionPorts ports{{}};
  EXPECT_FALSE(ports.open(1, kShared));
  ports.close(1);
}

TEST_F(SessionPortsTest, APairIsAnEvenPortAndTheNext) {
  for (const std::uint16_t before : {50'001, 50'100}) {
    last_number = before;
    const auto pair = ports.open_pair(7, kShared);
    ASSERT_TRUE(pair);
    EXPECT_EQ(pair->rtp.local.port() % 2, 0);
    EXPECT_EQ(pair->rtcp.local.port(), pair->rtp.local.port() + 1);
    EXPECT_NE(pair->rtp.index, pair->rtcp.index);
    EXPECT_EQ(pair->rtp.interface, "eth0");
  }
  EXPECT_EQ(ports.count(), 4u) << "a session may have several";
  EXPECT_EQ(ports.of(7).size(), 4u);
  ports.close(7);
  EXPECT_TRUE(open_indices.empty());
  EXPECT_EQ(ports.count(), 0u);
}

TEST_F(SessionPortsTest, APairPassesOverNumbersWhoseNeighbourIsTaken) {
  last_number = 50'001;
  taken = {50'003, 50'005};
  const auto pair = ports.open_pair(7, kShared);
  ASSERT_TRUE(pair);
  EXPECT_GE(pair->rtp.local.port(), 50'006);
  EXPECT_EQ(open_indices.size(), 2u) << "those passed over are given back";
}

TEST_F(SessionPortsTest, NoPairWhereNoneCanBeHad) {
  refuses = true;
  EXPECT_FALSE(ports.open_pair(7, kShared));
  refuses = false;
  for (std::uint16_t number = 50'001; number < 50'400; number += 2) taken.insert(number);
  EXPECT_FALSE(ports.open_pair(7, kShared)) << "it does not try for ever";
  EXPECT_TRUE(open_indices.empty());
  EXPECT_EQ(ports.count(), 0u);
}

}  // namespace
}  // namespace kaskado::pipeline
