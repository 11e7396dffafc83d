// Sinks that follow media in another codec than it comes in: real coders, on virtual time.
#include "coded_media.hpp"

namespace kaskado::pipeline::test {
namespace {

class Transcoding : public CodedMediaTest {
 protected:
  Transcoding() { source->configure(source_config({format(96, "VP8")})); }

  RtpSink& add_viewer(const std::string& id, Subscriber& subscriber, const std::vector<MediaFormat>& wanted) {
    RtpSink& sink = add(id).add_sink(MediaType::video, subscriber.line);
    sink.configure({wanted, {}, {}});
    connect(element("source"), element(id), MediaType::video);
    return sink;
  }
  RtpSink& add_viewer(const std::string& id, Subscriber& subscriber, const MediaFormat& wanted) {
    return add_viewer(id, subscriber, std::vector{wanted});
  }
  using CodedMediaTest::is_told;
  bool is_told(const std::string& event) { return is_told(event, "source"); }
  bool transcodes() { return element("source").is_media_transcoding(MediaType::video, "default").value(); }
  void show(Camera& camera, int pictures, const std::vector<Subscriber*>& who) {
    viewers = who;
    for (int i = 0; i < pictures; ++i) {
      time += Camera::kInterval;
      at(time);
      camera.send();
      pass();
    }
  }
  void pass() {
    compute.settle();
    shard.advance(now());
    compute.settle();
    deliver();
  }
  // With nothing that comes; the source notices.
  void wait(base::Duration span) {
    for (const base::Duration end = time + span; time < end;) {
      time += 100ms;
      at(time);
      std::array<std::uint8_t, 1200> memory;
      rtp::RtcpBuilder builder(memory);
      source->advance(now(), builder);
      pass();
    }
  }

  base::Duration time{};
  RtpSource* source = &add("source").add_source(MediaType::video);
};

TEST_F(Transcoding, AViewerOfAnotherCodecSeesTheSamePicture) {
  ASSERT_TRUE(element("source").set_encoder_bitrate(1'000'000).ok());
  Subscriber viewer(1);
  add_viewer("viewer", viewer, h264());
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 60, {&viewer});
  const auto seen = look(viewer, CodecId::h264);
  ASSERT_GE(seen.size(), 55u);
  EXPECT_GE(key_frames_of(viewer, CodecId::h264), 1);
  // What was sent last is seen last.
  double best = 0;
  for (int back = 1; back < 5; ++back) {
    best = std::max(best, codec::psnr(*seen.back(), camera.picture(camera.sent() - back)));
  }
  EXPECT_GE(best, 30.0);
  for (std::size_t i = 1; i < viewer.rtp.size(); ++i) {
    EXPECT_EQ(viewer.rtp[i].header.sequence.value, static_cast<std::uint16_t>(viewer.rtp[i - 1].header.sequence.value + 1));
  }
}

TEST_F(Transcoding, ThoseWhoTakeItAsItComesGetItUnchangedBesideOthers) {
  Subscriber plain(1), other(2);
  add_viewer("plain", plain, format(120, "VP8"));
  add_viewer("other", other, h264());
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 20, {&plain, &other});
  EXPECT_EQ(look(plain, CodecId::vp8).size(), 20u);
  EXPECT_GE(look(other, CodecId::h264).size(), 18u);
}

TEST_F(Transcoding, EncodesOnceForAllOfOneCodec) {
  Subscriber first(1), second(2);
  add_viewer("first", first, h264(102));
  add_viewer("second", second, h264(107));
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 20, {&first, &second});
  ASSERT_FALSE(first.rtp.empty());
  ASSERT_EQ(first.rtp.size(), second.rtp.size());
  for (std::size_t i = 0; i < first.rtp.size(); ++i) EXPECT_EQ(first.rtp[i].payload, second.rtp[i].payload);
}

