#include "rtp/packet_history.hpp"

#include <gtest/gtest.h>

#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::at;
using namespace std::chrono_literals;

class History : public ::testing::Test {
 protected:
  void insert(PacketHistory& history, std::uint64_t extended, base::Duration when = 0ms) {
    MediaPacket media = test::make_media(pool_, {}, at(when));
    media.extended_sequence = extended;
    history.insert(media);
  }
  base::PacketPool pool_{1024};
};

TEST_F(History, KeepsTheNewestAndLetsTheOldestGo) {
  PacketHistory history(8);
  for (std::uint64_t i = 100; i < 110; ++i) insert(history, i);
  EXPECT_EQ(history.size(), 8u);
  EXPECT_EQ(pool_.in_use(), 8u);
  EXPECT_FALSE(history.find(101));
  ASSERT_TRUE(history.find(102));
  EXPECT_EQ(history.find(109)->extended_sequence, 109u);
  EXPECT_FALSE(history.find(110));
}

TEST_F(History, TakesLateOnesThatStillHaveAPlace) {
  PacketHistory history(8);
  insert(history, 100);
  insert(history, 104);
  insert(history, 102);
  insert(history, 97);
  EXPECT_EQ(history.size(), 4u);
  EXPECT_TRUE(history.find(97));
  insert(history, 96);  // 96 + 8 = 104: its place belongs to 104
  EXPECT_FALSE(history.find(96));
  EXPECT_TRUE(history.find(104));
}

TEST_F(History, AJumpReleasesAll) {
  PacketHistory history(8);
  for (std::uint64_t i = 100; i < 108; ++i) insert(history, i);
  insert(history, 3000);
  EXPECT_EQ(pool_.in_use(), 1u);
  EXPECT_TRUE(history.find(3000));
}

TEST_F(History, LetsPacketsGoByAgeAndWhenTheStreamFallsSilent) {
  PacketHistory history(64, 2s);
  for (int i = 0; i < 10; ++i) insert(history, 100 + static_cast<std::uint64_t>(i), i * 500ms);
  EXPECT_FALSE(history.find(105));  // 2.5 s, the newest 4.5 s
  EXPECT_TRUE(history.find(106));
  EXPECT_EQ(history.deadline(), at(6500ms));
  history.expire(at(6499ms));
  EXPECT_EQ(history.size(), 1u);
  history.expire(at(6500ms));
  EXPECT_EQ(pool_.in_use(), 0u);
  EXPECT_EQ(history.deadline(), base::kNever);
}

TEST_F(History, OfNoCapacityKeepsNothing) {
  PacketHistory history(0);
  insert(history, 1);
  EXPECT_FALSE(history.find(1));
  EXPECT_EQ(history.deadline(), base::kNever);
}

}  // namespace
}  // namespace kaskado::rtp
