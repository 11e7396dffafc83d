// Numbers for transport-wide feedback, and what waits for its time.
#include "transport/egress_line.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace kaskado::transport {
namespace {

using namespace std::chrono_literals;
using Octets = std::vector<std::uint8_t>;
constexpr base::Instant kStart{std::chrono::seconds{10}};

class ControlledLine : public testing::Test {
 protected:
  ControlledLine() {
    line.allow_clear();
    line.open({});
    line.wake_by(woken, 7);
  }
  // A header of 20 octets that are `mark`, the number in the last two.
  bool send(std::uint8_t mark, std::uint64_t index, rtp::SentStream stream = rtp::SentStream::video,
            bool again = false) {
    const base::MutableBytes slot = outbox.slot();
    std::memset(slot.data(), mark, 20);
    const rtp::Stamped stamped{.packet_index = index, .header_bytes = 20, .sequence_at = 18};
    const Octets payload(980, mark);
    return again ? line.send_again(outbox, slot, stamped, stream, payload, now)
                 : line.send(outbox, slot, stamped, stream, payload, now);
  }
  // The marks of what went out and the numbers of it.
  std::vector<std::pair<int, int>> take() {
    std::vector<std::pair<int, int>> went;
    for (const base::Egress& egress : outbox.pending()) {
      const base::Bytes bytes = std::as_const(outbox).bytes(egress);
      EXPECT_EQ(bytes.size(), 1000u);
      went.emplace_back(bytes[0], base::load_u16(bytes.data() + 18));
      EXPECT_EQ(bytes[0], bytes[999]);
    }
    outbox.clear();
    return went;
  }
  using Went = std::vector<std::pair<int, int>>;