TEST_F(Transcoding, IsToldWhileItLasts) {
  Subscriber viewer(1);
  add_viewer("viewer", viewer, h264());
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 3, {&viewer});
  EXPECT_TRUE(is_told("MediaTranscodingStateChanged TRANSCODING VIDEO"));
  EXPECT_TRUE(element("source").is_media_transcoding(MediaType::video, "default").value());
  disconnect(element("source"), element("viewer"), MediaType::video);
  EXPECT_TRUE(is_told("MediaTranscodingStateChanged NOT_TRANSCODING VIDEO"));
  EXPECT_FALSE(element("source").is_media_transcoding(MediaType::video, "default").value());
}

TEST_F(Transcoding, AWishForAKeyFrameIsServedByTheEncoder) {
  Subscriber viewer(1);
  RtpSink& sink = add_viewer("viewer", viewer, h264());
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 30, {&viewer});
  const auto before = key_frames_of(viewer, CodecId::h264);
  viewer.forget();
  sink.receive_picture_loss(now());
  show(camera, 2, {&viewer});
  const auto seen = look(viewer, CodecId::h264);
  EXPECT_EQ(before, 1);
  EXPECT_EQ(key_frames_of(viewer, CodecId::h264), 1);
}

TEST_F(Transcoding, FollowsTheReceiversEstimate) {
  ASSERT_TRUE(element("source").set_encoder_bitrate(1'000'000).ok());
  Subscriber viewer(1);
  RtpSink& sink = add_viewer("viewer", viewer, h264());
  Camera camera(*source, CodecId::vp8, 96);
  const auto bytes = [&] {
    std::size_t sum = 0;
    for (const Heard& heard : viewer.rtp) sum += heard.payload.size();
    viewer.forget();
    return sum;
  };
  show(camera, 90, {&viewer});
  viewer.forget();
  show(camera, 60, {&viewer});
  const std::size_t before = bytes();
  sink.receive_remb(150'000, now());
  show(camera, 60, {&viewer});
  viewer.forget();
  show(camera, 60, {&viewer});
  const std::size_t after = bytes();
  EXPECT_LT(after, before / 2);
  EXPECT_LT(static_cast<double>(after) * 8 / 2, 150'000 * 1.3);
}

// A publisher may change its codec in the middle, without a word.
TEST_F(Transcoding, EndsWhenTheSourceTurnsToTheViewersCodec) {
  source->configure(source_config({format(96, "VP8"), h264(102)}));
  Subscriber viewer(1);
  add_viewer("viewer", viewer, h264());
  Camera vp8(*source, CodecId::vp8, 96);
  show(vp8, 10, {&viewer});
  EXPECT_TRUE(element("source").is_media_transcoding(MediaType::video, "default").value());
  Camera other(*source, CodecId::h264, 102, kSsrc + 1);
  show(other, 10, {&viewer});
  EXPECT_FALSE(element("source").is_media_transcoding(MediaType::video, "default").value());
  EXPECT_GE(look(viewer, CodecId::h264).size(), 18u);
}

TEST_F(Transcoding, TheLatencyThatIsToldIsTheTimeItTook) {
  Subscriber plain(1), other(2);
  RtpSink& forwarded = add_viewer("plain", plain, format(120, "VP8"));
  RtpSink& encoded = add_viewer("other", other, h264());
  EXPECT_EQ(encoded.latency(), std::nullopt);
  Camera camera(*source, CodecId::vp8, 96);
  constexpr base::Duration kWork = 7ms;
  for (int i = 1; i <= 20; ++i) {
    at(i * 33ms);
    camera.send();
    at(i * 33ms + kWork);
    compute.settle();
    shard.outbox().clear();
  }
  EXPECT_EQ(encoded.latency(), kWork);
  EXPECT_EQ(forwarded.latency(), 0ms);
  EXPECT_TRUE(element("other").get_stats({}).value().empty()) << "nobody has asked for it";
  auto& pipeline = dynamic_cast<MediaPipeline&>(*shard.objects().find("pipe"));
  ASSERT_TRUE(pipeline.set_latency_stats(true).ok());
  const auto stats = element("other").get_stats(MediaType::video).value();
  ASSERT_EQ(stats.size(), 1u);
  const ElementStats told = ElementStats::from_value(stats.begin()->second);
  EXPECT_EQ(told.input_video_latency, 7e6);
  ASSERT_EQ(told.input_latency.size(), 1u);
  EXPECT_EQ(told.input_latency[0].avg, 7e6);
}

// setVideoFormat of the element that receives.
TEST_F(Transcoding, AClientMayAskForAnotherCodecAndFewerPictures) {
  Subscriber viewer(1);
  TestElement& receiver = add("viewer");
  receiver.add_sink(MediaType::video, viewer.line).configure({{format(120, "VP8"), h264(102)}, {}, {}});
  connect(element("source"), receiver, MediaType::video);
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 10, {&viewer});
  EXPECT_EQ(look(viewer, CodecId::vp8).size(), 10u) << "as it comes";
  viewer.forget();
  ASSERT_TRUE(receiver.set_video_format({VideoCodec::h264, {10, 1}}).ok());
  camera.send(true);  // as the decoder asks for
  show(camera, 60, {&viewer});
  const auto seen = look(viewer, CodecId::h264);
  EXPECT_GE(seen.size(), 18u);
  EXPECT_LE(seen.size(), 21u) << "ten a second, for two seconds";
  ASSERT_TRUE(receiver.set_video_format({VideoCodec::vp8, {30, 1}}).ok());
  viewer.forget();
  camera.send(true);
  show(camera, 10, {&viewer});
  EXPECT_GE(look(viewer, CodecId::vp8).size(), 10u);
  EXPECT_FALSE(receiver.set_video_format({VideoCodec::vp8, {30, 0}}).ok());
}

TEST_F(Transcoding, WhoComesLaterBeginsWithAKeyFrame) {
  Subscriber first(1), late(2);
  add_viewer("first", first, h264());
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 20, {&first});
  add_viewer("late", late, h264());
  show(camera, 20, {&first, &late});
  const auto seen = look(late, CodecId::h264);
  EXPECT_GE(key_frames_of(late, CodecId::h264), 1);
  EXPECT_GE(seen.size(), 9u);
}

