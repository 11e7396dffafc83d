// How a shard works through batches and deadlines of many peers.
#include "peers.hpp"

namespace kaskado::elements::test {
namespace {

class ShardOfPeers : public OneToManyTest {
 protected:
  // Who is sent something, in order: "viewer 2".
  std::vector<int> destinations() {
    std::vector<int> numbers;
    for (const base::Egress& egress : shard.outbox().pending()) {
      numbers.push_back(egress.path.remote.ip_bytes()[3]);
    }
    shard.outbox().clear();
    return numbers;
  }
  void start() {
    join();
    publisher.send_video(true);
    run(3s);
  }
  std::uint64_t dropped(base::DropReason reason) { return shard.drops().of(reason); }
};

TEST_F(ShardOfPeers, ForwardsWhatOneSenderSentTogetherAsOneRun) {
  start();
  for (int i = 0; i < 3; ++i) publisher.send_video();
  auto batch = take_batch(publisher);
  shard.on_batch(0, batch, now());
  EXPECT_EQ(destinations(), (std::vector<int>{2, 2, 2, 3, 3, 3}));
}

TEST_F(ShardOfPeers, AnotherSenderBetweenEndsTheRun) {
  start();
  publisher.send_video();
  publisher.send_video();
  auto batch = take_batch(publisher);
  viewers[0]->send_rtcp([](rtp::RtcpBuilder& builder) { builder.receiver_report(rtp::Ssrc{1}); });
  auto between = take_batch(*viewers[0]);
  batch.insert(batch.begin() + 1, std::make_move_iterator(between.begin()),
               std::make_move_iterator(between.end()));
  shard.on_batch(0, batch, now());
  EXPECT_EQ(destinations(), (std::vector<int>{2, 3, 2, 3}));
}

TEST_F(ShardOfPeers, StrangersAreCountedAndDisturbNothing) {
  start();
  const std::uint64_t before = dropped(base::DropReason::unknown_peer);
  publisher.send_video();
  publisher.send_video();
  auto batch = take_batch(publisher);
  const Octets noise{0x80, 0x60, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4};
  batch.insert(batch.begin(), received(noise, address("203.0.113.66", 666)));
  batch.insert(batch.begin() + 2, received(noise, address("203.0.113.66", 667)));
  batch.push_back(received({}, address("203.0.113.66", 668)));
  shard.on_batch(0, batch, now());
  EXPECT_EQ(dropped(base::DropReason::unknown_peer), before + 3);
  EXPECT_EQ(destinations(), (std::vector<int>{2, 3, 2, 3}));
  EXPECT_EQ(shard.demux().paths(), 3u);
}

// The address alone does not make a peer: what it has not sealed is dropped.
TEST_F(ShardOfPeers, WhatIsForgedInAPeersNameIsCounted) {
  start();
  const Octets forged{0x80, 0x60, 0, 1, 0, 0, 0, 0,  1,  2,  3,  4,  1,  2,
                      3,    4,    5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
  std::vector<loop::ReceivedDatagram> batch;
  batch.push_back(received(forged, publisher.peer.local));
  shard.on_batch(0, batch, now());
  EXPECT_EQ(dropped(base::DropReason::srtp_authentication), 1u);
  EXPECT_TRUE(destinations().empty());
}

TEST_F(ShardOfPeers, APathIsOfTheSocketItCameThrough) {
  start();
  const std::uint64_t before = dropped(base::DropReason::unknown_peer);
  publisher.send_video();
  auto batch = take_batch(publisher);
  shard.on_batch(1, batch, now());
  EXPECT_EQ(dropped(base::DropReason::unknown_peer), before + 1);
}

// Or a storm of joins would hold up all media of the shard: a handshake costs as much as hundreds of packets.
TEST_F(ShardOfPeers, MediaGoesBetweenHandshakes) {
  start();
  const Octets forged{22, 0xfe, 0xfd, 0, 0};  // a record that is cut off
  const std::uint64_t before = dropped(base::DropReason::bad_dtls);
  const auto handled = [&] { return dropped(base::DropReason::bad_dtls) - before; };
  publisher.send_video();
  auto batch = take_batch(publisher);
  constexpr std::size_t kHandshakes = 5 * pipeline::Shard::kHandshakesPerTurn;
  for (std::size_t i = 0; i < kHandshakes; ++i)
    batch.insert(batch.begin(), received(forged, viewers[0]->peer.local));
  shard.on_batch(0, batch, now());
  EXPECT_EQ(destinations(), (std::vector<int>{2, 3})) << "they stood before it";
  EXPECT_EQ(handled(), pipeline::Shard::kHandshakesPerTurn);
  for (std::size_t turn = 2; turn <= 5; ++turn) {
    EXPECT_EQ(shard.deadline(), now());
    publisher.send_video();
    batch = take_batch(publisher);
    shard.on_batch(0, batch, now());
    EXPECT_EQ(destinations(), (std::vector<int>{2, 3}));
    shard.advance(now());
    EXPECT_EQ(handled(), turn * pipeline::Shard::kHandshakesPerTurn);
  }
  EXPECT_GT(shard.deadline(), now());
}

TEST_F(ShardOfPeers, HandshakesOfOnePeerThatWaitAreBoundedAndLeaveRoomForOthers) {
  start();
  using pipeline::Shard;
  const Octets forged{22, 0xfe, 0xfd, 0, 0};  // a record that is cut off
  std::vector<loop::ReceivedDatagram> batch;
  for (std::size_t i = 0; i < Shard::kMaxHandshakes + 10; ++i) {
    batch.push_back(received(forged, address("203.0.113.66", 666)));
    batch.push_back(received(forged, viewers[0]->peer.local));
  }
  batch.push_back(received(forged, viewers[1]->peer.local));
  shard.on_batch(0, batch, now());
  EXPECT_EQ(dropped(base::DropReason::dtls_backlog),
            Shard::kMaxHandshakes + 10 - Shard::kMaxHandshakesOfOne - Shard::kHandshakesPerTurn);
  const std::size_t waiting = Shard::kMaxHandshakesOfOne + 1;
  for (std::size_t i = 0; i < waiting / Shard::kHandshakesPerTurn; ++i) shard.advance(now());
  EXPECT_EQ(dropped(base::DropReason::bad_dtls), waiting + Shard::kHandshakesPerTurn);
  EXPECT_GT(shard.deadline(), now());
  // Those that have been taken up make room again.
  batch.clear();
  for (std::size_t i = 0; i <= Shard::kHandshakesPerTurn; ++i) batch.push_back(received(forged, viewers[0]->peer.local));
  shard.on_batch(0, batch, now());
  EXPECT_EQ(shard.deadline(), now());
}

TEST_F(ShardOfPeers, AnEmptyBatchIsNothing) {
  shard.on_batch(0, {}, now() + 1s);
  EXPECT_TRUE(shard.outbox().empty());
}

TEST_F(ShardOfPeers, WakesForTheEarliestOfItsSessionsAndForNoneAtTheEnd) {
  EXPECT_EQ(shard.deadline(), base::kNever);
  start();
  for (int i = 0; i < 1000; ++i) {
    const Instant due = shard.deadline();
    ASSERT_GT(due, now()) << "what is due was not done";
    ASSERT_LE(due, now() + 17s);  // silent sessions are asked for their consent about each 15 s
    run_until(20s, [&] { return now() >= due; });
  }
  for (const char* id : {"source", "viewer0", "viewer1"}) shard.objects().release(id);
  EXPECT_EQ(shard.deadline(), base::kNever);
  EXPECT_EQ(shard.demux().paths(), 0u);
}

TEST_F(ShardOfPeers, AdvancesOnlyWhatIsDue) {
  start();
  shard.advance(now());
  EXPECT_TRUE(destinations().empty());
  shard.advance(shard.deadline() - 1ns);
  EXPECT_TRUE(destinations().empty());
}

// A session's place is another's after it: neither its path nor its deadline leads there.
TEST_F(ShardOfPeers, APlaceThatIsFreeGoesToTheNextAndBringsNothingAlong) {
  connect(publisher, source);
  publisher.send_audio();
  auto late = take_batch(publisher);
  release("source");
  run(1s);
  EXPECT_EQ(shard.deadline(), base::kNever);
  WebRtcEndpoint& next = make("next");
  Browser& other = add_browser();
  connect(other, next);
  const std::uint64_t before = dropped(base::DropReason::unknown_peer);
  shard.on_batch(0, late, now());
  EXPECT_EQ(dropped(base::DropReason::unknown_peer), before + 1);
  EXPECT_EQ(next.get_media_state().value(), MediaState::disconnected);
  other.send_audio();
  run(50ms);
  EXPECT_EQ(next.get_media_state().value(), MediaState::connected);
}

TEST_F(ShardOfPeers, ManySessionsComeAndGoWithoutATrace) {
  for (int round = 0; round < 50; ++round) {
    const std::string id = "endpoint" + std::to_string(round);
    WebRtcEndpoint& endpoint = make(id);
    answer_of(endpoint, chrome());
    EXPECT_TRUE(endpoint.gather_candidates().ok());
    if (round >= 3) shard.objects().release("endpoint" + std::to_string(round - 3));
  }
  shard.release_all();
  EXPECT_EQ(shard.objects().size(), 0u);
  EXPECT_EQ(shard.deadline(), base::kNever);
  EXPECT_EQ(shard.demux().paths(), 0u);
  EXPECT_EQ(shard.packets().in_use(), 0u);
}

TEST_F(ShardOfPeers, APublisherThatGoesGivesItsPacketsBack) {
  start();
  for (int i = 0; i < 100; ++i) {
    publisher.send_video(i % 30 == 0);
    run(20ms);
  }
  EXPECT_GT(shard.packets().in_use(), 50u);  // the history that viewers may ask
  release("source");
  EXPECT_EQ(shard.packets().in_use(), 0u);
  run(10s);
  EXPECT_TRUE(viewers[0]->connected());
}

TEST_F(ShardOfPeers, NamesOfStreamsAreNeverUsedTwice) {
  const std::uint32_t first = shard.next_stream_id();
  EXPECT_GT(first, 0u);
  EXPECT_EQ(shard.next_stream_id(), first + 1);
}

}  // namespace
}  // namespace kaskado::elements::test
