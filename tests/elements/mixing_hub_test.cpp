// Hubs that mix: Composite and AlphaBlending.
#include "elements/mixing_hub.hpp"

#include "elements/alpha_blending.hpp"
#include "elements/composite.hpp"
#include "hub_fixture.hpp"

namespace kaskado::elements::test {
namespace {

class CompositeTest : public HubTest {
 protected:
  Composite& hub = make_hub<Composite>(kCompositeClass, {Value("pipe"), 640, 240, 15});
};

TEST_F(CompositeTest, EachSeesAllAndHearsTheOthers) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700), &silent = join(kBlue, 1100);
  for (Person* each : {&a, &b}) {
    show(*each);
    speak(*each);
  }
  run(3s);
  for (const Person* each : {&a, &b, &silent}) {
    expect_colour(*each, 160, 120, kRed);
    expect_colour(*each, 480, 120, kGreen);
    EXPECT_GE(each->screen.rtp.size(), 40u);
  }
  EXPECT_GT(hears(a, 700), 0.9);
  EXPECT_GT(hears(b, 400), 0.9);
  EXPECT_GT(hears(silent, 400), 0.25);
  EXPECT_GT(hears(silent, 700), 0.25);
  EXPECT_GT(hears(silent, 400) + hears(silent, 700), 0.9);
}

TEST_F(CompositeTest, ThePictureIsEncodedOnceForAllOfACodec) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700), &other = join(kBlue, 1100);
  other.element.sink(MediaType::video)->configure({{pipeline::test::h264()}, {}, {}});
  show(a);
  run(1s);
  ASSERT_GE(a.screen.rtp.size(), 12u);
  ASSERT_EQ(a.screen.rtp.size(), b.screen.rtp.size());
  for (std::size_t i = 0; i < a.screen.rtp.size(); ++i)
    EXPECT_EQ(a.screen.rtp[i].payload, b.screen.rtp[i].payload);
  const auto seen = pipeline::test::look(other.screen, CodecId::h264);
  ASSERT_GE(seen.size(), 12u);
  EXPECT_TRUE(is_near(colour_at(*seen.back(), 320, 120), kRed));
}

TEST_F(CompositeTest, WhoComesAndGoesGetsACellAndLosesIt) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700);
  show(a);
  run(1s);
  expect_colour(a, 320, 120, kRed);
  show(b);
  run(1s);
  expect_colour(a, 160, 120, kRed);
  expect_colour(a, 480, 120, kGreen);
  shard.objects().release("port1");
  run(1s);
  expect_colour(a, 320, 120, kRed);
}

TEST_F(CompositeTest, NamesOfPortsStandInTheirCellsWhereTheOperatorWantsThem) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700);
  show(a);
  show(b);
  const auto brightest_at_bottom_left = [](const Person& seen_by, int x) {
    const auto picture = last_seen(seen_by);
    int luma = 0;
    for (int row = 216; picture && row < 240; ++row) {
      for (int column = x; column < x + 40; ++column) luma = std::max<int>(luma, picture->y()[row * picture->stride_y() + column]);
    }
    return luma;
  };
  EXPECT_TRUE(b.port.set_name("HHHH").ok());
  run(1s);
  EXPECT_LT(brightest_at_bottom_left(a, 320), 180);
  configuration.composite_show_names = true;
  EXPECT_TRUE(b.port.set_name("HHHH").ok());
  run(1s);
  EXPECT_GT(brightest_at_bottom_left(a, 320), 200);
  EXPECT_LT(brightest_at_bottom_left(a, 0), 180) << "the other has been given none";
  EXPECT_EQ(b.port.get_name().value(), "HHHH");
  EXPECT_TRUE(b.port.set_name("").ok());
  run(1s);
  EXPECT_LT(brightest_at_bottom_left(a, 320), 180);
}

TEST_F(CompositeTest, FlowIsToldByWhatComesInAnywhere) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700);
  EXPECT_FALSE(b.port.is_media_flowing_out(MediaType::video, "default").value());
  show(a);
  speak(a);
  run(100ms);
  for (const MediaType type : {MediaType::audio, MediaType::video}) {
    EXPECT_TRUE(a.port.is_media_flowing_in(type, "default").value());
    EXPECT_FALSE(b.port.is_media_flowing_in(type, "default").value());
    EXPECT_TRUE(a.port.is_media_flowing_out(type, "default").value());
    EXPECT_TRUE(b.port.is_media_flowing_out(type, "default").value());
  }
  Person& late = join(kBlue, 1100);
  EXPECT_TRUE(late.element.is_media_flowing_in(MediaType::video, "default").value());
  shard.objects().release("person0");
  for (const Person* each : {&b, &late}) EXPECT_FALSE(each->port.flowing_out(MediaType::video));
}

