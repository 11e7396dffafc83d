#include "pipeline/send_bandwidth.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "rtp/rtcp_reader.hpp"
#include "rtp/transport_cc.hpp"

namespace kaskado::pipeline {
namespace {

using namespace std::chrono_literals;

// A line to a viewer 20 ms away, with video in packets of 1000 bytes and sound of 64 kb/s.
class SendBandwidthTest : public testing::Test {
 protected:
  SendBandwidthTest() {
    line.allow_clear();
    line.open({});
    line.control_from(0);
  }
  void send(rtp::SentStream stream, std::size_t bytes) {
    const base::MutableBytes slot = outbox.slot();
    std::memset(slot.data(), 0, 20);
    const rtp::Stamped stamped{.packet_index = index++, .header_bytes = 20, .sequence_at = 18};
    line.send(outbox, slot, stamped, stream, std::vector<std::uint8_t>(bytes - 20), now);
  }
  // What has left arrives, behind a queue that grows by so much with each packet.
  void deliver(base::Duration growth) {
    for (const base::Egress& egress : outbox.pending()) {
      queue += growth;
      const rtp::SequenceNumber number{base::load_u16(outbox.bytes(egress).data() + 18)};
      receiver.receive(number, rtp::Ssrc{3}, now + 20ms + queue);
    }
    outbox.clear();
  }
  void run(double video_bps, base::Duration span, base::Duration growth = 0ms) {
    const auto apart = base::Duration{static_cast<std::int64_t>(8000 / std::max(video_bps, 1.0) * 1e9)};
    base::Instant next_video = now, next_audio = now;
    for (const base::Instant end = now + span; now < end; now += 1ms) {
      for (; video_bps > 0 && next_video <= now; next_video += apart) send(rtp::SentStream::video, 1000);
      for (; next_audio <= now; next_audio += 20ms) send(rtp::SentStream::audio, 160);
      line.release(outbox, now);
      deliver(growth);
      if (receiver.deadline() <= now + 20ms + queue) report();
      if (bandwidth.deadline() <= now) note(bandwidth.advance(now, outbox));
    }
  }
  void report() {
    std::array<std::uint8_t, 1200> slot;
    rtp::RtcpBuilder builder(slot);
    receiver.advance(now + 20ms + queue, builder);
    rtp::RtcpReader reader(builder.written());
    while (const auto message = reader.next())
      bandwidth.receive(std::get<rtp::TransportFeedback>(*message), now);
    note(bandwidth.advance(now, outbox));
  }
  void note(std::optional<std::uint64_t> news) {
    if (news) told.push_back(*news);
  }

  transport::EgressLine line;
  SendBandwidth bandwidth{line};
  base::Outbox outbox{128};
  rtp::TransportCcReceiver receiver{rtp::Ssrc{1}};
  base::Instant now{10s};
  base::Duration queue{};
  std::uint64_t index = 0;
  std::vector<std::uint64_t> told;
};

TEST_F(SendBandwidthTest, SoundAloneSaysNothingOfWhatVideoMayBe) {
  run(0, 3s);
  EXPECT_TRUE(told.empty());
  EXPECT_EQ(bandwidth.available_bps(), 0u);
  run(2e6, 3s);
  ASSERT_FALSE(told.empty());
  EXPECT_GT(told.front(), 1'800'000u) << "nobody is pressed down by who has just come";
}

TEST_F(SendBandwidthTest, SoundHasItsShare) {
  run(1e6, 5s);
  ASSERT_FALSE(told.empty());
  EXPECT_NEAR(static_cast<double>(bandwidth.available_bps() - told.back()), 64'000, 40'000);
  EXPECT_LT(told.size(), 30u) << "five times a second at the most";
}

TEST_F(SendBandwidthTest, SpreadsVideoOnlyWhileAQueueHasGrown) {
  run(2e6, 3s);
  EXPECT_FALSE(line.is_pacing());
  run(2e6, 1s, 300us);
  EXPECT_TRUE(line.is_pacing());
  EXPECT_LT(told.back(), 2'000'000u);
  run(1e6, 6s);
  EXPECT_FALSE(line.is_pacing());
}

TEST_F(SendBandwidthTest, IsForgottenInSilence) {
  run(1e6, 3s);
  EXPECT_GT(told.back(), 0u);
  const base::Instant end = now + 5s;
  while (bandwidth.deadline() <= end) {
    now = std::max(now + 1ms, bandwidth.deadline());
    note(bandwidth.advance(now, outbox));
  }
  EXPECT_EQ(told.back(), 0u);
  EXPECT_EQ(bandwidth.available_bps(), 0u);
  EXPECT_EQ(bandwidth.deadline(), base::kNever);
}

}  // namespace
}  // namespace kaskado::pipeline
