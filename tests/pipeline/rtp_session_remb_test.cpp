// What a session asks its peer not to exceed (draft-alvestrand-rmcat-remb-03).
#include "rtp_session_fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

class RtpSessionRemb : public RtpSessionTest {
 protected:
  RtpSessionRemb() {
    feedback_of_video({"goog-remb"});
    configure();
  }

  // One packet each 10 ms for as long; the last REMB that was written, 0 where there was none.
  std::uint64_t receive_for(base::Duration span) {
    std::uint64_t last_bps = 0;
    for (base::Duration passed{}; passed < span; passed += 10ms) {
      shard.set_now(now() + 10ms);
      ++sequence_;
      PacketSpec spec = vp8(sequence_, sequence_ == 1, kVideoSsrc);
      spec.payload.resize(1000);
      EXPECT_EQ(receive(spec), DropReason::none);
      if (session.deadline() > now()) continue;
      const auto said = advance();
      for (const rtp::Remb& remb : messages<rtp::Remb>(said)) {
        ++written_;
        last_bps = remb.bitrate_bps;
        EXPECT_EQ(remb.sender, session.sink(MediaType::video).ssrc());
        EXPECT_EQ(remb.media.size(), 1u);
        EXPECT_EQ(remb.media[0].value, kVideoSsrc);
      }
    }
    return last_bps;
  }
  // A viewer of this session's video that asks for at most this.
  void viewer_asks(std::uint64_t bitrate_bps) {
    viewer_.configure({{format(96, "VP8")}, {}, {}});
    viewer_.bind(&session.source(MediaType::video));
    viewer_.receive_remb(bitrate_bps, now());
  }

  void skip(std::uint16_t packets) { sequence_ = static_cast<std::uint16_t>(sequence_ + packets); }

  int written_ = 0;

 private:
  std::uint16_t sequence_ = 0;
  Subscriber viewer_end_{2};
  RtpSink viewer_{shard, viewer_end_.line, MediaType::video};
};

TEST_F(RtpSessionRemb, GoesEachHalfSecondOnceThereIsAStream) {
  EXPECT_EQ(session.last_remb_bps(), 0u);
  EXPECT_GT(receive_for(5s), 0u);
  EXPECT_EQ(written_, 10);
  EXPECT_GT(session.last_remb_bps(), 0u);
}

TEST_F(RtpSessionRemb, IsNotWrittenWhereItIsNotNegotiatedOrNothingComes) {
  feedback_of_video({"nack"});
  configure();
  receive_for(2s);
  feedback_of_video({"goog-remb"});
  video_media.direction = sdp::Direction::sendonly;
  configure();
  EXPECT_TRUE(messages<rtp::Remb>(advance_to(5s)).empty());
  EXPECT_EQ(written_, 0);
}

TEST_F(RtpSessionRemb, BeginsWithWhatTheApplicationHasChosen) {
  rtp::RembParams params;
  params.remb_on_connect_bps = 1'000'000;
  session.set_remb_params(params);
  EXPECT_NEAR(static_cast<double>(receive_for(20ms)), 1'000'000, 50'000);
}

TEST_F(RtpSessionRemb, DoesNotExceedTheLimitOfTheApplication) {
  session.set_receive_limits({.max_bps = 150'000});
  EXPECT_EQ(receive_for(10s), 150'000u);
}

TEST_F(RtpSessionRemb, DoesNotFallBelowTheLeastThatTheApplicationWants) {
  session.set_receive_limits({.min_bps = 5'000'000});
  EXPECT_NEAR(static_cast<double>(receive_for(1s)), 5'000'000, 20);  // 18 bits of mantissa
}

TEST_F(RtpSessionRemb, IsTheLeastThatViewersAskFor) {
  viewer_asks(90'000);
  EXPECT_EQ(receive_for(1s), 90'000u);
}

TEST_F(RtpSessionRemb, IsNoEstimateOfOursWhereThePeerEstimatesItself) {
  feedback_of_video({"goog-remb", "transport-cc"});
  configure();
  EXPECT_EQ(receive_for(2s), 0u);
  session.set_receive_limits({.max_bps = 700'000});
  EXPECT_NEAR(static_cast<double>(receive_for(2s)), 700'000, 4);
  viewer_asks(400'000);
  EXPECT_NEAR(static_cast<double>(receive_for(2s)), 400'000, 2);
}

TEST_F(RtpSessionRemb, OfAViewerGoesToTheSourceOfItsVideo) {
  loop_back();
  receive_for(100ms);
  const std::array audio_only{session.sink(MediaType::audio).ssrc()};
  receive_rtcp([&](rtp::RtcpBuilder& builder) { builder.remb(rtp::Ssrc{1}, 50'000, audio_only); });
  EXPECT_EQ(session.source(MediaType::video).relayed_remb_bps(now()), 0u);
  const std::array both{session.sink(MediaType::audio).ssrc(), session.sink(MediaType::video).ssrc()};
  receive_rtcp([&](rtp::RtcpBuilder& builder) { builder.remb(rtp::Ssrc{1}, 60'000, both); });
  EXPECT_EQ(session.source(MediaType::video).relayed_remb_bps(now()), 60'000u);
  EXPECT_EQ(session.sink(MediaType::video).stream()->stats().remb_bps, 60'000u);
  EXPECT_EQ(receive_for(1s), 60'000u);
}

// The generator wants the loss of the interval since it was asked last, not that of the last report.
TEST_F(RtpSessionRemb, OneLossyMomentCountsOnce) {
  receive_for(10s);
  const std::uint64_t before = session.last_remb_bps();
  skip(20);
  receive_for(500ms);
  const std::uint64_t after = session.last_remb_bps();
  EXPECT_LT(after, before);
  receive_for(500ms);
  EXPECT_GE(session.last_remb_bps(), after);
}

}  // namespace
}  // namespace kaskado::pipeline::test