// A publisher may lose its connection, and so its feed, by a new negotiation while viewers stand.
TEST_F(Transcoding, WhoComesSoonAfterTheLastNeedsNoKeyFrameOfTheSource) {
  Subscriber viewer(1);
  add_viewer("viewer", viewer, h264());
  Camera camera(*source, CodecId::vp8, 96);  // makes one at its beginning only
  show(camera, 10, {&viewer});
  const auto pictures_after = [&](int pause) {
    disconnect(element("source"), element("viewer"), MediaType::video);
    show(camera, pause, {});
    viewer.forget();
    connect(element("source"), element("viewer"), MediaType::video);
    show(camera, 10, {&viewer});
    return frames_of(viewer, CodecId::h264).size();
  };
  EXPECT_GE(pictures_after(30), 8u);
  EXPECT_EQ(pictures_after(90), 0u) << "the decoder has gone after two seconds";
}

TEST_F(Transcoding, AFeedThatGoesLetsGoOfThoseWhoFollowItInAnyCodec) {
  Subscriber plain(1), other(2), late(3);
  add_viewer("plain", plain, format(120, "VP8"));
  add_viewer("other", other, h264());
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 5, {&plain, &other});
  element("source").drop_source(MediaType::video);
  pass();
  EXPECT_FALSE(transcodes());
  // The next one is taken up in both.
  source = &element("source").add_source(MediaType::video);
  source->configure(source_config({format(96, "VP8")}));
  Camera next(*source, CodecId::vp8, 96, kSsrc + 1);
  plain.forget();
  other.forget();
  show(next, 10, {&plain, &other});
  EXPECT_EQ(look(plain, CodecId::vp8).size(), 10u);
  EXPECT_GE(look(other, CodecId::h264).size(), 8u);
}

TEST_F(Transcoding, WhoTakesNothingThatCanBeMadeGetsNothing) {
  Subscriber av1(1), digits(2), none(3);
  add_viewer("av1", av1, format(45, "AV1"));
  add_viewer("digits", digits, telephone_event());
  add_viewer("none", none, std::vector<MediaFormat>{});
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 5, {&av1, &digits, &none});
  for (const Subscriber* viewer : viewers) EXPECT_TRUE(viewer->rtp.empty());
  EXPECT_FALSE(transcodes());
  EXPECT_FALSE(is_told("MediaTranscodingStateChanged TRANSCODING VIDEO"));
}

