// States, fingerprints, application data and the end of a session.
#include "dtls/session.hpp"

#include <gtest/gtest.h>

#include "two_peers.hpp"

namespace kaskado::dtls {
namespace {

using base::DropReason;

Fingerprint wrong_fingerprint() {
  return test_certificate(KeyType::rsa_2048, 1)->fingerprint().value();
}

TEST(Session, GoesThroughItsStates) {
  TwoPeers peers({});
  EXPECT_TRUE(peers.both(DtlsState::idle));
  EXPECT_EQ(peers[TwoPeers::client].max_application_bytes(), 0u);
  peers.start();
  EXPECT_TRUE(peers.both(DtlsState::connecting));
  EXPECT_FALSE(peers[TwoPeers::client].keys());
  peers.connect();
  EXPECT_TRUE(peers.both(DtlsState::connected));
  EXPECT_TRUE(peers[TwoPeers::client].keys());
  EXPECT_TRUE(peers[TwoPeers::client].why().empty());
}

TEST(Session, SaysWhenItsStateChanges) {
  TwoPeers peers({});
  auto& client = peers[TwoPeers::client];
  EXPECT_TRUE(client.start(peers.path(), peers.now(), peers.outbox(TwoPeers::client)).state_changed);
  EXPECT_FALSE(client.start(peers.path(), peers.now(), peers.outbox(TwoPeers::client)).state_changed);
  EXPECT_EQ(peers.outbox(TwoPeers::client).pending().size(), 1u) << "started once";
}

TEST(Session, AWrongFingerprintFailsTheSideThatSeesItAndTellsTheOther) {
  for (const auto side : {TwoPeers::client, TwoPeers::server}) {
    const auto other = side == TwoPeers::client ? TwoPeers::server : TwoPeers::client;
    TwoPeers::Options options;
    options.expects[side] = wrong_fingerprint();
    TwoPeers peers(options);
    peers.connect();
    EXPECT_EQ(peers[side].state(), DtlsState::failed);
    EXPECT_EQ(peers[side].why(), "the peer's certificate is not the one of its fingerprint");
    EXPECT_EQ(peers[other].state(), DtlsState::failed);
    EXPECT_EQ(peers[other].why(), "the peer sent an alert: bad certificate");
    EXPECT_FALSE(peers[side].keys());
  }
}

TEST(Session, ApplicationDataKeepsItsBoundaries) {
  TwoPeers peers({});
  peers.connect();
  const std::size_t most = peers[TwoPeers::client].max_application_bytes();
  EXPECT_GT(most, 1100u);
  for (const std::size_t size : {std::size_t{1}, std::size_t{500}, most})
    EXPECT_TRUE(peers.send(TwoPeers::client, Datagram(size, 0x5a)));
  EXPECT_FALSE(peers.send(TwoPeers::client, Datagram(most + 1)));
  EXPECT_FALSE(peers.send(TwoPeers::client, Datagram()));
  EXPECT_LE(peers.sent().back().size(), DtlsSession::kDefaultMtuBytes);
  peers.run_until(peers.now() + 1s);
  const auto& received = peers.received[TwoPeers::server];
  ASSERT_EQ(received.size(), 3u);
  EXPECT_EQ(received[0], Datagram(1, 0x5a));
  EXPECT_EQ(received[1], Datagram(500, 0x5a));
  EXPECT_EQ(received[2], Datagram(most, 0x5a));
}

TEST(Session, CarriesManyRecordsOverALossyLink) {
  TwoPeers::Options options;
  options.link = {.loss = 0.1, .duplication = 0.1, .delay = 10ms, .jitter = 30ms};
  TwoPeers peers(options);
  peers.connect();
  ASSERT_TRUE(peers.both(DtlsState::connected));
  for (std::uint8_t i = 0; i < 200; ++i) {
    ASSERT_TRUE(peers.send(TwoPeers::client, Datagram(100, i)));
    peers.pass(5ms);
  }
  peers.run_until(peers.now() + 1s);
  const auto& received = peers.received[TwoPeers::server];
  EXPECT_GT(received.size(), 150u);
  EXPECT_LT(received.size(), 200u) << "lost records are not sent again, and doubled ones come once";
  for (const Datagram& record : received) EXPECT_EQ(record, Datagram(100, record[0]));
}

TEST(Session, UnfetchedApplicationDataIsBounded) {
  TwoPeers peers({});
  peers.connect();
  for (int i = 0; i < 100; ++i)
    peers[TwoPeers::client].send(Datagram(1000, 1), peers.path(), peers.outbox(TwoPeers::client));
  const base::Outbox& sent = peers.outbox(TwoPeers::client);
  for (const base::Egress& egress : sent.pending())
    peers[TwoPeers::server].receive(sent.bytes(egress), peers.path(), peers.now(),
                                    peers.outbox(TwoPeers::server));
  int fetched = 0;
  while (!peers[TwoPeers::server].next_application_data().empty()) ++fetched;
  EXPECT_EQ(fetched, 65);
}

TEST(Session, CloseIsToldToThePeer) {
  for (const auto side : {TwoPeers::client, TwoPeers::server}) {
    TwoPeers peers({});
    peers.connect();
    peers[side].close(peers.path(), peers.now(), peers.outbox(side));
    peers.collect(side);
    EXPECT_EQ(peers[side].state(), DtlsState::closed);
    EXPECT_FALSE(peers[side].keys());
    peers.run_until(peers.now() + 1s);
    EXPECT_TRUE(peers.both(DtlsState::closed));
    EXPECT_FALSE(peers.send(side, {1}));
    EXPECT_EQ(peers[side].deadline(), base::kNever);
  }
}

TEST(Session, CanBeClosedBeforeItIsConnected) {
  TwoPeers peers({});
  peers[TwoPeers::server].close(peers.path(), peers.now(), peers.outbox(TwoPeers::server));
  EXPECT_EQ(peers[TwoPeers::server].state(), DtlsState::closed);
  EXPECT_EQ(
      peers[TwoPeers::server].start(peers.path(), peers.now(), peers.outbox(TwoPeers::server)).state_changed,
      false);
  peers[TwoPeers::client].start(peers.path(), peers.now(), peers.outbox(TwoPeers::client));
  peers[TwoPeers::client].close(peers.path(), peers.now(), peers.outbox(TwoPeers::client));
  EXPECT_EQ(peers[TwoPeers::client].state(), DtlsState::closed);
  EXPECT_EQ(peers[TwoPeers::client].deadline(), base::kNever);
}

TEST(Session, DropsDatagramsOutsideOfItsLife) {
  TwoPeers peers({});
  peers[TwoPeers::client].start(peers.path(), peers.now(), peers.outbox(TwoPeers::client));
  const base::Outbox& outbox = peers.outbox(TwoPeers::client);
  const base::Bytes hello = outbox.bytes(outbox.pending()[0]);
  auto& server = peers[TwoPeers::server];
  EXPECT_EQ(server.receive(hello, peers.path(), peers.now(), peers.outbox(TwoPeers::server)).drop,
            DropReason::dtls_before_ice);
  server.close(peers.path(), peers.now(), peers.outbox(TwoPeers::server));
  EXPECT_EQ(server.receive(hello, peers.path(), peers.now(), peers.outbox(TwoPeers::server)).drop,
            DropReason::bad_dtls);
}

TEST(Session, SessionsShareACertificate) {
  std::vector<std::unique_ptr<TwoPeers>> pairs;
  for (int i = 0; i < 5; ++i) {
    pairs.push_back(std::make_unique<TwoPeers>(TwoPeers::Options{}));
    pairs.back()->connect();
  }
  for (const auto& pair : pairs) EXPECT_TRUE(pair->both(DtlsState::connected));
  for (std::size_t i = 1; i < pairs.size(); ++i)
    EXPECT_NE((*pairs[i])[TwoPeers::client].keys()->local_key_room,
              (*pairs[0])[TwoPeers::client].keys()->local_key_room);
}

}  // namespace
}  // namespace kaskado::dtls
