#include "base/packet.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "base/outbox.hpp"

namespace kaskado::base {
namespace {

TEST(PacketPool, StopsAtItsBoundAndReusesWhatComesBack) {
  PacketPool pool(64);
  std::vector<PacketRef> held;
  for (int i = 0; i < 64; ++i) held.push_back(pool.acquire());
  EXPECT_TRUE(held.back());
  EXPECT_FALSE(pool.acquire());
  held.pop_back();
  EXPECT_TRUE(pool.acquire());
  EXPECT_EQ(pool.in_use(), 63u);
}

TEST(PacketRef, SharesOnePacketUntilTheLastOneGoes) {
  PacketPool pool(64);
  PacketRef first = pool.acquire();
  first->length = 3;
  {
    PacketRef second = first;
    first.reset();
    EXPECT_EQ(second->length, 3);
    EXPECT_EQ(pool.in_use(), 1u);
  }
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST(Outbox, KeepsOrderAndCountsWhatDoesNotFit) {
  Outbox outbox(2);
  const Path path{0, *SocketAddress::parse("127.0.0.1", 9)};
  outbox.send(as_bytes("a"), path);
  outbox.send(as_bytes("b"), path);
  outbox.send(as_bytes("c"), path);
  ASSERT_EQ(outbox.pending().size(), 2u);
  EXPECT_EQ(as_text(Bytes(outbox.bytes(outbox.pending()[1]))), "b");
  EXPECT_EQ(outbox.dropped(), 1u);
}

TEST(Outbox, DrainsWhenFull) {
  static int drained;
  drained = 0;
  Outbox outbox(
      2,
      [](void*, Outbox& full) {
        drained += static_cast<int>(full.pending().size());
        full.clear();
      },
      nullptr);
  for (int i = 0; i < 5; ++i) outbox.send(as_bytes("x"), {});
  EXPECT_EQ(drained, 4);
  EXPECT_EQ(outbox.dropped(), 0u);
}

}  // namespace
}  // namespace kaskado::base