TEST_F(Transcoding, TheFirstThatCanBeMadeIsTakenWhereTheBestCannot) {
  Subscriber viewer(1);
  add_viewer("viewer", viewer, {format(45, "AV1"), h264(102)});
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 10, {&viewer});
  EXPECT_GE(look(viewer, CodecId::h264).size(), 8u);
}

TEST_F(Transcoding, APictureOfAnotherSizeBeginsWithAKeyFrame) {
  Subscriber viewer(1);
  add_viewer("viewer", viewer, h264());
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 10, {&viewer});
  viewer.forget();
  camera.turn_to({240, 320});
  show(camera, 30, {&viewer});
  const auto seen = look(viewer, CodecId::h264);
  EXPECT_EQ(key_frames_of(viewer, CodecId::h264), 1);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back()->width(), 240);
  EXPECT_EQ(seen.back()->height(), 320);
  expect_to_see(seen, camera, 24);
}

TEST_F(Transcoding, GoesOnWhenTheSourceComesBackAfterALongWhile) {
  Subscriber viewer(1);
  add_viewer("viewer", viewer, h264());
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 10, {&viewer});
  viewer.forget();
  take_events();
  wait(30s);
  EXPECT_TRUE(is_told("MediaFlowInStateChanged NOT_FLOWING VIDEO", "viewer"));
  EXPECT_TRUE(viewer.rtp.empty());
  camera.skip(900);
  show(camera, 30, {&viewer});
  EXPECT_TRUE(is_told("MediaFlowInStateChanged FLOWING VIDEO", "viewer"));
  // Its decoder goes on from what it has.
  EXPECT_GE(frames_of(viewer, CodecId::h264).size(), 28u);
}

TEST_F(Transcoding, PausesAndResumesWithAKeyFrame) {
  Subscriber viewer(1);
  RtpSink& sink = add_viewer("viewer", viewer, h264());
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 10, {&viewer});
  sink.pause();
  EXPECT_FALSE(transcodes());
  viewer.forget();
  show(camera, 5, {&viewer});
  EXPECT_TRUE(viewer.rtp.empty());
  sink.configure({{h264()}, {}, {}});
  EXPECT_TRUE(transcodes());
  camera.send(true);
  show(camera, 10, {&viewer});
  const auto seen = look(viewer, CodecId::h264);
  EXPECT_EQ(key_frames_of(viewer, CodecId::h264), 1);
  EXPECT_GE(seen.size(), 9u);
}

