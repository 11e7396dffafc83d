// Data channels between peers, through a server's pipeline.
#include "elements/api.hpp"
#include "scene.hpp"

namespace kaskado::sim {
namespace {

using Strings = std::vector<std::string>;

class Data : public testing::Test {
 protected:
  // A peer with data channels alone, and its endpoint.
  SimPeer& add_peer(PeerOptions options = {}) {
    options.audio = options.video = false;
    options.data = true;
    SimPeer& peer = scene.add_peer(options);
    peer.call(scene.server.make_endpoint(scene.pipeline, "ECDSA", true));
    return peer;
  }
  void connect(const std::string& source, const std::string& sink) {
    scene.server.call(source, "connect", {sink, "DATA", {}, {}});
  }
  bool run_until(const std::function<bool()>& done, Duration limit = 30s) {
    return scene.network.run_until(scene.network.now() + limit, done);
  }
  bool connected(SimPeer& peer) {
    return run_until([&] { return peer.transport().data() && peer.transport().data()->is_established(); });
  }
  sctp::ChannelId open(SimPeer& peer, const sctp::ChannelParameters& parameters) {
    const sctp::ChannelId id = peer.open_channel(parameters);
    EXPECT_TRUE(run_until(
        [&] { return peer.heard_data().opened.size() > 0 && peer.heard_data().opened.back() == id; }));
    return id;
  }
  static Strings texts_of(const SimPeer& peer) {
    Strings texts;
    for (const sctp::ChannelMessage& message : peer.heard_data().messages)
      texts.emplace_back(message.bytes.begin(), message.bytes.end());
    return texts;
  }
  Strings told(const SimPeer& peer) {
    return scene.server.events_of(peer.endpoint(), {"DataChannelOpened", "DataChannelClosed"});
  }

