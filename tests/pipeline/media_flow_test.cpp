// How sinks find the source that their links lead up to, and who is told that media flows.
#include "fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

class Flow : public ElementTest {
 protected:
  Flow() {
    camera.configure(source_config({format(96, "VP8")}));
    take_events();
  }

  void send(std::uint16_t sequence, bool key = false) {
    camera.receive(rtp::test::make_media(shard.packets(), vp8(sequence, key), now()), now());
    camera.end_run(shard.outbox());
    screen_end.take_all(shard.outbox());
  }
  RtpSink& add_screen(TestElement& element) {
    RtpSink& sink = element.add_sink(MediaType::video, screen_end.line);
    sink.configure({{format(100, "VP8")}, {}, {}});
    return sink;
  }

  TestElement& publisher = add("publisher");
  RtpSource& camera = publisher.add_source(MediaType::video);
  TestElement& viewer = add("viewer");
  Subscriber screen_end{1};
};

using Texts = std::vector<std::string>;

TEST_F(Flow, ASinkIsBoundToTheSourceBeforeIt) {
  RtpSink& screen = add_screen(viewer);
  EXPECT_EQ(screen.source(), nullptr);
  connect(publisher, viewer, MediaType::audio);
  EXPECT_EQ(screen.source(), nullptr);
  connect(publisher, viewer, MediaType::video);
  EXPECT_EQ(screen.source(), &camera);
  disconnect(publisher, viewer, MediaType::video);
  EXPECT_EQ(screen.source(), nullptr);
}

TEST_F(Flow, ASourceOrSinkThatComesLaterIsFound) {
  TestElement& late = add("late");
  connect(late, viewer);
  RtpSink& screen = add_screen(viewer);
  EXPECT_EQ(screen.source(), nullptr);
  RtpSource& source = late.add_source(MediaType::video);
  EXPECT_EQ(screen.source(), &source);
  late.drop_source(MediaType::video);
  EXPECT_EQ(screen.source(), nullptr);
}

TEST_F(Flow, LoopsBack) {
  RtpSink& screen = add_screen(publisher);
  connect(publisher, publisher);
  EXPECT_EQ(screen.source(), &camera);
  send(1, true);
  EXPECT_EQ(screen_end.rtp.size(), 1u);
  EXPECT_TRUE(publisher.is_media_flowing_in(MediaType::video, "default").value());
}

TEST_F(Flow, PassesThroughAChain) {
  RtpSink& screen = add_screen(viewer);
  std::vector<TestElement*> chain;
  for (int i = 0; i < 20; ++i) chain.push_back(&add_passing("pass" + std::to_string(i)));
  connect(*chain.back(), viewer);
  for (std::size_t i = chain.size() - 1; i > 0; --i) connect(*chain[i - 1], *chain[i]);
  EXPECT_EQ(screen.source(), nullptr);
  connect(publisher, *chain.front());
  EXPECT_EQ(screen.source(), &camera);
  EXPECT_EQ(chain[10]->origin(MediaType::video), &camera);
  EXPECT_EQ(chain[10]->origin(MediaType::audio), nullptr);
  disconnect(*chain[9], *chain[10]);
  EXPECT_EQ(screen.source(), nullptr);
  connect(publisher, *chain[10]);
  EXPECT_EQ(screen.source(), &camera);
}

TEST_F(Flow, RewiringAJunctionMovesAllBehindIt) {
  TestElement& junction = add_passing("junction");
  TestElement& second = add("second");
  RtpSource& other = second.add_source(MediaType::video);
  RtpSink& screen = add_screen(viewer);
  Subscriber second_end(2);
  TestElement& second_viewer = add("second viewer");
  RtpSink& second_screen = second_viewer.add_sink(MediaType::video, second_end.line);
  connect(junction, viewer);
  connect(junction, second_viewer);
  connect(publisher, junction);
  EXPECT_EQ(screen.source(), &camera);
  connect(second, junction);
  EXPECT_EQ(screen.source(), &other);
  EXPECT_EQ(second_screen.source(), &other);
}