TEST_F(CompositeTest, APortThatComesLaterIsToldOfTranscodingAndOfItsEnd) {
  Person& a = join(kRed, 400);
  run(100ms);
  EXPECT_TRUE(a.port.is_media_transcoding(MediaType::video, "default").value());
  HubPort& late = make_port("late");
  EXPECT_TRUE(late.is_media_transcoding(MediaType::video, "default").value());
  disconnect(a.port, a.element, MediaType::video);
  EXPECT_FALSE(a.port.is_media_transcoding(MediaType::video, "default").value());
  EXPECT_FALSE(late.is_media_transcoding(MediaType::video, "default").value());
  connect(a.port, a.element, MediaType::video);
  EXPECT_TRUE(late.is_media_transcoding(MediaType::video, "default").value());
}

// The compute pool may be behind for a while: what was asked meanwhile is done all the same.
TEST_F(CompositeTest, LosesNothingWhileThePoolIsBehind) {
  Person& a = join(kRed, 400);
  for (base::Duration time = 10ms; time <= 3s; time += 10ms) {
    at(time);
    shard.advance(now());
  }
  Person& b = join(kGreen, 700);
  for (int i = 0; i < 200; ++i) {
    const std::string id = "passing" + std::to_string(i);
    make_port(id);
    if (i < 199) shard.objects().release(id);
  }
  go_to(3s);
  show(a);
  show(b);
  run(2s);
  expect_colour(a, 160, 120, kRed);
  expect_colour(a, 480, 120, kGreen);
  EXPECT_EQ(hub.ports().size(), 3u);
}

TEST_F(CompositeTest, RefusesMorePortsThanItMixes) {
  for (std::size_t i = 0; i < media::VideoCompositor::kMaxInputs; ++i) make_port("port" + std::to_string(i));
  expect_refused(shard.objects().create(kHubPortClass, "more", {Value("hub")}),
                 ErrorCode::NOT_ENOUGH_RESOURCES);
  shard.objects().release("port17");
  EXPECT_TRUE(shard.objects().create(kHubPortClass, "more", {Value("hub")}).ok());
}

TEST_F(CompositeTest, CirclesEnd) {
  Person& a = join(kRed, 400);
  HubPort& loop = make_port("loop");
  connect(loop, loop);
  speak(a);
  show(a);
  run(1s);
  EXPECT_GE(a.screen.rtp.size(), 12u);
  disconnect(loop, loop);
  run(100ms);
}

TEST_F(CompositeTest, DataIsNotItsMatter) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700);
  EXPECT_EQ(a.port.origin(MediaType::data), nullptr);
  EXPECT_FALSE(b.port.flowing_out(MediaType::data));
}

TEST_F(CompositeTest, RefusesSizesAndRatesThatCannotBe) {
  for (const auto& [width, height, rate] :
       {std::array{0, 600, 15}, {800, 0, 15}, {800, 600, 0}, {8193, 600, 15}, {800, 600, 121}}) {
    expect_refused(shard.objects().create(kCompositeClass, "bad", {Value("pipe"), width, height, rate}),
                   ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR);
  }
}

using Order = std::vector<const char*>;

class MixingGoes : public CompositeTest, public testing::WithParamInterface<Order> {};

TEST_P(MixingGoes, InAnyOrderWhileMediaFlows) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700), &c = join(kBlue, 1100);
  c.element.sink(MediaType::video)->configure({{pipeline::test::h264()}, {}, {}});
  for (Person* each : {&a, &b}) {
    show(*each);
    speak(*each);
  }
  run(300ms);
  for (Person* each : {&a, &b}) {
    stop(*each->camera);
    stop(*each->microphone);
  }
  for (const char* id : GetParam()) {
    shard.advance(now() + 70ms);
    for (int slices = 0; slices < 3; ++slices) compute.executor().run_one();
    shard.objects().release(id);
    compute.executor().run_one();
  }
  run(300ms);
}

