#include "rtp/receive_stream.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "rtp/rtcp_reader.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using base::DropReason;
using test::at;
using namespace std::chrono_literals;

constexpr std::array<ReceivePayload, 2> kPayloads{
    {{PayloadType{96}, VideoCodec::vp8}, {PayloadType{97}, VideoCodec::h264}}};

ReceiveStreamConfig config() {
  return {.ssrc = Ssrc{0x1234}, .feedback_sender = Ssrc{1}, .stream_id = 5, .payloads = kPayloads};
}

class Receive : public ::testing::Test {
 protected:
  Verdict accept(std::uint16_t sequence, base::Duration when = 0ms, test::PacketSpec spec = {}) {
    spec.sequence = sequence;
    media_ = test::make_media(pool_, spec, at(when));
    return stream_.accept(media_, at(when));
  }
  std::vector<RtcpMessage> advance(base::Duration when) {
    RtcpBuilder builder(slot_);
    stream_.advance(at(when), builder);
    RtcpReader reader(builder.written());
    std::vector<RtcpMessage> messages;
    while (auto message = reader.next()) messages.push_back(*message);
    return messages;
  }

  base::PacketPool pool_{4096};
  ReceiveStream stream_{config()};
  MediaPacket media_;
  std::array<std::uint8_t, 1500> slot_;
};

TEST_F(Receive, ExtendsSequencesAcrossTheWrap) {
  EXPECT_EQ(accept(65534).extended_sequence, 0x1fffeu);
  EXPECT_EQ(accept(0).extended_sequence, 0x20000u);
  EXPECT_EQ(accept(65535).extended_sequence, 0x1ffffu);
  EXPECT_EQ(media_.source, (SourceId{5, 0}));
  const ReportBlock block = stream_.report_block(at(0ms));
  EXPECT_EQ(block.extended_highest_sequence, 0x10000u);  // one cycle, sequence 0
  EXPECT_EQ(block.cumulative_lost, 0);
}

TEST_F(Receive, DropsCopiesAndUnknownPayloadTypes) {
  EXPECT_EQ(accept(1).drop, DropReason::none);
  EXPECT_EQ(accept(1).drop, DropReason::duplicate_packet);
  EXPECT_EQ(accept(3).drop, DropReason::none);
  EXPECT_EQ(accept(2).drop, DropReason::none);
  EXPECT_EQ(accept(2).drop, DropReason::duplicate_packet);
  EXPECT_EQ(accept(4, 0ms, {.payload_type = 100}).drop, DropReason::unknown_payload_type);
  EXPECT_EQ(stream_.stats(at(0ms)).duplicates, 2u);
  EXPECT_EQ(stream_.stats(at(0ms)).packets, 3u);
}

TEST_F(Receive, KnowsCopiesWithinTheWholeWindow) {
  for (std::uint16_t i = 0; i < 2000; ++i)
    ASSERT_EQ(accept(static_cast<std::uint16_t>(64000 + i)).drop, DropReason::none);
  for (std::uint16_t i = 0; i < 1024; ++i)
    ASSERT_EQ(accept(static_cast<std::uint16_t>(64000 + 1999 - i)).drop, DropReason::duplicate_packet) << i;
  EXPECT_EQ(accept(static_cast<std::uint16_t>(64000 + 1999 - 1024)).drop, DropReason::sequence_jump);
}

// Senders fill their probes with retransmissions of what has come long ago.
TEST_F(Receive, ARetransmissionOfWhatCameHidesNoLoss) {
  accept(1);
  accept(3);
  media_ = test::make_media(pool_, {.sequence = 3});
  media_.delivery = Delivery::retransmitted;
  EXPECT_EQ(stream_.accept(media_, at(1ms)).drop, DropReason::duplicate_packet);
  EXPECT_EQ(stream_.stats(at(1ms)).packets_lost, 1);
  EXPECT_EQ(stream_.stats(at(1ms)).duplicates, 1u);
}

