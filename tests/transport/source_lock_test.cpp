#include "transport/source_lock.hpp"

#include <gtest/gtest.h>

namespace kaskado::transport {
namespace {

using namespace std::chrono_literals;

base::SocketAddress at(std::uint16_t port, std::uint8_t host = 9) {
  return base::SocketAddress::v4({192, 0, 2, host}, port);
}

struct SourceLockTest : testing::Test {
  Admission come(const base::SocketAddress& from, std::uint32_t ssrc, std::uint16_t sequence,
                 base::Duration when = 0ms) {
    return lock.admit_rtp(from, {ssrc}, {sequence}, start + when);
  }
  bool reports(const base::SocketAddress& from, std::uint32_t ssrc, base::Duration when = 0ms) {
    return lock.admits_rtcp(from, {ssrc}, start + when);
  }
  const base::Instant start{1000s};
  SourceLock lock;
};

TEST_F(SourceLockTest, TheFirstIsThePeer) {
  EXPECT_FALSE(lock.address());
  EXPECT_EQ(come(at(5000), 1, 10), Admission::moved);
  EXPECT_EQ(lock.address(), at(5000));
  EXPECT_EQ(come(at(5000), 1, 11), Admission::known);
}

TEST_F(SourceLockTest, StrangersStayOut) {
  come(at(5000), 1, 10);
  EXPECT_EQ(come(at(5001), 2, 11), Admission::stranger);
  EXPECT_EQ(come(at(5000, 66), 2, 12), Admission::stranger);
  EXPECT_EQ(lock.address(), at(5000));
}

TEST_F(SourceLockTest, ThePeerMayBeginAnewWhereItIs) {
  come(at(5000), 1, 10);
  EXPECT_EQ(come(at(5000), 2, 60'000), Admission::known);
  EXPECT_EQ(come(at(5001), 2, 60'001), Admission::moved) << "its new SSRC is the lock now";
  EXPECT_EQ(come(at(5002), 1, 11), Admission::stranger);
}

TEST_F(SourceLockTest, ItIsFollowedWhereItMoves) {
  come(at(5000), 1, 10);
  EXPECT_EQ(come(at(6000), 1, 11), Admission::moved);
  EXPECT_EQ(lock.address(), at(6000));
}

TEST_F(SourceLockTest, WhatWasUnderWayDoesNotLeadBack) {
  come(at(5000), 1, 10);
  come(at(6000), 1, 12);
  EXPECT_EQ(come(at(5000), 1, 11), Admission::known) << "it is the peer's media all the same";
  EXPECT_EQ(lock.address(), at(6000));
}

TEST_F(SourceLockTest, TheSequenceMayWrap) {
  come(at(5000), 1, 65'535);
  EXPECT_EQ(come(at(6000), 1, 0), Admission::moved);
}

TEST_F(SourceLockTest, ASilentPeerGivesUpItsPlace) {
  come(at(5000), 1, 10);
  EXPECT_EQ(come(at(7000), 2, 1, SourceLock::kHold - 1ms), Admission::stranger);
  EXPECT_EQ(come(at(7000), 2, 2, SourceLock::kHold), Admission::moved);
  EXPECT_EQ(come(at(5000), 1, 11, SourceLock::kHold + 1ms), Admission::stranger);
}

TEST_F(SourceLockTest, StrangersDoNotKeepTheLockNorBreakIt) {
  come(at(5000), 1, 10);
  for (int ms = 0; ms < 4900; ms += 100)
    EXPECT_EQ(come(at(7000), 2, 1, base::Duration{1ms} * ms), Admission::stranger);
  EXPECT_EQ(come(at(7000), 2, 2, SourceLock::kHold), Admission::moved);
}

// It began anew with its SSRC, elsewhere, and earlier in its sequence than before.
TEST_F(SourceLockTest, APeerThatBeginsAnewElsewhereIsFollowedOnceItsFormerPlaceIsSilent) {
  come(at(5000), 1, 1000);
  EXPECT_EQ(come(at(6000), 1, 10, 1s), Admission::known);
  EXPECT_EQ(lock.address(), at(5000));
  EXPECT_EQ(come(at(6000), 1, 11, SourceLock::kHold), Admission::moved);
}

TEST_F(SourceLockTest, ANamedSourceOutranksOthers) {
  lock.name_sources({{7}});
  come(at(5000), 1, 10);
  EXPECT_EQ(come(at(6000), 7, 3), Admission::moved);
  EXPECT_EQ(come(at(5000), 1, 11), Admission::stranger);
  EXPECT_EQ(come(at(5001), 8, 11), Admission::stranger);
}

TEST_F(SourceLockTest, TakesNoMoreNamesThanItsBound) {
  std::vector<rtp::Ssrc> names;
  for (std::uint32_t i = 0; i <= SourceLock::kMaxNamed; ++i) names.push_back({100 + i});
  lock.name_sources(names);
  come(at(5000), 1, 10);
  EXPECT_EQ(come(at(5001), 100 + SourceLock::kMaxNamed, 1), Admission::stranger);
  EXPECT_EQ(come(at(5001), 100, 1), Admission::moved);
}

TEST_F(SourceLockTest, ReportsComeFromThePeersHostOrByItsName) {
  EXPECT_TRUE(reports(at(4000, 77), 5)) << "nobody is known yet";
  come(at(5000), 1, 10);
  EXPECT_TRUE(reports(at(5001), 99)) << "of its host, whatever the port";
  EXPECT_TRUE(reports(at(4000, 77), 1)) << "of its SSRC";
  EXPECT_FALSE(reports(at(4000, 77), 5));
  lock.name_sources({{5}});
  EXPECT_TRUE(reports(at(4000, 77), 5));
  EXPECT_TRUE(reports(at(4000, 78), 6, SourceLock::kHold));
}

TEST_F(SourceLockTest, WhatIsAuthenticMovesThePeerAtOnce) {
  come(at(5000), 1, 10);
  EXPECT_EQ(lock.admit_authentic(at(8000), {2}, {5}, start), Admission::moved);
  EXPECT_EQ(lock.address(), at(8000));
  EXPECT_EQ(lock.admit_authentic(at(8001), {2}, {4}, start), Admission::known) << "late";
  EXPECT_EQ(lock.address(), at(8000));
}

}  // namespace
}  // namespace kaskado::transport
