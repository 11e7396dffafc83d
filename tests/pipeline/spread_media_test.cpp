// Media that is made into something else on its own shard, for viewers on others.
#include "spread_fixture.hpp"
#include "test_filter.hpp"

namespace kaskado::pipeline::test {
namespace {

class SpreadMedia : public SpreadTest {
 protected:
  SpreadMedia() {
    for (Shard* each : all) compute.serve(*each);
    source.configure(source_config({format(96, "VP8")}));
  }
  ~SpreadMedia() override {
    for (Shard* each : all) each->release_all();
    pass();
    for (Shard* each : all) EXPECT_EQ(each->packets().in_use(), 0u);
    EXPECT_EQ(compute.executor().waiting(), 0u);
  }

  RtpSink& add_viewer(std::size_t on, const std::string& id, Subscriber& subscriber,
                      const MediaFormat& wanted, const std::string& of = "source") {
    RtpSink& sink = add_on(on, id).add_sink(MediaType::video, subscriber.line);
    sink.configure({{wanted}, {}, {}});
    viewers.push_back({&subscriber, all[on]});
    link(of, id, MediaType::video);
    return sink;
  }
  // All that is to be done anywhere.
  void pass() {
    do {
      compute.settle();
      settle();
    } while (compute.executor().waiting() > 0 || network.waiting() > 0);
    for (const auto& [viewer, on] : viewers) viewer->take(on->outbox());
    for (Shard* each : all) each->outbox().clear();
  }
  void show(Camera& of, int pictures) {
    for (int i = 0; i < pictures; ++i) {
      go_on(Camera::kInterval);
      const std::size_t wished = pictures_asked();
      asked += wished;
      of.send(wished > 0);
      pass();
    }
  }
  void go_on(base::Duration span) {
    time += span;
    at(time);
    for (Shard* each : all) each->advance(now());
    pass();
  }
  // Pictures asked of the publisher since the last call.
  std::size_t pictures_asked() {
    std::array<std::uint8_t, 1200> memory;
    rtp::RtcpBuilder builder(memory);
    source.advance(now(), builder);
    return messages<rtp::PictureLossIndication>({Octets(builder.written().begin(), builder.written().end())})
        .size();
  }
  bool transcodes(const std::string& id = "source") {
    return there(0, id).is_media_transcoding(MediaType::video, "default").value();
  }
  bool flows_into(const std::string& id) {
    for (Shard* each : all) {
      auto* const found = dynamic_cast<TestElement*>(each->objects().find(id));
      if (found) return found->is_media_flowing_in(MediaType::video, "default").value();
    }
    return false;
  }
  std::size_t bytes_of_a_second(Camera& of, Subscriber& viewer) {
    viewer.forget();
    show(of, 30);
    std::size_t sum = 0;
    for (const Heard& heard : viewer.rtp) sum += heard.payload.size();
    return sum;
  }

