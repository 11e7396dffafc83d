// Hubs whose ports give out what comes in at others: Dispatcher, DispatcherOneToMany, Mixer.
#include "elements/dispatcher.hpp"
#include "elements/dispatcher_one_to_many.hpp"
#include "elements/mixer.hpp"
#include "hub_fixture.hpp"

namespace kaskado::elements::test {
namespace {

std::vector<pipeline::test::Octets> payloads(const Subscriber& of) {
  std::vector<pipeline::test::Octets> all;
  for (const auto& heard : of.rtp) all.push_back(heard.payload);
  return all;
}

class DispatcherTest : public HubTest {
 protected:
  Dispatcher& hub = make_hub<Dispatcher>(kDispatcherClass);
};

TEST_F(DispatcherTest, APortGivesOutWhatComesInAtAnother) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700), &c = join(kBlue, 1100);
  for (Person* each : {&a, &b, &c}) {
    show(*each);
    speak(*each);
  }
  run(100ms);
  for (const Subscriber* each : viewers) EXPECT_TRUE(each->rtp.empty());
  ASSERT_TRUE(hub.connect(&a.port, &b.port).ok());
  a.camera->send(true);
  run(500ms);
  expect_colour(b, 100, 100, kRed);
  EXPECT_GT(b.ear.rtp.size(), 20u);
  EXPECT_TRUE(a.screen.rtp.empty());
  EXPECT_TRUE(c.screen.rtp.empty());
  // A port takes one: the new one replaces the old.
  ASSERT_TRUE(hub.connect(&c.port, &b.port).ok());
  c.camera->send(true);
  run(500ms);
  expect_colour(b, 100, 100, kBlue);
  EXPECT_FALSE(a.port.is_media_transcoding(MediaType::video, "default").value());
}

TEST_F(DispatcherTest, TellsThatMediaFlowsThrough) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700);
  show(a);
  run(100ms);
  EXPECT_TRUE(a.port.is_media_flowing_in(MediaType::video, "default").value());
  EXPECT_FALSE(b.port.is_media_flowing_out(MediaType::video, "default").value());
  take_events();
  ASSERT_TRUE(hub.connect(&a.port, &b.port).ok());
  EXPECT_TRUE(b.port.is_media_flowing_out(MediaType::video, "default").value());
  EXPECT_TRUE(is_told("MediaFlowInStateChanged FLOWING VIDEO", "person1"));
  EXPECT_FALSE(b.port.is_media_flowing_out(MediaType::audio, "default").value());
  disconnect(a.element, a.port);
  EXPECT_FALSE(b.port.is_media_flowing_out(MediaType::video, "default").value());
  EXPECT_TRUE(is_told("MediaFlowInStateChanged NOT_FLOWING VIDEO", "person1"));
}

TEST_F(DispatcherTest, APortMayBeConnectedToItself) {
  Person& a = join(kRed, 400);
  show(a);
  ASSERT_TRUE(hub.connect(&a.port, &a.port).ok());
  run(200ms);
  expect_colour(a, 100, 100, kRed);
}

TEST_F(DispatcherTest, CirclesCarryNothingAndEnd) {
  Person& a = join(kRed, 400);
  HubPort& loop = make_port("loop");
  connect(loop, loop);
  ASSERT_TRUE(hub.connect(&loop, &loop).ok());
  EXPECT_EQ(loop.origin(MediaType::video), nullptr);
  // Two ports that give to each other, outside and inside.
  HubPort& there = make_port("there");
  HubPort& back = make_port("back");
  connect(there, back);
  connect(back, there);
  ASSERT_TRUE(hub.connect(&there, &back).ok());
  ASSERT_TRUE(hub.connect(&back, &there).ok());
  ASSERT_TRUE(hub.connect(&there, &a.port).ok());
  show(a);
  run(100ms);
  EXPECT_TRUE(a.screen.rtp.empty());
}

