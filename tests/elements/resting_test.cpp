// Sessions through which no media goes: what they cost, and how they come back to it.
#include "peers.hpp"

#include "ice/stun.hpp"
#include "pipeline/relayed_source.hpp"
#include "pipeline/remote_element.hpp"
#include "transport/datagram_kind.hpp"

namespace kaskado::elements::test {
namespace {

using transport::DatagramKind;

class RestingSessions : public OneToManyTest {
 protected:
  RestingSessions() {
    wire = [this](const base::SocketAddress& from, base::Bytes datagram) {
      if (from != shard.ports()[0].local) return true;
      const DatagramKind kind = transport::kind_of(datagram);
      const auto message = ice::StunMessage::parse(datagram);
      if (kind == DatagramKind::stun && message.ok() && message->type == ice::StunClass::request) {
        asked.push_back(now());
      }
      if (kind == DatagramKind::rtcp) ++reports;
      return true;
    };
    join();
  }
  void stream(base::Duration span) {
    const Instant end = now() + span;
    for (int i = 0; now() < end; ++i) {
      publisher.send_video(i % 50 == 0);
      run(20ms);
    }
  }
  void forget() {
    asked.clear();
    reports = 0;
  }

  std::vector<Instant> asked;  // for consent, by the server
  int reports = 0;             // RTCP of the server's
};

TEST_F(RestingSessions, AreAskedForConsentAboutEachFifteenSecondsAndToldNothing) {
  stream(5s);
  run(20s);
  forget();
  advances = 0;
  run(300s);
  EXPECT_NEAR(static_cast<double>(asked.size()), 3 * 20, 4);
  EXPECT_EQ(reports, 0);
  EXPECT_LE(advances, asked.size()) << "nothing but consent wakes the shard";
  for (Browser* viewer : viewers) EXPECT_TRUE(viewer->connected());
}

TEST_F(RestingSessions, AreThoseWithoutAnyMediaEver) {
  run(20s);
  forget();
  run(150s);
  EXPECT_NEAR(static_cast<double>(asked.size()), 3 * 10, 3);
  EXPECT_EQ(reports, 0);
}

TEST_F(RestingSessions, AreNotThoseWithMedia) {
  stream(20s);
  forget();
  stream(60s);
  EXPECT_NEAR(static_cast<double>(asked.size()), 3 * 12, 4) << "each 5 s";
  EXPECT_NEAR(reports, 3 * 60, 20) << "each second, to receivers and to the sender";
}

// A viewer's line that begins to carry after a long rest, with nothing from the viewer itself.
TEST_F(RestingSessions, AskForConsentAtOnceWhenMediaComes) {
  run(60s);
  run_until(20s, [&, before = asked.size()] { return asked.size() > before; });
  run_until(20s, [&, before = asked.size()] { return asked.size() > before; });
  run_until(20s, [&, before = asked.size()] { return asked.size() > before; });
  run(8s);  // all three were asked within the last 25 s, and the last one 8 s ago
  forget();
  const Instant began = now();
  stream(100ms);
  EXPECT_EQ(asked.size(), 3u);
  for (const Instant at : asked) EXPECT_LE(at, began + 20ms);
  for (Browser* viewer : viewers) EXPECT_FALSE(viewer->peer.rtp.empty());
  stream(3s);
  EXPECT_GE(reports, 3 * 2) << "reports go again, too";
}

// One ring, from a shard that is not there.
struct OtherShard final : pipeline::ShardNetwork {
  void post(std::size_t, std::size_t, Command) override {}
  std::size_t shards() const override { return 2; }
  pipeline::RelayRing& ring(std::size_t, std::size_t) override { return relayed; }
  pipeline::RelayRing* find_ring(std::size_t from, std::size_t) override { return from == 1 ? &relayed : nullptr; }
  void wake(std::size_t) override {}

  void relay(std::uint32_t to, const rtp::MediaPacket* packet) {
    pipeline::RelaySlot& slot = *relayed.slots.back();
    slot.relay = to;
    slot.kind = packet ? pipeline::RelayKind::packet : pipeline::RelayKind::stream;
    slot.source = {1, 0};
    slot.clock_rate = 90'000;
    slot.formats = std::make_shared<const std::vector<pipeline::MediaFormat>>(
        std::vector{pipeline::test::format(96, "VP8")});
    if (packet) {
      slot.media = *packet;
      slot.media.packet.reset();
      slot.media.source = {1, 0};
      slot.arrived = packet->packet->arrived;
      slot.length = packet->packet->length;
      std::ranges::copy(std::as_const(*packet->packet).span(), slot.bytes);
    }
    relayed.slots.push();
    relayed.signalled = true;
  }

  pipeline::RelayRing relayed;
};

TEST_F(RestingSessions, AskForConsentAtOnceWhenAnotherShardRelaysToThem) {
  OtherShard other;
  shard.join(other, 0);
  shard.objects().adopt(std::make_unique<pipeline::RemoteElement>(
      pipeline::Construction{shard.objects(), &shard, "pipe/far", &kWebRtcEndpointClass}, shard.objects().find("pipe"),
      1, pipeline::RemoteElement::Passing{}));
  auto& far = dynamic_cast<pipeline::MediaElement&>(*shard.objects().find("pipe/far"));
  auto& viewer = dynamic_cast<pipeline::MediaElement&>(*shard.objects().find("viewer0"));
  EXPECT_TRUE(far.connect(&viewer, MediaType::video, {}, {}).ok());
  run(60s);
  run_until(20s, [&, before = asked.size()] { return asked.size() > before + 2; });
  run(8s);
  forget();
  const std::uint32_t relay = dynamic_cast<pipeline::RelayedSource*>(far.source(MediaType::video))->relay();
  rtp::MediaPacket packet = rtp::test::make_media(shard.packets(), pipeline::test::vp8(1, true), now());
  packet.starts_key_frame = true;
  packet.extended_sequence = 70'000;
  other.relay(relay, nullptr);
  other.relay(relay, &packet);
  shard.take_relayed(now());
  run(20ms);
  EXPECT_EQ(viewers[0]->peer.rtp.size(), 1u);
  EXPECT_EQ(asked.size(), 1u);
  release("pipe");
}

TEST_F(RestingSessions, OfASenderThatFellSilentStopReportsAfterSomeSeconds) {
  stream(5s);
  forget();
  run(4s);
  EXPECT_GE(reports, 3 * 2) << "what the last packets were is still told";
  run(6s);
  forget();
  run(20s);
  EXPECT_EQ(reports, 0);
}

TEST_F(RestingSessions, ThatEndWhileTheyWakeLeaveNothing) {
  stream(1s);
  run(60s);
  publisher.send_video(true);
  auto batch = take_batch(publisher);
  shard.on_batch(0, batch, now());
  for (const char* id : {"source", "viewer0", "viewer1"}) release(id);
  EXPECT_TRUE(shard.woken().empty());
  EXPECT_EQ(shard.deadline(), base::kNever);
}

}  // namespace
}  // namespace kaskado::elements::test