TEST_F(Flow, WhatDoesNotPassOnEndsTheWay) {
  TestElement& wall = add("wall");
  RtpSink& screen = add_screen(viewer);
  connect(publisher, wall);
  connect(wall, viewer);
  EXPECT_EQ(screen.source(), nullptr);
}

TEST_F(Flow, ACircleCarriesNothingAndEnds) {
  TestElement& first = add_passing("first");
  TestElement& second = add_passing("second");
  RtpSink& screen = add_screen(viewer);
  connect(first, second);
  connect(second, first);
  connect(first, viewer);
  EXPECT_EQ(screen.source(), nullptr);
  EXPECT_EQ(first.origin(MediaType::video), nullptr);
  connect(first, first);
  EXPECT_EQ(screen.source(), nullptr);
  // Opened again, it is a chain.
  connect(publisher, first);
  EXPECT_EQ(screen.source(), &camera);
}

// 256 are more than any application needs.
TEST_F(Flow, AVeryLongChainCarriesNothing) {
  RtpSink& screen = add_screen(viewer);
  MediaElement* last = &publisher;
  for (int i = 0; i < 256; ++i) {
    TestElement& next = add_passing("pass" + std::to_string(i));
    connect(*last, next, MediaType::video);
    last = &next;
  }
  send(1, true);
  connect(*last, viewer, MediaType::video);
  EXPECT_EQ(screen.source(), &camera);
  EXPECT_TRUE(viewer.is_media_flowing_in(MediaType::video, "default").value());
  TestElement& one_more = add_passing("one more");
  connect(*last, one_more, MediaType::video);
  connect(one_more, viewer, MediaType::video);
  EXPECT_EQ(screen.source(), nullptr);
}

// It was walked by recursion to its end, which some ten thousand elements of a client made a crash.
TEST_F(Flow, ALongChainIsNotWalkedToItsEnd) {
  std::vector<TestElement*> chain;
  for (int i = 0; i < 1000; ++i) chain.push_back(&add_passing("pass" + std::to_string(i)));
  for (std::size_t i = chain.size() - 1; i > 0; --i) connect(*chain[i - 1], *chain[i], MediaType::video);
  connect(publisher, *chain.front(), MediaType::video);
  const auto flowing = [&] {
    return std::count_if(chain.begin(), chain.end(), [](TestElement* element) {
      return element->is_media_flowing_in(MediaType::video, "default").value();
    });
  };
  send(1, true);
  EXPECT_EQ(flowing(), 257);
  disconnect(publisher, *chain.front(), MediaType::video);
  EXPECT_EQ(flowing(), 0);
  connect(publisher, *chain.front(), MediaType::video);
  EXPECT_EQ(flowing(), 257);
}

TEST_F(Flow, OnlyTheDefaultStreamsCarryMedia) {
  RtpSink& screen = add_screen(viewer);
  EXPECT_TRUE(publisher.connect(&viewer, MediaType::video, {}, "other").ok());
  EXPECT_EQ(screen.source(), nullptr);
  send(1, true);
  EXPECT_FALSE(viewer.is_media_flowing_in(MediaType::video, "default").value());
  connect(publisher, viewer, MediaType::video);
  EXPECT_EQ(screen.source(), &camera);
  EXPECT_TRUE(publisher.disconnect(&viewer, MediaType::video, {}, "other").ok());
  EXPECT_EQ(screen.source(), &camera);
}