// Out of a port, through an element, and into the same port again.
TEST_F(DispatcherTest, WhatLeavesAPortMayComeBackToIt) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700), &viewer = join(kBlue, 1100);
  HubPort& middle = make_port("middle");
  TestElement& way = add_passing("way");
  connect(middle, way);
  connect(way, middle);
  ASSERT_TRUE(hub.connect(&middle, &viewer.port).ok());
  show(a);
  show(b);
  ASSERT_TRUE(hub.connect(&a.port, &middle).ok());
  a.camera->send(true);
  run(200ms);
  expect_colour(viewer, 100, 100, kRed);
  ASSERT_TRUE(hub.connect(&b.port, &middle).ok());
  b.camera->send(true);
  run(200ms);
  expect_colour(viewer, 100, 100, kGreen);
}

TEST_F(DispatcherTest, RefusesPortsOfOthers) {
  Person& a = join(kRed, 400);
  ASSERT_TRUE(shard.objects().create(kDispatcherClass, "other", {Value("pipe")}).ok());
  HubPort& foreign = make_port("foreign", "other");
  expect_refused(hub.connect(&foreign, &a.port), ErrorCode::CONNECT_ERROR);
  expect_refused(hub.connect(&a.port, &foreign), ErrorCode::CONNECT_ERROR);
}

TEST_F(DispatcherTest, TakesAnyNumberOfPorts) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700);
  for (int i = 0; i < 300; ++i)
    ASSERT_TRUE(hub.connect(&a.port, &make_port("more" + std::to_string(i))).ok());
  ASSERT_TRUE(hub.connect(&a.port, &b.port).ok());
  show(a);
  run(100ms);
  EXPECT_EQ(hub.ports().size(), 302u);
  expect_colour(b, 100, 100, kRed);
}

TEST_F(DispatcherTest, AViewerOfAnotherCodecGetsItsOwn) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700);
  b.element.sink(MediaType::video)->configure({{pipeline::test::h264()}, {}, {}});
  ASSERT_TRUE(hub.connect(&a.port, &b.port).ok());
  show(a);
  run(500ms);
  const auto seen = pipeline::test::look(b.screen, CodecId::h264);
  ASSERT_GE(seen.size(), 10u);
  EXPECT_TRUE(is_near(colour_at(*seen.back(), 100, 100), kRed));
  EXPECT_TRUE(a.element.is_media_transcoding(MediaType::video, "default").value());
}

class OneToManyTest : public HubTest {
 protected:
  DispatcherOneToMany& hub = make_hub<DispatcherOneToMany>(kDispatcherOneToManyClass);
};

TEST_F(OneToManyTest, AllPortsGiveOutWhatComesInAtTheSource) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700);
  show(a);
  show(b);
  ASSERT_TRUE(hub.set_source(&a.port).ok());
  a.camera->send(true);
  run(200ms);
  expect_colour(a, 100, 100, kRed);
  expect_colour(b, 100, 100, kRed);
  Person& late = join(kBlue, 1100);
  a.camera->send(true);
  run(200ms);
  expect_colour(late, 100, 100, kRed);
  ASSERT_TRUE(hub.set_source(&b.port).ok());
  b.camera->send(true);
  run(200ms);
  for (Person* each : {&a, &b, &late}) expect_colour(*each, 100, 100, kGreen);
}

TEST_F(OneToManyTest, WithoutASourceNothingIsGivenOut) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700);
  show(a);
  ASSERT_TRUE(hub.set_source(&a.port).ok());
  run(100ms);
  ASSERT_TRUE(hub.remove_source().ok());
  EXPECT_FALSE(b.port.is_media_flowing_out(MediaType::video, "default").value());
  forget_all();
  run(100ms);
  for (const Subscriber* each : viewers) EXPECT_TRUE(each->rtp.empty());
  ASSERT_TRUE(hub.set_source(&a.port).ok());
  a.camera->send(true);
  run(100ms);
  EXPECT_FALSE(b.screen.rtp.empty());
  // It goes, and so does the source.
  shard.objects().release("port0");
  forget_all();
  HubPort& next = make_port("next");
  run(100ms);
  for (const Subscriber* each : viewers) EXPECT_TRUE(each->rtp.empty());
  EXPECT_EQ(next.passed_from(MediaType::video), nullptr);
}

