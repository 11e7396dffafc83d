// PlayerEndpoint as clients call it, on virtual time.
#include "elements/player_endpoint.hpp"

#include <gtest/gtest.h>

#include "fixture.hpp"
#include "pipeline/coded_media.hpp"

namespace kaskado::elements::test {
namespace {

TEST(Uris, RelativeNamesStandBehindTheConfiguredPath) {
  EXPECT_EQ(complete_uri("a/b.webm", "file:///var/lib/kurento"), "file:///var/lib/kurento/a/b.webm");
  EXPECT_EQ(complete_uri("b.webm", "/media/"), "file:///media/b.webm");
  EXPECT_EQ(complete_uri("b.webm", "http://store/x"), "http://store/x/b.webm");
  for (const char* whole : {"file:///b.webm", "http://host/b.webm", "/b.webm", "rtsp://cam", ""})
    EXPECT_EQ(complete_uri(whole, "/media"), whole);
}

TEST(Uris, NameFilesOfThisMachine) {
  EXPECT_EQ(local_path("file:///a%20b%2f"), "/a b/");
  EXPECT_EQ(local_path("file://localhost/a"), "/a");
  EXPECT_EQ(local_path("/a%20b"), "/a%20b");
  EXPECT_EQ(local_path("file:///100%"), "/100%");
  for (const char* other : {"file://host/a", "http://host/a", "a", "", "file:///a%00b"})
    EXPECT_EQ(local_path(other), std::nullopt) << other;
}

class PlayerEndpoints : public pipeline::test::ShardTest {
 protected:
  PlayerEndpoints() {
    compute_.serve(shard);
    shard.reach_by([this](auto command) { posted_.push_back(std::move(command)); });
  }
  ~PlayerEndpoints() override {
    shard.objects().release_all();
    settle();
  }

  PlayerEndpoint& make(const std::string& uri) {
    const auto made =
        shard.objects().create(kPlayerEndpointClass, "player", {Value("pipe"), Value(uri), false, 2000});
    EXPECT_TRUE(made.ok()) << made.error().message;
    return dynamic_cast<PlayerEndpoint&>(*shard.objects().find("player"));
  }
  void settle() {
    do {
      compute_.settle();
      for (const auto& command : std::exchange(posted_, {})) command(shard);
    } while (!posted_.empty() || compute_.executor().waiting() > 0);
  }
  void run(base::Duration span) {
    for (const base::Duration end = since_ + span; since_ < end;) {
      since_ += 10ms;
      at(since_);
      settle();
      shard.advance(now());
      settle();
      shard.outbox().clear();
    }
  }

 private:
  pipeline::test::ComputeLoop compute_;
  std::vector<std::function<void(pipeline::Shard&)>> posted_;
  base::Duration since_{};
};

const std::string kFile = "file://" KASKADO_CONTAINER_DATA "/vp8_opus.webm";

TEST_F(PlayerEndpoints, TellWhatTheyDo) {
  PlayerEndpoint& player = make(kFile);
  EXPECT_EQ(player.get_uri().value(), kFile);
  EXPECT_EQ(player.get_state().value(), UriEndpointState::stop);
  take_events();
  EXPECT_TRUE(player.play().ok());
  run(500ms);
  EXPECT_EQ(player.get_state().value(), UriEndpointState::start);
  EXPECT_NEAR(static_cast<double>(player.get_position().value()), 500, 20);
  const VideoInfo info = player.get_video_info().value();
  EXPECT_TRUE(info.is_seekable);
  EXPECT_EQ(info.seekable_init, 0);
  EXPECT_NEAR(static_cast<double>(info.duration), 2000, 100);
  EXPECT_EQ(info.seekable_end, info.duration);
  EXPECT_TRUE(player.pause().ok());
  EXPECT_TRUE(player.pause().ok());
  EXPECT_TRUE(player.play().ok());
  run(3s);
  EXPECT_EQ(player.get_state().value(), UriEndpointState::stop);
  EXPECT_NEAR(static_cast<double>(player.get_position().value()), 2000, 100);
  Texts told;
  for (const std::string& event : take_events("player")) {
    if (event.starts_with("UriEndpoint") || event.starts_with("EndOf")) told.push_back(event);
  }
  EXPECT_EQ(told, (Texts{"UriEndpointStateChanged START", "UriEndpointStateChanged PAUSE",
                         "UriEndpointStateChanged START", "EndOfStream", "UriEndpointStateChanged STOP"}));
}

TEST_F(PlayerEndpoints, BeginAnewAfterTheyWereStopped) {
  PlayerEndpoint& player = make(kFile);
  EXPECT_TRUE(player.play().ok());
  run(800ms);
  EXPECT_TRUE(player.stop().ok());
  EXPECT_EQ(player.get_position().value(), 0);
  EXPECT_EQ(player.get_video_info().value().duration, 0);
  EXPECT_TRUE(player.play().ok());
  run(300ms);
  EXPECT_NEAR(static_cast<double>(player.get_position().value()), 300, 20);
}

TEST_F(PlayerEndpoints, CannotGoAnywhereBeforeTheyHaveOpened) {
  PlayerEndpoint& player = make(kFile);
  expect_error(player.set_position(1000), ErrorCode::PLAYER_SEEK_FAIL, "Seek fails");
  EXPECT_TRUE(player.play().ok());
  run(100ms);
  EXPECT_TRUE(player.set_position(1000).ok());
  expect_error(player.set_position(-1), ErrorCode::PLAYER_SEEK_FAIL, "Seek fails");
  EXPECT_NE(player.get_element_gstreamer_dot().value().find("vp8"), std::string::npos);
}

TEST_F(PlayerEndpoints, TellWhyTheyCannotPlay) {
  PlayerEndpoint& player = make("foo://bar");
  take_events();
  EXPECT_TRUE(player.play().ok());
  run(50ms);
  ASSERT_GE(events.size(), 2u);
  const pipeline::Event& error = events[events.size() - 2];
  EXPECT_EQ(error.info->name, "Error");
  EXPECT_EQ(*error.data.find("description")->string(),
            "'foo://bar': it is no file:, http:, https:, rtsp: or rtsps: address");
  EXPECT_EQ(*error.data.find("type")->string(), "RESOURCE_ERROR_OPEN_READ");
  EXPECT_EQ(player.get_state().value(), UriEndpointState::stop);
}

}  // namespace
}  // namespace kaskado::elements::test