// The event was in the descriptor and never came.
TEST_F(Flow, ThatNothingIsTranscodedIsToldWhereMediaBeginsToFlow) {
  TestElement& junction = add_passing("junction");
  add_screen(viewer);
  connect(publisher, junction);
  connect(junction, viewer);
  take_events();
  send(1, true);
  EXPECT_EQ(
      take_events(),
      (Texts{"MediaFlowOutStateChanged FLOWING VIDEO", "MediaTranscodingStateChanged NOT_TRANSCODING VIDEO",
             "MediaFlowInStateChanged FLOWING VIDEO", "MediaFlowOutStateChanged FLOWING VIDEO",
             "MediaTranscodingStateChanged NOT_TRANSCODING VIDEO", "MediaFlowInStateChanged FLOWING VIDEO"}));
  disconnect(publisher, junction);
  take_events();
  connect(publisher, junction);
  EXPECT_EQ(take_events("junction"),
            (Texts{"MediaFlowInStateChanged FLOWING VIDEO", "MediaFlowOutStateChanged FLOWING VIDEO"}));
}

TEST_F(Flow, IsToldAllTheWayDownAndOnce) {
  TestElement& junction = add_passing("junction");
  add_screen(viewer);
  connect(publisher, junction, MediaType::video);
  connect(junction, viewer, MediaType::video);
  take_events();
  send(1, true);
  EXPECT_EQ(take_events("publisher"), (Texts{"MediaFlowOutStateChanged FLOWING VIDEO",
                                             "MediaTranscodingStateChanged NOT_TRANSCODING VIDEO"}));
  send(2);
  EXPECT_TRUE(take_events().empty());
  disconnect(publisher, junction, MediaType::video);
  EXPECT_EQ(take_events("junction"), (Texts{"MediaFlowInStateChanged NOT_FLOWING VIDEO",
                                            "MediaFlowOutStateChanged NOT_FLOWING VIDEO"}));
  connect(publisher, junction, MediaType::video);
  events.erase(events.begin());
  EXPECT_EQ(take_events(),
            (Texts{"MediaFlowInStateChanged FLOWING VIDEO", "MediaFlowOutStateChanged FLOWING VIDEO",
                   "MediaFlowInStateChanged FLOWING VIDEO"}));
  EXPECT_TRUE(viewer.is_media_flowing_in(MediaType::video, "default").value());
  EXPECT_TRUE(junction.is_media_flowing_out(MediaType::video, "default").value());
  EXPECT_FALSE(viewer.is_media_flowing_in(MediaType::audio, "default").value());
  EXPECT_FALSE(viewer.is_media_flowing_in(MediaType::video, "other").value());
}

TEST_F(Flow, OfALatecomerBeginsWithItsConnection) {
  send(1, true);
  take_events();
  connect(publisher, viewer, MediaType::video);
  EXPECT_EQ(take_events("viewer"), (Texts{"MediaFlowInStateChanged FLOWING VIDEO"}));
}

TEST_F(Flow, InACircleOfJunctionsIsToldOnce) {
  TestElement& first = add_passing("first");
  TestElement& second = add_passing("second");
  connect(publisher, first, MediaType::video);
  connect(first, second, MediaType::video);
  take_events();
  send(1, true);
  EXPECT_EQ(take_events().size(), 3u + 2u + 3u);  // in, out, and that nothing is transcoded
  connect(second, first, MediaType::video);  // takes the publisher's place
  EXPECT_FALSE(first.is_media_flowing_in(MediaType::video, "default").value());
}

TEST_F(Flow, CeasesForThoseBehindWhenThePublisherIsReleased) {
  RtpSink& screen = add_screen(viewer);
  connect(publisher, viewer, MediaType::video);
  send(1, true);
  take_events();
  shard.objects().release("publisher");
  EXPECT_EQ(screen.source(), nullptr);
  EXPECT_EQ(take_events("viewer"), (Texts{"MediaFlowInStateChanged NOT_FLOWING VIDEO"}));
  EXPECT_EQ(shard.packets().in_use(), 0u);
}

TEST_F(Flow, AReleasedViewerTakesNothingMore) {
  add_screen(viewer);
  connect(publisher, viewer, MediaType::video);
  send(1, true);
  shard.objects().release("viewer");
  send(2);
  EXPECT_EQ(screen_end.rtp.size(), 1u);
}

}  // namespace
}  // namespace kaskado::pipeline::test
