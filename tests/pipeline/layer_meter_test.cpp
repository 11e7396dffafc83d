#include "pipeline/layer_meter.hpp"

#include <gtest/gtest.h>

#include "rtp/rtp_test_support.hpp"

namespace kaskado::pipeline {
namespace {

using namespace std::chrono_literals;

constexpr std::array<rtp::ReceivePayload, 1> kPayloads{{{rtp::PayloadType{96}, rtp::VideoCodec::vp8}}};
constexpr std::size_t kPacketBytes = 1000;
constexpr std::uint64_t kBitsPerSecond = 320'000;  // of the pictures below

// Twenty pictures a second of two packets each, which is what a step counts.
class LayerMeterTest : public ::testing::Test {
 protected:
  static constexpr int kPicturesPerStep = LayerMeter::kStep / 50ms;

  void take(std::size_t packets, bool key_frame) {
    timestamp_ += 90 * 50;
    rtp::test::PacketSpec spec{.timestamp = timestamp_};
    for (std::size_t i = 0; i < packets; ++i) {
      spec.sequence = sequence_++;
      const bool begins = i == 0;
      spec.payload = begins && key_frame ? rtp::test::kVp8KeyFrame : rtp::test::kVp8DeltaFrame;
      if (!begins) spec.payload[0] = 0;  // goes on (RFC 7741 §4.2)
      spec.payload.resize(kPacketBytes - 12);
      rtp::MediaPacket packet = rtp::test::make_media(pool_, spec, now_);
      ASSERT_EQ(stream_.accept(packet, now_).drop, base::DropReason::none);
    }
    now_ += 50ms;
  }

  // `key_frames` of the step's pictures are ten times as large.
  void step(int key_frames = 0) {
    for (int i = 0; i < kPicturesPerStep; ++i) take(i < key_frames ? 20 : 2, i < key_frames);
    meter_.advance(stream_);
  }

  double share() const { return static_cast<double>(meter_.bitrate_bps()) / kBitsPerSecond; }

  base::PacketPool pool_{4096};
  rtp::ReceiveStream stream_{{.ssrc = rtp::Ssrc{0x1234}, .feedback_sender = rtp::Ssrc{1}, .stream_id = 5, .payloads = kPayloads}};
  LayerMeter meter_;
  base::Instant now_ = rtp::test::at(0ms);
  std::uint32_t timestamp_ = 0;
  std::uint16_t sequence_ = 1;
};

TEST_F(LayerMeterTest, KnowsTheRateAfterTwoSteps) {
  step();
  step();
  EXPECT_NEAR(share(), 1, 0.01);
}

TEST_F(LayerMeterTest, KeyFramesOfViewersWhoComeLookLikeNoOtherRate) {
  for (int i = 0; i < 12; ++i) step();
  for (int i = 0; i < 3; ++i) {
    step(1);
    step();
    EXPECT_LT(share(), 1.5) << "after " << i + 1 << " key frames";
  }
}

TEST_F(LayerMeterTest, KeyFramesThatComeAlwaysArePartOfTheRate) {
  // One in two seconds: 2.45 packets a picture in the mean, where there were 2 without.
  for (int i = 0; i < 30 * 4; ++i) step(i % 8 == 0 ? 1 : 0);
  EXPECT_NEAR(share(), 1.225, 0.1);
}

TEST_F(LayerMeterTest, FollowsARateThatChanges) {
  for (int i = 0; i < 12; ++i) step();
  for (int i = 0; i < 16; ++i) {
    for (int picture = 0; picture < kPicturesPerStep; ++picture) take(4, false);
    meter_.advance(stream_);
  }
  EXPECT_NEAR(share(), 2, 0.2);
}

}  // namespace
}  // namespace kaskado::pipeline