// RFC 3550 §A.1
TEST_F(Receive, FollowsASenderThatStartedAnewOnlyAfterTwoInARow) {
  accept(100);
  EXPECT_EQ(accept(30000).drop, DropReason::sequence_jump);
  EXPECT_EQ(accept(101).drop, DropReason::none);
  EXPECT_EQ(accept(30001).drop, DropReason::sequence_jump);  // the row was broken
  const Verdict verdict = accept(30002);
  EXPECT_EQ(verdict.drop, DropReason::none);
  EXPECT_TRUE(verdict.restarted);
  EXPECT_EQ(media_.source, (SourceId{5, 1}));
  EXPECT_EQ(stream_.history().size(), 1u);
  EXPECT_EQ(stream_.report_block(at(0ms)).cumulative_lost, 0);
  EXPECT_FALSE(accept(30003).restarted);
}

TEST_F(Receive, MarksOnlyTheFirstPacketOfAKeyFrame) {
  const auto idr = test::hex("65 88");
  accept(1, 0ms, {.timestamp = 3000, .payload_type = 97, .payload = test::hex("67 42")});
  EXPECT_TRUE(media_.starts_key_frame);
  accept(2, 0ms, {.timestamp = 3000, .payload_type = 97, .payload = idr});
  EXPECT_FALSE(media_.starts_key_frame);
  accept(4, 0ms, {.timestamp = 6000, .payload_type = 97, .payload = idr});
  EXPECT_TRUE(media_.starts_key_frame);
  accept(3, 0ms, {.timestamp = 6000, .payload_type = 97, .payload = test::hex("67 42")});
  EXPECT_TRUE(media_.starts_key_frame);
}

// RFC 3550 §A.3 and §A.8, written down as they stand there.
struct PlainReference {
  std::uint32_t base = 0, max = 0, received = 0, expected_prior = 0, received_prior = 0;
  std::uint32_t cycles = 0;
  std::uint32_t transit = 0;
  double jitter = 0;
  bool started = false;

  void receive(std::uint16_t sequence, std::uint32_t timestamp, std::uint32_t arrival) {
    if (!started) base = max = sequence;
    const auto ahead = static_cast<std::uint16_t>(sequence - static_cast<std::uint16_t>(max));
    if (ahead != 0 && ahead < 3000) {
      if (sequence < static_cast<std::uint16_t>(max)) cycles += 0x10000;
      max = sequence;
    }
    ++received;
    const std::uint32_t now = arrival - timestamp;
    if (started)
      jitter += (std::abs(static_cast<double>(static_cast<std::int32_t>(now - transit))) - jitter) / 16;
    transit = now;
    started = true;
  }
  std::uint8_t fraction() {
    const std::uint32_t expected = cycles + max - base + 1;
    const std::uint32_t expected_interval = expected - expected_prior;
    const std::uint32_t received_interval = received - received_prior;
    expected_prior = expected;
    received_prior = received;
    const auto lost = static_cast<std::int32_t>(expected_interval - received_interval);
    if (expected_interval == 0 || lost <= 0) return 0;
    return static_cast<std::uint8_t>((lost << 8) / static_cast<std::int32_t>(expected_interval));
  }
  std::int32_t lost() const { return static_cast<std::int32_t>(cycles + max - base + 1 - received); }
};

TEST_F(Receive, MeasuresLossAndJitterAsThePlainReferenceDoes) {
  base::SeededRandom random(42);
  PlainReference reference;
  std::uint16_t sequence = 65000;
  base::Duration now = 0ms;
  for (int report = 0; report < 50; ++report) {
    for (int i = 0; i < 100; ++i) {
      ++sequence;
      now += 10ms;
      if (random.below(10) == 0) continue;
      const base::Duration arrival = now + random.below(8) * 1ms;
      const std::uint32_t timestamp = sequence * 900u;
      accept(sequence, arrival, {.timestamp = timestamp});
      const auto ticks = static_cast<std::uint32_t>(to_ticks(at(arrival).time_since_epoch(), 90000));
      reference.receive(sequence, timestamp, ticks);
      if (random.below(20) == 0) {  // a copy counts as received (RFC 3550 §6.4.1)
        accept(sequence, arrival, {.timestamp = timestamp});
        ++reference.received;
      }
    }
    const ReportBlock block = stream_.report_block(at(now));
    EXPECT_EQ(block.fraction_lost, reference.fraction());
    EXPECT_EQ(block.cumulative_lost, reference.lost());
    EXPECT_EQ(block.extended_highest_sequence, reference.cycles + reference.max);
    EXPECT_NEAR(block.jitter, reference.jitter, 1.5);
    EXPECT_GT(block.jitter, 100u);
  }
}

