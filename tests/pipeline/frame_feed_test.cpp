// Raw frames between elements: what comes in is decoded for a filter, and what it makes is encoded for each
// viewer.
#include "test_filter.hpp"

namespace kaskado::pipeline::test {
namespace {

class Filtering : public CodedMediaTest {
 protected:
  Filtering() {
    source->configure(source_config({format(96, "VP8")}));
    connect(element("source"), filter, MediaType::video);
  }
  RtpSink& add_viewer(const std::string& id, Subscriber& subscriber, const MediaFormat& wanted,
                      MediaElement& of) {
    RtpSink& sink = add(id).add_sink(MediaType::video, subscriber.line);
    sink.configure({{wanted}, {}, {}});
    connect(of, element(id), MediaType::video);
    viewers.push_back(&subscriber);
    return sink;
  }

  RtpSource* source = &add("source").add_source(MediaType::video);
  TestFilter& filter = add_filter(shard, "filter");
  Camera camera{*source, CodecId::vp8, 96};
  Camera negative{*source, CodecId::vp8, 96, kSsrc, &draw_negative};  // for what is to be seen
};

TEST_F(Filtering, EachSeesWhatTheFilterMakesInItsOwnCodec) {
  Subscriber one(1), other(2), plain(3);
  add_viewer("one", one, format(120, "VP8"), filter);
  add_viewer("other", other, h264(), filter);
  add_viewer("plain", plain, format(120, "VP8"), element("source"));
  for (const char* id : {"source", "filter"})
    (void)dynamic_cast<MediaElement&>(*shard.objects().find(id)).set_encoder_bitrate(1'000'000);
  start(camera);
  run(2s);
  negative.skip(camera.sent());
  const auto seen = look(one, CodecId::vp8), others = look(other, CodecId::h264);
  EXPECT_GE(seen.size(), 55u);
  EXPECT_GE(others.size(), 55u);
  expect_to_see(seen, negative);
  expect_to_see(others, negative);
  expect_to_see(look(plain, CodecId::vp8), camera);
  EXPECT_TRUE(filter.is_media_transcoding(MediaType::video, "default").value());
  EXPECT_FALSE(element("source").is_media_transcoding(MediaType::video, "default").value());
}

TEST_F(Filtering, FlowIsToldBeforeItAndBehindIt) {
  Subscriber viewer(1);
  add_viewer("viewer", viewer, format(120, "VP8"), filter);
  start(camera);
  take_events();
  run(100ms);
  const auto told = take_events();
  EXPECT_EQ(std::ranges::count(told, "MediaFlowInStateChanged FLOWING VIDEO"), 2);
  EXPECT_EQ(std::ranges::count(told, "MediaFlowOutStateChanged FLOWING VIDEO"), 2);
  disconnect(element("source"), filter, MediaType::video);
  EXPECT_EQ(std::ranges::count(take_events(), "MediaFlowInStateChanged NOT_FLOWING VIDEO"), 2);
}

TEST_F(Filtering, AWishForAKeyFrameIsServedBehindTheFilter) {
  Subscriber viewer(1);
  RtpSink& sink = add_viewer("viewer", viewer, format(120, "VP8"), filter);
  start(camera);
  run(1s);
  viewer.forget();
  sink.receive_picture_loss(now());
  run(100ms);
  EXPECT_EQ(key_frames_of(viewer, CodecId::vp8), 1);
}

TEST_F(Filtering, NothingIsDecodedForAFilterThatIsNotConnected) {
  start(camera);
  run(200ms);
  const int taken = filter.taken();
  EXPECT_GE(taken, 4);
  disconnect(element("source"), filter, MediaType::video);
  run(200ms);
  EXPECT_EQ(filter.taken(), taken);
  connect(element("source"), filter, MediaType::video);
  camera.send(true);
  run(200ms);
  EXPECT_GE(filter.taken(), taken + 5);
}

TEST_F(Filtering, WhoTakesNothingThatCanBeMadeGetsNothing) {
  Subscriber viewer(1);
  add_viewer("viewer", viewer, format(45, "AV1"), filter);
  start(camera);
  run(200ms);
  EXPECT_TRUE(viewer.rtp.empty());
  EXPECT_FALSE(filter.is_media_transcoding(MediaType::video, "default").value());
}

TEST_F(Filtering, MayBePutInAndTakenOutWhileAViewerWatches) {
  Subscriber viewer(1);
  add_viewer("viewer", viewer, format(120, "VP8"), element("source"));
  start(camera);
  run(500ms);
  connect(filter, element("viewer"), MediaType::video);
  run(500ms);
  negative.skip(camera.sent());
  expect_to_see(look(viewer, CodecId::vp8), negative, 22);
  connect(element("source"), element("viewer"), MediaType::video);
  camera.send(true);
  run(500ms);
  expect_to_see(look(viewer, CodecId::vp8), camera);
  for (std::size_t i = 1; i < viewer.rtp.size(); ++i) {
    EXPECT_EQ(viewer.rtp[i].header.sequence.value,
              static_cast<std::uint16_t>(viewer.rtp[i - 1].header.sequence.value + 1));
  }
}

TEST_F(Filtering, ChainsOfFiltersEndWhereTheyBegan) {
  TestFilter& second = add_filter(shard, "second");
  connect(filter, second, MediaType::video);
  Subscriber viewer(1);
  add_viewer("viewer", viewer, format(120, "VP8"), second);
  start(camera);
  run(1s);
  EXPECT_GE(second.taken(), 25);
  expect_to_see(look(viewer, CodecId::vp8), camera, 24);
}

// Frames are under way while it goes: in its decoder's queue, in its encoder's, and on their way to the
// shard.
class FilteringGoes : public Filtering, public testing::WithParamInterface<std::vector<const char*>> {};

TEST_P(FilteringGoes, InAnyOrderWhileFramesAreUnderWay) {
  Subscriber viewer(1), second(2);
  add_viewer("viewer", viewer, format(120, "VP8"), filter);
  add_viewer("second", second, h264(), element("source"));
  start(camera);
  run(200ms);
  stop(camera);
  for (const char* id : GetParam()) {
    if (shard.objects().find("source")) camera.send();
    for (int slices = 0; slices < 3; ++slices) compute.executor().run_one();
    shard.objects().release(id);
    compute.executor().run_one();
  }
  compute.settle();
  deliver();
  EXPECT_EQ(shard.packets().in_use(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Orders, FilteringGoes,
                         testing::Values(std::vector{"source", "filter", "viewer", "second"},
                                         std::vector{"filter", "source", "second", "viewer"},
                                         std::vector{"viewer", "second", "filter", "source"},
                                         std::vector{"pipe"}));

}  // namespace
}  // namespace kaskado::pipeline::test