  ComputeLoop compute;
  base::Duration time{};
  std::size_t asked = 0;  // pictures of the publisher
  std::vector<std::pair<Subscriber*, Shard*>> viewers;
  RtpSource& source = add_here("source").add_source(MediaType::video);
  Camera camera{source, CodecId::vp8, 96};
};

TEST_F(SpreadMedia, IsEncodedOnceAtHomeForViewersOfAllShards) {
  Subscriber here(1), one(2), other(3), far(4), plain(5);
  show(camera, 1);
  add_viewer(1, "one", one, h264());
  add_viewer(1, "other", other, h264(107));
  add_viewer(2, "far", far, h264());
  add_viewer(1, "plain", plain, format(120, "VP8"));
  TestElement& own = add_here("here");
  own.add_sink(MediaType::video, here.line).configure({{h264()}, {}, {}});
  viewers.push_back({&here, &shard});
  link("source", "here", MediaType::video);
  show(camera, 30);  // until the last has got its key frame
  for (Subscriber* each : {&here, &one, &other, &far, &plain}) each->forget();
  show(camera, 30);
  EXPECT_EQ(frames_of(plain, CodecId::vp8).size(), 30u);
  EXPECT_EQ(frames_of(one, CodecId::h264).size(), 30u);
  ASSERT_EQ(one.rtp.size(), here.rtp.size());
  ASSERT_EQ(one.rtp.size(), other.rtp.size());
  ASSERT_EQ(one.rtp.size(), far.rtp.size());
  for (std::size_t i = 0; i < one.rtp.size(); ++i) {
    EXPECT_EQ(one.rtp[i].payload, here.rtp[i].payload);
    EXPECT_EQ(one.rtp[i].payload, other.rtp[i].payload);
    EXPECT_EQ(one.rtp[i].payload, far.rtp[i].payload);
  }
  EXPECT_TRUE(transcodes());
  for (const char* id : {"one", "other", "far", "here"}) unlink("source", id, MediaType::video);
  pass();
  EXPECT_FALSE(transcodes());
}

TEST_F(SpreadMedia, AWishForAKeyFrameGoesToTheEncoder) {
  Subscriber viewer(1);
  RtpSink& sink = add_viewer(1, "viewer", viewer, h264());
  show(camera, 30);
  asked = 0;
  viewer.forget();
  sink.receive_picture_loss(now());
  show(camera, 3);
  EXPECT_EQ(key_frames_of(viewer, CodecId::h264), 1);
  EXPECT_EQ(asked, 0u) << "of the publisher";
}

TEST_F(SpreadMedia, TheEncoderFollowsTheViewersEstimateUntilItLeaves) {
  ASSERT_TRUE(there(0, "source").set_encoder_bitrate(1'000'000).ok());
  Subscriber viewer(1), slow(2);
  add_viewer(1, "viewer", viewer, h264());
  RtpSink& sink = add_viewer(2, "slow", slow, h264());
  show(camera, 60);
  const std::size_t before = bytes_of_a_second(camera, viewer);
  sink.receive_remb(100'000, now());
  show(camera, 60);
  EXPECT_LT(bytes_of_a_second(camera, viewer), before / 2);
  unlink("source", "slow", MediaType::video);
  show(camera, 60);
  EXPECT_GT(bytes_of_a_second(camera, viewer), before / 4 * 3);
}

// One among the viewers of a shard, and a shard whose only viewer is slow.
TEST_F(SpreadMedia, SlowViewersAreEncodedForApart) {
  ASSERT_TRUE(there(0, "source").set_encoder_bitrate(1'000'000).ok());
  Subscriber fast(1), slow(2), far(3);
  RtpSink& fast_sink = add_viewer(1, "fast", fast, h264());
  RtpSink& slow_sink = add_viewer(1, "slow", slow, h264());
  RtpSink& far_sink = add_viewer(2, "far", far, h264());
  const auto seconds = [&](int count, std::uint64_t slow_bps) {
    for (int i = 0; i < count; ++i) {
      fast_sink.receive_remb(900'000, now());
      slow_sink.receive_remb(slow_bps, now());
      far_sink.receive_remb(slow_bps, now());
      show(camera, 30);
    }
  };
  seconds(3, 900'000);
  const std::size_t before = bytes_of_a_second(camera, fast);
  seconds(8, 100'000);
  EXPECT_GT(bytes_of_a_second(camera, fast), before / 4 * 3);
  EXPECT_LT(bytes_of_a_second(camera, slow), before / 3);
  EXPECT_LT(bytes_of_a_second(camera, far), before / 3);
  seconds(12, 900'000);
  EXPECT_GT(bytes_of_a_second(camera, slow), before / 4 * 3);
  EXPECT_GT(bytes_of_a_second(camera, far), before / 4 * 3);
}

TEST_F(SpreadMedia, EndsWhenTheSourceTurnsToTheViewersCodec) {
  source.configure(source_config({format(96, "VP8"), h264(102)}));
  Subscriber viewer(1);
  add_viewer(1, "viewer", viewer, h264());
  show(camera, 10);
  EXPECT_TRUE(transcodes());
  Camera other(source, CodecId::h264, 102, kSsrc + 1);
  show(other, 10);
  EXPECT_FALSE(transcodes());
  EXPECT_GE(look(viewer, CodecId::h264).size(), 17u);
  // And back.
  go_on(1s);
  show(camera, 1);
  camera.send(true);
  show(camera, 10);
  EXPECT_TRUE(transcodes());
  EXPECT_GE(look(viewer, CodecId::h264).size(), 26u);
}

TEST_F(SpreadMedia, ASendersReportComesThroughBesideIt) {
  Subscriber viewer(1);
  RtpSink& sink = add_viewer(1, "viewer", viewer, h264());
  show(camera, 3);
  const rtp::NtpTime ntp = rtp::NtpTime::of(shard.clock().at(now()));
  source.receive_sender_report(rtp::Ssrc{kSsrc}, {.ntp = ntp, .rtp = {9000}}, now());
  show(camera, 3);
  EXPECT_TRUE(sink.sender_info(now()).has_value());
}

TEST_F(SpreadMedia, SilenceIsToldToThoseWhoFollowInAnotherCodec) {
  Subscriber plain(1), other(2);
  add_viewer(1, "plain", plain, format(120, "VP8"));
  add_viewer(1, "other", other, h264());
  take_events();
  show(camera, 5);
  for (const char* id : {"pipe/plain", "pipe/other"}) EXPECT_TRUE(flows_into(id)) << id;
  // One who leaves says nothing of the others.
  take_events();
  unlink("source", "other", MediaType::video);
  show(camera, 3);
  EXPECT_TRUE(flows_into("pipe/plain"));
  EXPECT_TRUE(take_events("pipe/plain").empty());
  link("source", "other", MediaType::video);
  show(camera, 3);
  EXPECT_TRUE(flows_into("pipe/other"));
  go_on(3s);
  pictures_asked();  // the source's turn
  pass();
  for (const char* id : {"pipe/plain", "pipe/other"}) EXPECT_FALSE(flows_into(id)) << id;
  camera.skip(90);
  show(camera, 3);
  for (const char* id : {"pipe/plain", "pipe/other"}) EXPECT_TRUE(flows_into(id)) << id;
}

TEST_F(SpreadMedia, WhatAFilterAtHomeMakesIsSeenElsewhere) {
  add_filter(shard, "pipe/filter");
  settle();
  Subscriber one(1), other(2), av1(3);
  link("source", "filter", MediaType::video);
  add_viewer(1, "one", one, format(120, "VP8"), "filter");
  RtpSink& sink = add_viewer(2, "other", other, h264(), "filter");
  add_viewer(1, "av1", av1, format(45, "AV1"), "filter");
  ASSERT_TRUE(there(0, "filter").set_encoder_bitrate(1'000'000).ok());
  show(camera, 60);
  Camera negative(source, CodecId::vp8, 96, kSsrc, &draw_negative);
  negative.skip(camera.sent());
  EXPECT_GE(look(one, CodecId::vp8).size(), 55u);
  expect_to_see(look(one, CodecId::vp8), negative);
  expect_to_see(look(other, CodecId::h264), negative);
  EXPECT_TRUE(av1.rtp.empty());
  other.forget();
  sink.receive_picture_loss(now());
  show(camera, 3);
  EXPECT_EQ(key_frames_of(other, CodecId::h264), 1);
  unlink("filter", "one", MediaType::video);
  unlink("filter", "other", MediaType::video);
  pass();
  EXPECT_FALSE(transcodes("filter"));
}

TEST_F(SpreadMedia, AFilterMayBePutInAndTakenOutWhileAViewerWatchesElsewhere) {
  add_filter(shard, "pipe/filter");
  settle();
  Subscriber viewer(1);
  link("source", "filter", MediaType::video);
  add_viewer(1, "viewer", viewer, format(120, "VP8"));
  show(camera, 10);
  link("filter", "viewer", MediaType::video);
  show(camera, 20);
  Camera negative(source, CodecId::vp8, 96, kSsrc, &draw_negative);
  negative.skip(camera.sent());
  expect_to_see(look(viewer, CodecId::vp8), negative, 22);
  link("source", "viewer", MediaType::video);
  camera.send(true);
  show(camera, 10);
  expect_to_see(look(viewer, CodecId::vp8), camera);
  EXPECT_FALSE(transcodes("filter"));
}

TEST_F(SpreadMedia, WhatComesInElsewhereIsDecodedAtHomeForAFilter) {
  RtpSource& away = add_on(1, "away").add_source(MediaType::video);
  away.configure(source_config({format(96, "VP8")}));
  TestFilter& filter = add_filter(shard, "pipe/filter");
  settle();
  link("away", "filter", MediaType::video);
  Subscriber viewer(1);
  add_viewer(2, "viewer", viewer, h264(), "filter");
  Camera far(away, CodecId::vp8, 96);
  show(far, 30);
  EXPECT_GE(filter.taken(), 28);
  EXPECT_GE(look(viewer, CodecId::h264).size(), 27u);
}

TEST_F(SpreadMedia, GoesInAnyOrder) {
  add_filter(shard, "pipe/filter");
  settle();
  Subscriber one(1), other(2);
  link("source", "filter", MediaType::video);
  add_viewer(1, "one", one, h264(), "filter");
  add_viewer(2, "other", other, h264());
  show(camera, 5);
  camera.send();
  compute.executor().run_one();
  all[1]->objects().release("pipe/one");
  compute.executor().run_one();
  shard.objects().release("pipe/filter");
  compute.executor().run_one();
  shard.objects().release("pipe/source");
  pass();
  all[2]->objects().release("pipe/other");
  pass();
}

}  // namespace
}  // namespace kaskado::pipeline::test