TEST_F(Receive, AnswersSenderReportsWithLsrAndDlsr) {
  accept(1);
  EXPECT_EQ(stream_.report_block(at(0ms)).last_sender_report, 0u);
  stream_.receive_sender_report({.ntp = NtpTime{0x1122334455667788}}, at(1s));
  const ReportBlock block = stream_.report_block(at(1500ms));
  EXPECT_EQ(block.ssrc, Ssrc{0x1234});
  EXPECT_EQ(block.last_sender_report, 0x33445566u);
  EXPECT_EQ(block.delay_since_last_sender_report, 0x8000u);
}

TEST_F(Receive, MeasuresBitrateAndFrameRateOverASecond) {
  test::Octets payload(988, 0);
  payload[0] = 0x10;
  payload[1] = 1;
  std::uint16_t sequence = 0;
  for (int frame = 0; frame < 90; ++frame)  // three packets of 1000 bytes a frame
    for (int i = 0; i < 3; ++i)
      accept(++sequence, frame * 33333us,
             {.timestamp = static_cast<std::uint32_t>(frame) * 3000, .payload = payload});
  const ReceiveStats stats = stream_.stats(at(3s));
  EXPECT_NEAR(static_cast<double>(stats.bitrate_bps), 30 * 3 * 1000 * 8, 30000);
  EXPECT_NEAR(static_cast<double>(stats.frames_per_second), 30, 1.5);
  EXPECT_EQ(stats.frames, 90u);
  EXPECT_EQ(stats.bytes, 90u * 3 * 988);
  EXPECT_EQ(stream_.bitrate_bps(at(10s)), 0u);
}

TEST_F(Receive, AsksForAKeyFrameAndStopsWhenItStarts) {
  accept(1);
  stream_.request_key_frame(at(10ms));
  EXPECT_EQ(stream_.deadline(), at(10ms));
  const auto messages = advance(10ms);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(std::get<PictureLossIndication>(messages[0]).media, Ssrc{0x1234});
  accept(2, 50ms, {.timestamp = 3000, .payload = test::kVp8KeyFrame});
  EXPECT_TRUE(media_.starts_key_frame);
  EXPECT_TRUE(advance(600ms).empty());
  EXPECT_EQ(stream_.stats(at(1s)).key_frames, 1u);
}

TEST_F(Receive, AsksForAKeyFrameWhenAPacketIsGivenUp) {
  accept(1, 0ms);
  accept(3, 0ms);
  int nacks = 0, plis = 0;
  base::Duration first_pli{};
  for (base::Duration t = 0ms; t < 1400ms; t += 5ms) {
    for (const RtcpMessage& message : advance(t)) {
      nacks += std::holds_alternative<Nack>(message);
      if (std::holds_alternative<PictureLossIndication>(message) && plis++ == 0) first_pli = t;
    }
  }
  EXPECT_EQ(nacks, 10);
  EXPECT_EQ(plis, 1);
  EXPECT_EQ(first_pli, 1s);
}

TEST_F(Receive, AudioNeverAsksForAKeyFrame) {
  ReceiveStreamConfig audio = config();
  audio.kind = MediaKind::audio;
  ReceiveStream stream(audio);
  stream.request_key_frame(at(0ms));
  EXPECT_EQ(stream.deadline(), base::kNever);
}

TEST(RateMeter, ForgetsWhatIsOlderThanItsWindow) {
  RateMeter meter;
  EXPECT_EQ(meter.per_second(at(0s)), 0u);
  for (int i = 0; i < 500; ++i) meter.add(100, at(i * 10ms));
  EXPECT_NEAR(static_cast<double>(meter.per_second(at(5s))), 10000, 300);
  EXPECT_EQ(meter.per_second(at(7s)), 0u);
}

TEST(RateMeter, TellsTheRateOfAYoungStream) {
  RateMeter meter;
  for (int i = 0; i < 20; ++i) meter.add(100, at(i * 10ms));
  EXPECT_NEAR(static_cast<double>(meter.per_second(at(200ms))), 10000, 1000);
}

}  // namespace
}  // namespace kaskado::rtp