INSTANTIATE_TEST_SUITE_P(Orders, MixingGoes,
                         testing::Values(Order{"hub", "person0", "person1", "person2"},
                                         Order{"person0", "person1", "person2", "hub"},
                                         Order{"port0", "port1", "port2", "hub"},
                                         Order{"port2", "person0", "port1", "hub"},
                                         Order{"person2", "port0", "hub"}, Order{"pipe"}));

// One hub's picture and sound in another.
TEST_F(CompositeTest, AHubMayBeAtAPortOfAnother) {
  Person& a = join(kRed, 400);
  ASSERT_TRUE(shard.objects().create(kCompositeClass, "outer", {Value("pipe"), 320, 240, 15}).ok());
  HubPort& given = make_port("given");
  HubPort& outer = make_port("outer-port", "outer");
  HubPort& seen = make_port("seen", "outer");
  connect(given, outer);
  Subscriber screen(50), ear(51);
  TestElement& viewer = add("viewer");
  viewer.add_sink(MediaType::video, screen.line).configure({{format(96, "VP8")}, {}, {}});
  connect(seen, viewer);
  viewers.push_back(&screen);
  show(a);
  run(2s);
  const auto pictures = pipeline::test::look(screen, CodecId::vp8);
  ASSERT_FALSE(pictures.empty());
  EXPECT_TRUE(is_near(colour_at(*pictures.back(), 160, 120), kRed)) << colour_at(*pictures.back(), 160, 120);
  shard.objects().release("hub");
  run(100ms);
}

class AlphaBlendingTest : public HubTest {
 protected:
  AlphaBlending& hub = make_hub<AlphaBlending>(kAlphaBlendingClass);
};

TEST_F(AlphaBlendingTest, OthersAreLaidOverTheMaster) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700);
  show(a);
  show(b);
  ASSERT_TRUE(hub.set_master(&b.port, 1).ok());
  ASSERT_TRUE(hub.set_port_properties(0.5, 0.5, 2, 0.5, 0.5, &a.port).ok());
  run(2s);
  expect_colour(a, 40, 40, kGreen);
  expect_colour(a, 240, 180, kRed);
  // Below it, nothing of it is seen.
  ASSERT_TRUE(hub.set_port_properties(0, 0, 0, 0.5, 0.5, &a.port).ok());
  run(1s);
  expect_colour(a, 40, 40, kGreen);
  ASSERT_TRUE(hub.set_port_properties(0, 0, 3, 0.5, 0.5, &a.port).ok());
  run(1s);
  expect_colour(a, 40, 40, kRed);
  expect_colour(a, 240, 180, kGreen);
}

TEST_F(AlphaBlendingTest, RefusesSharesThatAreNone) {
  HubPort& port = make_port("port");
  for (const double bad : {-0.1, 1.1, std::nan(""), std::numeric_limits<double>::infinity()}) {
    expect_refused(hub.set_port_properties(bad, 0, 0, 1, 1, &port),
                   ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR);
    expect_refused(hub.set_port_properties(0, bad, 0, 1, 1, &port),
                   ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR);
    expect_refused(hub.set_port_properties(0, 0, 0, bad, 1, &port),
                   ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR);
    expect_refused(hub.set_port_properties(0, 0, 0, 1, bad, &port),
                   ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR);
  }
  ASSERT_TRUE(shard.objects().create(kAlphaBlendingClass, "other", {Value("pipe")}).ok());
  HubPort& foreign = make_port("foreign", "other");
  expect_refused(hub.set_master(&foreign, 0), ErrorCode::CONNECT_ERROR);
  expect_refused(hub.set_port_properties(0, 0, 0, 1, 1, &foreign), ErrorCode::CONNECT_ERROR);
}

// What waits for a pool that does not work has a bound.
TEST_F(AlphaBlendingTest, SaysWhenItIsTooBusy) {
  HubPort& port = make_port("port");
  int taken = 0;
  while (taken < 10'000 && hub.set_master(&port, taken).ok()) ++taken;
  EXPECT_GE(taken, 1000);
  EXPECT_LT(taken, 2000);
  expect_refused(hub.set_master(&port, 0), ErrorCode::NOT_ENOUGH_RESOURCES);
  for (int i = 0; i < 100; ++i) {
    compute.settle();
    at((i + 1) * 40ms);
    shard.advance(now());
  }
  compute.settle();
  EXPECT_TRUE(hub.set_master(&port, 0).ok());
  go_to(4s);
}

}  // namespace
}  // namespace kaskado::elements::test