TEST_F(OneToManyTest, RefusesPortsOfOthers) {
  ASSERT_TRUE(shard.objects().create(kDispatcherOneToManyClass, "other", {Value("pipe")}).ok());
  expect_refused(hub.set_source(&make_port("foreign", "other")), ErrorCode::CONNECT_ERROR);
}

class MixerTest : public HubTest {
 protected:
  Mixer& hub = make_hub<Mixer>(kMixerClass);
};

TEST_F(MixerTest, LeadsPicturesFromPortToPort) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700);
  show(a);
  ASSERT_TRUE(hub.connect(MediaType::video, &a.port, &b.port).ok());
  run(200ms);
  expect_colour(b, 100, 100, kRed);
  ASSERT_TRUE(hub.disconnect(MediaType::video, &b.port, &b.port).ok()) << "which were not connected";
  EXPECT_TRUE(b.port.is_media_flowing_out(MediaType::video, "default").value());
  ASSERT_TRUE(hub.disconnect(MediaType::video, &a.port, &b.port).ok());
  EXPECT_FALSE(b.port.is_media_flowing_out(MediaType::video, "default").value());
}

TEST_F(MixerTest, OneSoundGoesOnAsItComes) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700);
  a.element.add_sink(MediaType::audio, a.ear.line).configure({{pipeline::test::opus()}, {}, {}});
  ASSERT_TRUE(hub.connect(MediaType::audio, &a.port, &b.port).ok());
  ASSERT_TRUE(hub.connect(MediaType::audio, &a.port, &a.port).ok());
  speak(a);
  run(1s);
  EXPECT_EQ(b.ear.rtp.size(), 50u);
  EXPECT_EQ(payloads(a.ear), payloads(b.ear));
  EXPECT_FALSE(b.port.is_media_transcoding(MediaType::audio, "default").value());
}

TEST_F(MixerTest, SeveralSoundsAreMixedWhileThereAreSeveral) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700), &ear = join(kBlue, 1100);
  ASSERT_TRUE(hub.connect(MediaType::audio, &a.port, &ear.port).ok());
  speak(a);
  speak(b);
  run(500ms);
  take_events();
  ASSERT_TRUE(hub.connect(MediaType::audio, &b.port, &ear.port).ok());
  EXPECT_EQ(std::ranges::count(take_events("port2"), "MediaFlowOutStateChanged NOT_FLOWING AUDIO"), 0)
      << "it goes on";
  forget_all();
  run(2s);
  EXPECT_GT(hears(ear, 400), 0.25);
  EXPECT_GT(hears(ear, 700), 0.25);
  EXPECT_GT(hears(ear, 400) + hears(ear, 700), 0.9);
  EXPECT_TRUE(ear.port.is_media_transcoding(MediaType::audio, "default").value());
  ASSERT_TRUE(hub.disconnect(MediaType::audio, &a.port, &ear.port).ok());
  forget_all();
  run(2s);
  EXPECT_EQ(ear.ear.rtp.size(), 100u);
  EXPECT_GT(hears(ear, 700), 0.9);
  EXPECT_FALSE(ear.port.is_media_transcoding(MediaType::audio, "default").value());
  ASSERT_TRUE(hub.disconnect(MediaType::audio, &b.port, &ear.port).ok());
  EXPECT_FALSE(ear.port.is_media_flowing_out(MediaType::audio, "default").value());
}