  EgressLine line;
  base::Outbox outbox{64};
  std::vector<PeerId> woken;
  base::Instant now = kStart;
};

TEST_F(ControlledLine, WithoutControlWritesNoNumbers) {
  EXPECT_TRUE(send(5, 1));
  EXPECT_EQ(take(), (Went{{5, 0x0505}}));
  EXPECT_EQ(line.sent(), nullptr);
  EXPECT_EQ(line.next_release(), base::kNever);
}

TEST_F(ControlledLine, NumbersWhatGoesOutInItsOrder) {
  line.control_from(0xffff);
  send(1, 10);
  send(2, 99, rtp::SentStream::audio);
  line.control_from(3);  // again: goes on
  send(3, 11);
  EXPECT_EQ(take(), (Went{{1, 0xffff}, {2, 0}, {3, 1}}));
  EXPECT_EQ(line.sent()->in_flight_bytes(), 3000u);
}

TEST_F(ControlledLine, SendsThePacketAgainAsTheSameBytes) {
  line.control_from(100);
  send(1, 10);
  send(2, 11);
  const Went first = take();
  EXPECT_TRUE(send(1, 10, rtp::SentStream::video, true));
  EXPECT_EQ(take(), (Went{first[0]}));
}

TEST_F(ControlledLine, NumbersWhatIsAskedForAgainAndHasNeverGone) {
  line.control_from(100);
  send(1, 10);
  EXPECT_TRUE(send(9, 12, rtp::SentStream::video, true));
  EXPECT_EQ(take(), (Went{{1, 100}, {9, 101}}));
}

TEST_F(ControlledLine, DoesNotSendAgainWhoseNumberIsForgotten) {
  line.control_from(0);
  for (std::size_t i = 0; i <= rtp::SentPackets::kPackets + 10; ++i) {
    send(1, 0xfff0 + i);
    outbox.clear();
  }
  EXPECT_FALSE(send(1, 0xfff5, rtp::SentStream::video, true));
  EXPECT_TRUE(send(1, 0xfff0 + 20, rtp::SentStream::video, true));
  EXPECT_TRUE(send(1, 0xfff0 + 2000, rtp::SentStream::video, true)) << "newer than all of them";
}

TEST_F(ControlledLine, DoesNotSendWhatIsHeldTwice) {
  line.control_from(0);
  line.set_pace(100'000, outbox, now);
  send(1, 1);
  send(2, 2);
  EXPECT_FALSE(send(2, 2, rtp::SentStream::video, true));
  line.set_pace(0, outbox, now);
  EXPECT_EQ(take(), (Went{{1, 0}, {2, 1}}));
}

TEST_F(ControlledLine, DoesNotNumberWhatDidNotGoOut) {
  line.control_from(100);
  const base::MutableBytes slot = outbox.slot();
  const rtp::Stamped stamped{.packet_index = 1, .header_bytes = 20, .sequence_at = 18};
  EXPECT_FALSE(line.send(outbox, slot, stamped, rtp::SentStream::video, Octets(slot.size()), now));
  send(1, 2);
  EXPECT_EQ(take(), (Went{{1, 100}}));
}

TEST_F(ControlledLine, SpreadsVideoAndNotSound) {
  line.control_from(0);
  line.set_pace(800'000, outbox, now);  // a packet in 10 ms
  send(1, 1);
  send(2, 2);
  send(3, 3);
  send(4, 1, rtp::SentStream::audio);
  EXPECT_EQ(take(), (Went{{1, 0}, {4, 1}}));
  EXPECT_EQ(woken, (std::vector<PeerId>{7})) << "once";
  EXPECT_GT(line.next_release(), now);
  line.release(outbox, now += 1ms);
  EXPECT_TRUE(take().empty());
  line.release(outbox, now += 20ms);
  EXPECT_EQ(take(), (Went{{2, 2}}));
  line.release(outbox, now += 100ms);
  EXPECT_EQ(take(), (Went{{3, 3}}));
  EXPECT_EQ(line.next_release(), base::kNever);
}

// They share what is known of their indices, so that the number of one packet could be another's.
TEST_F(ControlledLine, FurtherStreamsAreNumberedAndNeverSentAgain) {
  line.control_from(100);
  send(1, 10);
  send(2, 10, rtp::SentStream::further);
  EXPECT_EQ(take(), (Went{{1, 100}, {2, 101}}));
  EXPECT_FALSE(send(2, 10, rtp::SentStream::further, true));
  EXPECT_FALSE(send(3, 11, rtp::SentStream::further, true));
  EXPECT_TRUE(send(1, 10, rtp::SentStream::video, true));
  EXPECT_EQ(take(), (Went{{1, 100}}));
}

TEST_F(ControlledLine, SpreadsFurtherVideoAmongTheFirst) {
  line.control_from(0);
  line.set_pace(100'000, outbox, now);
  send(1, 50);
  send(2, 7, rtp::SentStream::further);  // not late, although the first video is beyond
  send(3, 51);
  EXPECT_EQ(take(), (Went{{1, 0}}));
  EXPECT_TRUE(send(4, 7, rtp::SentStream::video, true)) << "what is held of that index is another stream's";
  line.set_pace(0, outbox, now);
  EXPECT_EQ(take(), (Went{{4, 1}, {2, 2}, {3, 3}}));
  EXPECT_FALSE(send(2, 7, rtp::SentStream::further, true));
  EXPECT_TRUE(send(3, 51, rtp::SentStream::video, true));
  EXPECT_EQ(take(), (Went{{3, 3}}));
}

TEST_F(ControlledLine, LetsEverythingGoInOrderWhereNothingHasToWaitAnyMore) {
  line.control_from(0);
  line.set_pace(100'000, outbox, now);
  for (std::uint8_t i = 1; i <= 5; ++i) send(i, i);
  line.set_pace(0, outbox, now);
  send(6, 6);
  EXPECT_EQ(take(), (Went{{1, 0}, {2, 1}, {3, 2}, {4, 3}, {5, 4}, {6, 5}}));
}

TEST_F(ControlledLine, HoldsNoMoreThanItHasRoomFor) {
  line.control_from(0);
  line.set_pace(100'000, outbox, now);
  for (std::uint8_t i = 1; i <= 40; ++i) send(i, i);
  const Went went = take();
  ASSERT_GE(went.size(), 15u);
  for (std::size_t i = 0; i < went.size(); ++i)
    EXPECT_EQ(went[i], (std::pair<int, int>(static_cast<int>(i) + 1, static_cast<int>(i))));
}

TEST_F(ControlledLine, ForgetsWhatIsHeldWithItsKeys) {
  line.control_from(0);
  line.set_pace(100'000, outbox, now);
  send(1, 1);
  send(2, 2);
  take();
  line.restart_indices();
  line.release(outbox, now + 10s);
  EXPECT_TRUE(take().empty());
  EXPECT_EQ(line.next_release(), base::kNever);
}

}  // namespace
}  // namespace kaskado::transport
