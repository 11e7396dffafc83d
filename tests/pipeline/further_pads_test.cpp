// Elements that have several media of one type, and links between those.
#include "fixture.hpp"
#include "pipeline/dot_graph.hpp"

namespace kaskado::pipeline::test {
namespace {

constexpr Pad kSecond{MediaType::video, 1};
using Texts = std::vector<std::string>;

class FurtherPads : public ElementTest {
 protected:
  FurtherPads() {
    for (RtpSource* source : {&camera, &screen}) source->configure(source_config({format(96, "VP8")}));
    take_events();
  }
  RtpSink& add_picture(TestElement& element, Pad pad) {
    RtpSink& sink = element.add_sink(pad, end.line);
    sink.configure({{format(100, "VP8")}, {}, {}});
    return sink;
  }
  void link(MediaElement& from, const std::string& source, MediaElement& to, const std::string& sink) {
    EXPECT_TRUE(from.connect(&to, MediaType::video, source, sink).ok());
  }
  // Whose media has begun or ended to flow, and which, since the last call.
  Texts take_flows() {
    Texts flows;
    for (const Event& event : std::exchange(events, {})) {
      const Value* pad = event.data.find("padName");
      if (pad) flows.push_back(event.source + " " + *pad->string());
    }
    return flows;
  }
  void send(RtpSource& source, std::uint16_t sequence) {
    source.receive(rtp::test::make_media(shard.packets(), vp8(sequence, true), now()), now());
    source.end_run(shard.outbox());
    end.take_all(shard.outbox());
  }

  TestElement& publisher = add("publisher");
  RtpSource& camera = publisher.add_source(MediaType::video);
  RtpSource& screen = publisher.add_source(kSecond);
  TestElement& viewer = add("viewer");
  Subscriber end{1};
};

TEST_F(FurtherPads, ALinkGoesFromThePadToThePadThatItNames) {
  RtpSink& left = add_picture(viewer, MediaType::video);
  RtpSink& right = add_picture(viewer, kSecond);
  link(publisher, "video1", viewer, "default");
  EXPECT_EQ(left.source(), &screen);
  EXPECT_EQ(right.source(), nullptr);
  link(publisher, "default", viewer, "video1");
  EXPECT_EQ(right.source(), &camera);
  EXPECT_TRUE(publisher.disconnect(&viewer, MediaType::video, "video1", "default").ok());
  EXPECT_EQ(left.source(), nullptr);
  EXPECT_EQ(right.source(), &camera);
}

TEST_F(FurtherPads, WithoutDescriptionsTheDefaultOnesAreConnected) {
  RtpSink& left = add_picture(viewer, MediaType::video);
  RtpSink& right = add_picture(viewer, kSecond);
  connect(publisher, viewer);
  EXPECT_EQ(left.source(), &camera);
  EXPECT_EQ(right.source(), nullptr);
}

TEST_F(FurtherPads, ThatComeLaterAreFound) {
  TestElement& late = add("late");
  link(late, "video1", viewer, "video1");
  RtpSink& picture = add_picture(viewer, kSecond);
  EXPECT_EQ(picture.source(), nullptr);
  RtpSource& source = late.add_source(kSecond);
  EXPECT_EQ(picture.source(), &source);
  late.drop_source(kSecond);
  EXPECT_EQ(picture.source(), nullptr);
}

TEST_F(FurtherPads, LeadThroughElementsThatPassOneMediumOn) {
  TestElement& first = add_passing("first");
  TestElement& second = add_passing("second");
  RtpSink& picture = add_picture(viewer, kSecond);
  link(first, "default", second, "default");
  link(second, "default", viewer, "video1");
  link(publisher, "video1", first, "default");
  EXPECT_EQ(picture.source(), &screen);
  send(screen, 1);
  EXPECT_EQ(end.rtp.size(), 1u);
  link(publisher, "default", first, "default");
  EXPECT_EQ(picture.source(), &camera);
}

TEST_F(FurtherPads, OfElementsThatHaveNoneCarryNothing) {
  TestElement& passing = add_passing("passing");
  RtpSink& picture = add_picture(viewer, MediaType::video);
  link(publisher, "default", passing, "video1");
  link(passing, "video1", viewer, "default");
  EXPECT_EQ(picture.source(), nullptr);
  EXPECT_EQ(passing.origin(kSecond), nullptr);
}

TEST_F(FurtherPads, LinksFromNoPadCarryNothing) {
  RtpSink& picture = add_picture(viewer, MediaType::video);
  link(publisher, "other", viewer, "default");
  EXPECT_EQ(picture.source(), nullptr);
}

TEST_F(FurtherPads, FlowIsToldOfEachByItsName) {
  link(publisher, "video1", viewer, "video2");
  take_events();
  send(screen, 1);
  EXPECT_EQ(take_flows(), (Texts{"publisher video1", "viewer video2"}));
  EXPECT_TRUE(publisher.is_media_flowing_out(MediaType::video, "video1").value());
  EXPECT_FALSE(publisher.is_media_flowing_out(MediaType::video, "default").value());
  EXPECT_TRUE(viewer.is_media_flowing_in(MediaType::video, "video2").value());
  EXPECT_FALSE(viewer.is_media_flowing_in(MediaType::video, "default").value());
  link(publisher, "default", viewer, "default");
  EXPECT_FALSE(viewer.is_media_flowing_in(MediaType::video, "default").value());
  EXPECT_TRUE(publisher.disconnect(&viewer, MediaType::video, "video1", "video2").ok());
  EXPECT_FALSE(viewer.is_media_flowing_in(MediaType::video, "video2").value());
}

TEST_F(FurtherPads, ThoseOfOneElementCanBeConnectedToEachOther) {
  RtpSink& picture = add_picture(publisher, kSecond);
  RtpSink& other = add_picture(publisher, MediaType::video);
  link(publisher, "default", publisher, "video1");
  link(publisher, "video1", publisher, "default");
  EXPECT_EQ(picture.source(), &camera);
  EXPECT_EQ(other.source(), &screen);
}

TEST_F(FurtherPads, AreSeenInTheGraph) {
  link(publisher, "video1", viewer, "default");
  EXPECT_NE(dot_graph(publisher).find("\"publisher\" -> \"viewer\" [label=\"VIDEO video1 to default\"]"),
            std::string::npos);
}

}  // namespace
}  // namespace kaskado::pipeline::test