TEST_F(MixerTest, ASourceThatGoesLeavesTheMix) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700), &c = join(kBlack, 1500), &ear = join(kBlue, 1100);
  for (Person* each : {&a, &b, &c}) {
    ASSERT_TRUE(hub.connect(MediaType::audio, &each->port, &ear.port).ok());
    speak(*each);
  }
  run(1s);
  shard.objects().release("port0");
  forget_all();
  run(2s);
  EXPECT_LT(hears(ear, 400), 0.05);
  EXPECT_GT(hears(ear, 700) + hears(ear, 1500), 0.9);
  shard.objects().release("port1");
  forget_all();
  run(1s);
  EXPECT_EQ(ear.ear.rtp.size(), 50u);
  EXPECT_GT(hears(ear, 1500), 0.9);
}

TEST_F(MixerTest, AnotherSourceMayComeInAtAPortOfAMix) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700), &other = join(kBlack, 1500), &ear = join(kBlue, 1100);
  for (Person* each : {&a, &b}) ASSERT_TRUE(hub.connect(MediaType::audio, &each->port, &ear.port).ok());
  for (Person* each : {&a, &b, &other}) speak(*each);
  run(500ms);
  connect(other.element, a.port, MediaType::audio);
  forget_all();
  run(2s);
  EXPECT_LT(hears(ear, 400), 0.05);
  EXPECT_GT(hears(ear, 1500), 0.25);
  EXPECT_GT(hears(ear, 700), 0.25);
}

TEST_F(MixerTest, RefusesWhatCannotBe) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700);
  HubPort& mute = make_port("mute");
  expect_refused(hub.connect(MediaType::data, &a.port, &b.port), ErrorCode::UNSUPPORTED_MEDIA_TYPE);
  expect_refused(hub.connect(MediaType::audio, &mute, &b.port), ErrorCode::CONNECT_ERROR);
  EXPECT_TRUE(hub.connect(MediaType::video, &mute, &b.port).ok());
  ASSERT_TRUE(shard.objects().create(kMixerClass, "other", {Value("pipe")}).ok());
  expect_refused(hub.connect(MediaType::video, &a.port, &make_port("foreign", "other")),
                 ErrorCode::CONNECT_ERROR);
}

using Order = std::vector<const char*>;

class RoutingGoes : public MixerTest, public testing::WithParamInterface<Order> {};

TEST_P(RoutingGoes, InAnyOrderWhileMediaFlows) {
  Person &a = join(kRed, 400), &b = join(kGreen, 700), &ear = join(kBlue, 1100);
  for (Person* each : {&a, &b}) {
    ASSERT_TRUE(hub.connect(MediaType::audio, &each->port, &ear.port).ok());
    show(*each);
    speak(*each);
  }
  ASSERT_TRUE(hub.connect(MediaType::audio, &a.port, &a.port).ok());
  ASSERT_TRUE(hub.connect(MediaType::audio, &ear.port, &ear.port).ok());
  ASSERT_TRUE(hub.connect(MediaType::video, &a.port, &ear.port).ok());
  run(300ms);
  for (auto& person : people) {
    if (person->camera) stop(*person->camera);
    if (person->microphone) stop(*person->microphone);
  }
  for (const char* id : GetParam()) {
    shard.advance(now() + 20ms);
    for (int slices = 0; slices < 3; ++slices) compute.executor().run_one();
    shard.objects().release(id);
    compute.executor().run_one();
  }
  run(300ms);
}

INSTANTIATE_TEST_SUITE_P(Orders, RoutingGoes,
                         testing::Values(Order{"hub", "person0", "person1", "person2"},
                                         Order{"person0", "person1", "person2", "hub"},
                                         Order{"port0", "port1", "port2", "hub"},
                                         Order{"port2", "person0", "port1", "hub"},
                                         Order{"person2", "port0", "hub"}, Order{"pipe"}));

}  // namespace
}  // namespace kaskado::elements::test