TEST_F(Transcoding, FollowsANewNegotiationToAnotherCodec) {
  Subscriber viewer(1);
  RtpSink& sink = add_viewer("viewer", viewer, h264());
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 10, {&viewer});
  viewer.forget();
  sink.configure({{format(98, "VP9", 90'000, "profile-id=0")}, {}, {}});
  camera.send(true);
  show(camera, 10, {&viewer});
  EXPECT_GE(look(viewer, CodecId::vp9).size(), 9u);
  viewer.forget();
  sink.configure({{format(120, "VP8"), h264()}, {}, {}});
  EXPECT_FALSE(transcodes());
  camera.send(true);
  show(camera, 10, {&viewer});
  EXPECT_EQ(look(viewer, CodecId::vp8).size(), 11u);
}

TEST_F(Transcoding, TheEstimateOfOneWhoHasLeftCountsNoMore) {
  ASSERT_TRUE(element("source").set_encoder_bitrate(1'000'000).ok());
  Subscriber fast(1), slow(2);
  add_viewer("fast", fast, h264());
  RtpSink& sink = add_viewer("slow", slow, h264());
  Camera camera(*source, CodecId::vp8, 96);
  const auto bytes_of_a_second = [&] {
    show(camera, 60, {&fast, &slow});
    fast.forget();
    show(camera, 30, {&fast, &slow});
    std::size_t sum = 0;
    for (const Heard& heard : fast.rtp) sum += heard.payload.size();
    return sum;
  };
  const std::size_t before = bytes_of_a_second();
  sink.receive_remb(100'000, now());
  const std::size_t limited = bytes_of_a_second();
  EXPECT_LT(limited, before / 2);
  disconnect(element("source"), element("slow"), MediaType::video);
  EXPECT_GT(bytes_of_a_second(), before / 4 * 3);
}

TEST_F(Transcoding, ASlowViewerIsEncodedForApartAndComesBackWhenItIsFast) {
  ASSERT_TRUE(element("source").set_encoder_bitrate(1'000'000).ok());
  Subscriber fast(1), slow(2);
  RtpSink& fast_sink = add_viewer("fast", fast, h264());
  RtpSink& slow_sink = add_viewer("slow", slow, h264());
  Camera camera(*source, CodecId::vp8, 96);
  const auto seconds = [&](int count, std::uint64_t slow_bps) {
    for (int i = 0; i < count; ++i) {
      fast_sink.receive_remb(2'000'000, now());
      slow_sink.receive_remb(slow_bps, now());
      show(camera, 30, {&fast, &slow});
    }
  };
  const auto bytes_of_two_seconds = [&](Subscriber& who, std::uint64_t slow_bps) {
    fast.forget();
    slow.forget();
    seconds(2, slow_bps);
    std::size_t sum = 0;
    for (const Heard& heard : who.rtp) sum += heard.payload.size();
    return sum;
  };
  seconds(2, 2'000'000);
  const std::size_t before = bytes_of_two_seconds(fast, 2'000'000);
  ASSERT_EQ(fast_sink.source(), slow_sink.source());
  seconds(5, 150'000);
  EXPECT_NE(fast_sink.source(), slow_sink.source());
  EXPECT_GT(bytes_of_two_seconds(fast, 150'000), before / 4 * 3);
  EXPECT_LT(bytes_of_two_seconds(slow, 150'000), before / 3);
  slow.forget();
  seconds(8, 2'000'000);
  EXPECT_EQ(fast_sink.source(), slow_sink.source());
  EXPECT_GE(frames_of(slow, CodecId::h264).size(), 8 * 30u - 10);
}

// Nobody says goodbye whose network has gone.
TEST_F(Transcoding, AnEstimateThatIsNotRenewedRunsOut) {
  ASSERT_TRUE(element("source").set_encoder_bitrate(1'000'000).ok());
  Subscriber viewer(1);
  RtpSink& sink = add_viewer("viewer", viewer, h264());
  Camera camera(*source, CodecId::vp8, 96);
  const auto bytes_of_a_second = [&] {
    viewer.forget();
    show(camera, 30, {&viewer});
    std::size_t sum = 0;
    for (const Heard& heard : viewer.rtp) sum += heard.payload.size();
    return sum;
  };
  show(camera, 60, {&viewer});
  const std::size_t before = bytes_of_a_second();
  sink.receive_remb(100'000, now());
  show(camera, 30, {&viewer});
  EXPECT_LT(bytes_of_a_second(), before / 2);
  show(camera, 300, {&viewer});
  EXPECT_GT(bytes_of_a_second(), before / 4 * 3);
}

// The way back to the shard is full for a moment: nothing in the packets tells that a picture is missing.
TEST_F(Transcoding, AFrameThatIsLostWithinTheServerIsMadeUpForByAKeyFrame) {
  Subscriber viewer(1);
  add_viewer("viewer", viewer, h264());
  Camera camera(*source, CodecId::vp8, 96);
  show(camera, 30, {&viewer});
  viewer.forget();
  compute.full = true;
  show(camera, 1, {&viewer});
  compute.full = false;
  EXPECT_TRUE(viewer.rtp.empty());
  show(camera, 5, {&viewer});
  EXPECT_EQ(key_frames_of(viewer, CodecId::h264), 1);
  EXPECT_EQ(frames_of(viewer, CodecId::h264).size(), 5u);
}

}  // namespace
}  // namespace kaskado::pipeline::test