  Scene scene{42};
};

TEST_F(Data, MessagesGoFromPeerToPeerAndBack) {
  SimPeer& a = add_peer();
  SimPeer& b = add_peer();
  connect(a.endpoint(), b.endpoint());
  connect(b.endpoint(), a.endpoint());
  ASSERT_TRUE(connected(a) && connected(b));
  const auto of_a = open(a, {.label = "chat"});
  const auto of_b = open(b, {.label = "chat"});
  a.send_message(of_a, "hello");
  ASSERT_TRUE(run_until([&] { return !b.heard_data().messages.empty(); }));
  b.send_message(of_b, "");
  ASSERT_TRUE(run_until([&] { return !a.heard_data().messages.empty(); }));
  EXPECT_EQ(texts_of(b), Strings{"hello"});
  EXPECT_EQ(texts_of(a), Strings{""});
  EXPECT_EQ(told(a), Strings{"DataChannelOpened"});
  EXPECT_EQ(*scene.server.call(a.endpoint(), "getConnectionState").string(), "CONNECTED");
}

TEST_F(Data, EndpointThatIsConnectedToItselfEchoes) {
  SimPeer& a = add_peer();
  scene.server.connect(a.endpoint(), a.endpoint());  // all media, and so data
  ASSERT_TRUE(connected(a));
  const auto id = open(a, {.label = "echo"});
  const std::string long_one(200'000, 'e');
  a.send_message(id, long_one);
  ASSERT_TRUE(run_until([&] { return !a.heard_data().messages.empty(); }));
  EXPECT_EQ(texts_of(a), Strings{long_one});
}

// They once waited for an event that was not read while they waited.
TEST_F(Data, EchoOfManyShortMessagesNeverStalls) {
  SimPeer& a = add_peer();
  connect(a.endpoint(), a.endpoint());
  ASSERT_TRUE(connected(a));
  const auto id = open(a, {.label = "short"});
  constexpr std::size_t kMessages = 40'000;  // more than may be under way
  std::size_t sent = 0;
  const auto fill = [&] {
    while (sent < kMessages && a.transport().data()->buffered_bytes() < 1000) {
      a.send_message(id, "m");
      ++sent;
    }
  };
  ASSERT_TRUE(run_until(
      [&] {
        fill();
        return a.heard_data().messages.size() == kMessages;
      },
      120s));
}

TEST_F(Data, ChannelsOfOneLabelBelongTogether) {
  SimPeer& a = add_peer();
  SimPeer& b = add_peer();
  connect(a.endpoint(), b.endpoint());
  ASSERT_TRUE(connected(a) && connected(b));
  const auto one = open(a, {.label = "one"});
  const auto other = open(a, {.label = "other"});
  const auto one_of_b = open(b, {.label = "one"});
  const auto third_of_b = open(b, {.label = "third"});
  a.send_message(one, "1");
  ASSERT_TRUE(run_until([&] { return b.heard_data().messages.size() == 1; }));
  EXPECT_EQ(b.heard_data().messages[0].id, one_of_b);
  // Of a label that b has not: to all of them.
  a.send_message(other, "2");
  ASSERT_TRUE(run_until([&] { return b.heard_data().messages.size() == 3; }));
  EXPECT_EQ(b.heard_data().messages[1].id, one_of_b);
  EXPECT_EQ(b.heard_data().messages[2].id, third_of_b);
}

TEST_F(Data, GoesThroughPassThroughAndDispatcher) {
  SimPeer& a = add_peer();
  SimPeer& b = add_peer();
  const std::string pass = scene.server.make(elements::kPassThroughClass, {scene.pipeline});
  const std::string hub = scene.server.make(elements::kDispatcherClass, {scene.pipeline});
  const std::string in = scene.server.make(elements::kHubPortClass, {hub});
  const std::string out = scene.server.make(elements::kHubPortClass, {hub});
  scene.server.connect(a.endpoint(), pass);
  scene.server.connect(pass, in);
  scene.server.connect(out, b.endpoint());
  ASSERT_TRUE(connected(a) && connected(b));
  const auto id = open(a, {.label = "c"});
  open(b, {.label = "c"});
  a.send_message(id, "nowhere");
  scene.run_for(1s);
  EXPECT_TRUE(b.heard_data().messages.empty());
  scene.server.call(hub, "connect", {in, out});
  a.send_message(id, "through");
  ASSERT_TRUE(run_until([&] { return !b.heard_data().messages.empty(); }));
  EXPECT_EQ(texts_of(b), Strings{"through"});
}

TEST_F(Data, ServerOpensAndCloses) {
  SimPeer& a = add_peer();
  // Before there is a connection it waits.
  scene.server.call(a.endpoint(), "createDataChannel", {"early", true, -1, -1, "p"});
  ASSERT_TRUE(run_until([&] { return a.heard_data().opened.size() == 1; }));
  const auto id = a.heard_data().opened[0];
  const auto* const channel = a.transport().data()->find(id);
  EXPECT_EQ(channel->parameters, (sctp::ChannelParameters{.label = "early", .protocol = "p"}));
  scene.server.call(a.endpoint(), "createDataChannel", {"second", false, 500, -1, ""});
  ASSERT_TRUE(run_until([&] { return a.heard_data().opened.size() == 2; }));
  EXPECT_EQ(a.transport().data()->find(a.heard_data().opened[1])->parameters,
            (sctp::ChannelParameters{.label = "second", .ordered = false, .max_lifetime_ms = 500}));
  scene.run_for(1s);
  EXPECT_EQ(told(a), (Strings{"DataChannelOpened", "DataChannelOpened"}));

  scene.server.call(a.endpoint(), "closeDataChannel", {static_cast<int>(id)});
  ASSERT_TRUE(run_until([&] { return !a.heard_data().closed.empty(); }));
  EXPECT_EQ(a.heard_data().closed[0], id);
  scene.run_for(1s);
  EXPECT_EQ(told(a).back(), "DataChannelClosed");
  scene.server.call(a.endpoint(), "closeDataChannel", {99});
  scene.server.call(a.endpoint(), "closeDataChannel", {-1});
}

TEST_F(Data, PeerClosesAndClientsHearOfIt) {
  SimPeer& a = add_peer();
  ASSERT_TRUE(connected(a));
  const auto id = open(a, {.label = "c"});
  a.close_channel(id);
  ASSERT_TRUE(run_until([&] { return !a.heard_data().closed.empty(); }));
  ASSERT_TRUE(run_until([&] { return told(a).size() > 1; }));
  EXPECT_EQ(told(a), (Strings{"DataChannelOpened", "DataChannelClosed"}));
}

TEST_F(Data, ChannelsEndWithTheConnection) {
  SimPeer& a = add_peer();
  ASSERT_TRUE(connected(a));
  open(a, {.label = "c"});
  a.hang_up();
  scene.run_for(1s);
  EXPECT_EQ(told(a), (Strings{"DataChannelOpened", "DataChannelClosed"}));
}

TEST_F(Data, ParametersThatCannotBeAreRefused) {
  SimPeer& a = add_peer();
  const auto code_of = [&](const std::string& endpoint, pipeline::Arguments arguments) {
    const auto result = scene.server.try_call(endpoint, "createDataChannel", std::move(arguments));
    return result ? pipeline::ErrorCode{} : result.error().code;
  };
  EXPECT_EQ(code_of(a.endpoint(), {"c", true, 1, 1, ""}),
            pipeline::ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR);
  EXPECT_EQ(code_of(a.endpoint(), {"c", true, 70000, -1, ""}),
            pipeline::ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR);
  const std::string without = scene.server.make_endpoint(scene.pipeline);
  EXPECT_EQ(code_of(without, {"c", true, -1, -1, ""}),
            pipeline::ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED);
  // Made for data channels, which the peer has not.
  SimPeer& b = scene.add_peer({.publishes = true});
  b.call(scene.server.make_endpoint(scene.pipeline, "ECDSA", true));
  EXPECT_EQ(code_of(b.endpoint(), {"c", true, -1, -1, ""}),
            pipeline::ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED);
}

TEST_F(Data, StatsTellOfEachChannel) {
  SimPeer& a = add_peer();
  connect(a.endpoint(), a.endpoint());
  ASSERT_TRUE(connected(a));
  const auto id = open(a, {.label = "counted", .protocol = "p"});
  a.send_message(id, "12345");
  ASSERT_TRUE(run_until([&] { return !a.heard_data().messages.empty(); }));
  const pipeline::Value stats = scene.server.call(a.endpoint(), "getStats", {"DATA"});
  const pipeline::Object* const channel =
      stats.object()->find("data-channel-" + std::to_string(id))->object();
  EXPECT_EQ(*channel->find("label")->string(), "counted");
  EXPECT_EQ(*channel->find("protocol")->string(), "p");
  EXPECT_EQ(*channel->find("state")->string(), "open");
  EXPECT_EQ(*channel->find("messagesReceived")->integer(), 1);
  EXPECT_EQ(*channel->find("bytesReceived")->integer(), 5);
  EXPECT_EQ(*channel->find("messagesSent")->integer(), 1);
  EXPECT_EQ(*stats.object()->find("data-channels")->object()->find("dataChannelsOpened")->integer(), 1);
  EXPECT_EQ(scene.server.call(a.endpoint(), "getStats", {"AUDIO"}).object()->find("data-channels"), nullptr);
}

TEST_F(Data, ServerOffersDataOnRequest) {
  SimPeer& a = scene.add_peer({.publishes = true, .data = true});
  a.be_called(scene.server.make_endpoint(scene.pipeline, "ECDSA", true));
  ASSERT_TRUE(connected(a));
  open(a, {.label = "c"});
  EXPECT_EQ(told(a), Strings{"DataChannelOpened"});
}

TEST_F(Data, GoesBesideMedia) {
  SimPeer& publisher = scene.add_peer({.publishes = true, .data = true});
  publisher.call(scene.server.make_endpoint(scene.pipeline, "ECDSA", true));
  SimPeer& viewer = scene.add_peer({.data = true});
  const std::string endpoint = scene.server.make_endpoint(scene.pipeline, "ECDSA", true);
  scene.server.connect(publisher.endpoint(), endpoint);
  viewer.call(endpoint);
  ASSERT_TRUE(scene.connect());
  ASSERT_TRUE(connected(publisher) && connected(viewer));
  const auto id = open(publisher, {.label = "c"});
  open(viewer, {.label = "c"});
  publisher.start_media();
  for (int i = 0; i < 50; ++i) publisher.send_message(id, std::string(50'000, 'x'));
  ASSERT_TRUE(run_until([&] { return viewer.heard_data().messages.size() == 50; }, 60s));
  scene.drain();
  scene.expect_stream(publisher, viewer);
}

// The server keeps what is under way within bounds, and loses nothing.
TEST_F(Data, SlowestReceiverSetsThePace) {
  SimPeer& a = add_peer();
  PeerOptions slow;
  slow.down.rate_bps = 4'000'000;
  SimPeer& b = add_peer(slow);
  connect(a.endpoint(), b.endpoint());
  ASSERT_TRUE(connected(a) && connected(b));
  const auto id = open(a, {.label = "bulk"});
  open(b, {.label = "bulk"});
  const std::string message(64'000, 'b');
  std::size_t sent = 0;
  const auto fill = [&] {
    while (sent < 160 && a.transport().data()->buffered_bytes() < 256'000) {
      a.send_message(id, message);
      ++sent;
    }
  };
  const Instant begun = scene.network.now();
  ASSERT_TRUE(run_until(
      [&] {
        fill();
        return b.heard_data().messages.size() == 160;
      },
      120s));
  // Ten megabytes at half a megabyte a second; what the buffers take is let in sooner.
  EXPECT_GT(scene.network.now() - begun, 15s);
  EXPECT_LT(scene.network.now() - begun, 60s);
  EXPECT_EQ(texts_of(b), Strings(160, message));
}

TEST_F(Data, LossAndReorderingOnTheWay) {
  PeerOptions rough;
  rough.up = rough.down = {.loss = 0.02, .duplication = 0.01, .jitter = 10ms};
  SimPeer& a = add_peer(rough);
  SimPeer& b = add_peer(rough);
  connect(a.endpoint(), b.endpoint());
  ASSERT_TRUE(connected(a) && connected(b));
  const auto id = open(a, {.label = "c"});
  open(b, {.label = "c"});
  Strings sent;
  for (int i = 0; i < 100; ++i) {
    sent.push_back(std::to_string(i) + std::string(5000, 'x'));
    a.send_message(id, sent.back());
  }
  ASSERT_TRUE(run_until([&] { return b.heard_data().messages.size() == 100; }, 300s));
  EXPECT_EQ(texts_of(b), sent);
}

TEST_F(Data, IdleChannelsCostNoTime) {
  SimPeer& a = add_peer();
  ASSERT_TRUE(connected(a));
  open(a, {.label = "c"});
  scene.run_for(10s);
  scene.expect_calm(60);  // from the start
  scene.run_for(60s);
  scene.expect_calm(2);
  scene.server.release(scene.pipeline);
  EXPECT_EQ(scene.server.shard().deadline(), base::kNever);
}

}  // namespace
}  // namespace kaskado::sim
