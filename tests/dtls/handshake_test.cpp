// Two sessions over a link that loses, doubles and reorders.
#include <gtest/gtest.h>

#include "two_peers.hpp"

namespace kaskado::dtls {
namespace {

void expect_connected(TwoPeers& peers) {
  ASSERT_EQ(peers[TwoPeers::client].state(), DtlsState::connected) << peers[TwoPeers::client].why();
  ASSERT_EQ(peers[TwoPeers::server].state(), DtlsState::connected) << peers[TwoPeers::server].why();
  const SrtpKeyMaterial &client = *peers[TwoPeers::client].keys(), &server = *peers[TwoPeers::server].keys();
  EXPECT_EQ(client.profile_id, server.profile_id);
  EXPECT_EQ(client.local_key_room, server.remote_key_room);
  EXPECT_EQ(client.remote_key_room, server.local_key_room);
  EXPECT_EQ(client.local_salt_room, server.remote_salt_room);
  EXPECT_EQ(client.remote_salt_room, server.local_salt_room);
  EXPECT_NE(client.local_key_room, client.remote_key_room);
}

void expect_data_both_ways(TwoPeers& peers) {
  ASSERT_TRUE(peers.send(TwoPeers::client, {1, 2, 3}));
  ASSERT_TRUE(peers.send(TwoPeers::server, {4, 5}));
  peers.run_until(peers.now() + 1s);
  EXPECT_EQ(peers.received[TwoPeers::server], std::vector<Datagram>{Datagram({1, 2, 3})});
  EXPECT_EQ(peers.received[TwoPeers::client], std::vector<Datagram>{Datagram({4, 5})});
}

TEST(Handshake, ConnectsInTwoRoundTripsWithoutATimer) {
  TwoPeers peers({});
  peers.connect();
  expect_connected(peers);
  EXPECT_EQ(peers.now(), base::Instant{} + 80ms);
  EXPECT_EQ(peers[TwoPeers::client].deadline(), base::kNever);
  EXPECT_EQ(peers[TwoPeers::server].deadline(), base::kNever);
  expect_data_both_ways(peers);
}

TEST(Handshake, FlightsFillDatagramsUpToTheMtu) {
  TwoPeers peers({});
  peers.connect();
  EXPECT_LE(peers.sent().size(), 5u) << "records of one flight share datagrams";
  for (const Datagram& datagram : peers.sent()) EXPECT_LE(datagram.size(), DtlsSession::kDefaultMtuBytes);
}

TEST(Handshake, WorksWithSmallDatagrams) {
  TwoPeers::Options options;
  options.mtu_bytes = 0;  // taken as the smallest
  TwoPeers peers(options);
  peers.connect();
  expect_connected(peers);
  EXPECT_GE(peers.sent().size(), 8u);
  for (const Datagram& datagram : peers.sent()) EXPECT_LE(datagram.size(), 256u);
}

class KeyTypes : public testing::TestWithParam<std::tuple<KeyType, KeyType>> {};

TEST_P(KeyTypes, EveryPairConnects) {
  TwoPeers::Options options;
  const auto [client, server] = GetParam();
  options.certificates[0] = test_certificate(client, 0);
  options.certificates[1] = test_certificate(server, 1);
  options.expects[0] = options.certificates[1]->fingerprint(HashAlgorithm::sha512).value();
  options.expects[1] = options.certificates[0]->fingerprint().value();
  TwoPeers peers(options);
  peers.connect();
  expect_connected(peers);
  expect_data_both_ways(peers);
}

constexpr auto kKeyTypes = {KeyType::ecdsa_p256, KeyType::rsa_2048};
INSTANTIATE_TEST_SUITE_P(All, KeyTypes,
                         testing::Combine(testing::ValuesIn(kKeyTypes), testing::ValuesIn(kKeyTypes)));

std::size_t datagrams_of_a_good_handshake(std::size_t mtu_bytes) {
  TwoPeers::Options options;
  options.mtu_bytes = mtu_bytes;
  TwoPeers peers(options);
  peers.connect();
  return peers.sent().size();
}

TEST(Handshake, SurvivesTheLossOfEachDatagram) {
  for (const std::size_t mtu_bytes : {256, 1200}) {
    const std::size_t count = datagrams_of_a_good_handshake(mtu_bytes);
    for (std::size_t lost = 0; lost < count; ++lost) {
      TwoPeers::Options options;
      options.mtu_bytes = mtu_bytes;
      TwoPeers peers(options);
      peers.loses = [&](std::size_t number, auto...) { return number == lost; };
      peers.connect();
      SCOPED_TRACE(lost);
      expect_connected(peers);
      EXPECT_LE(peers.now(), base::Instant{} + 1s) << "one retransmission after 400 ms mends it";
      expect_data_both_ways(peers);
    }
  }
}

TEST(Handshake, SurvivesTheLossOfEachPairOfDatagrams) {
  const std::size_t count = 8;
  for (std::size_t first = 0; first < count; ++first)
    for (std::size_t second = first + 1; second < count; ++second) {
      TwoPeers peers({});
      peers.loses = [&](std::size_t number, auto...) { return number == first || number == second; };
      peers.connect();
      SCOPED_TRACE(first * 100 + second);
      expect_connected(peers);
      EXPECT_LE(peers.now(), base::Instant{} + 3s);
    }
}

// One side's whole flight, each time it is sent for the first 5 s.
TEST(Handshake, SurvivesALongOutageInEachDirection) {
  for (const auto side : {TwoPeers::client, TwoPeers::server}) {
    TwoPeers peers({});
    peers.loses = [&](std::size_t, TwoPeers::Side from, const Datagram&) {
      return from == side && peers.now() < base::Instant{} + 5s;
    };
    peers.connect();
    expect_connected(peers);
    EXPECT_LE(peers.now(), base::Instant{} + 10s);
  }
}

TEST(Handshake, SurvivesRandomLossDuplicatesAndReordering) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    TwoPeers::Options options;
    options.seed = seed;
    options.link = {.loss = 0.2, .duplication = 0.2, .delay = 10ms, .jitter = 100ms};
    options.mtu_bytes = seed % 2 ? 300 : 1200;
    TwoPeers peers(options);
    peers.connect();
    SCOPED_TRACE(seed);
    expect_connected(peers);
  }
}

TEST(Handshake, GivesUpWhenNobodyAnswers) {
  TwoPeers peers({});
  peers.loses = [](auto...) { return true; };
  peers.start();
  peers.run_until(base::Instant{} + 1h);
  EXPECT_EQ(peers[TwoPeers::client].state(), DtlsState::failed);
  EXPECT_EQ(peers[TwoPeers::client].why(), "the peer does not answer the DTLS handshake");
  EXPECT_EQ(peers[TwoPeers::client].deadline(), base::kNever);
  EXPECT_EQ(peers[TwoPeers::server].state(), DtlsState::connecting)
      << "has heard nothing, waits without a timer";
  EXPECT_LE(peers.sent().size(), 14u);
  EXPECT_GE(peers.now(), base::Instant{} + 20s);
  EXPECT_LE(peers.now(), base::Instant{} + 60s);
}

TEST(Handshake, RetransmitsAfter400MsAndThenLessAndLessOften) {
  TwoPeers peers({});
  std::vector<std::int64_t> sent_ms;
  peers.loses = [&](auto...) {
    sent_ms.push_back(base::to_ms(peers.now().time_since_epoch()));
    return true;
  };
  peers.start();
  peers.run_until(base::Instant{} + 10s);
  EXPECT_EQ(sent_ms, (std::vector<std::int64_t>{0, 400, 1200, 2800, 6000, 9200}));
}

// The last flight is the server's, which is connected before the client has it.
TEST(Handshake, TheServersLastFlightIsSentAgainWhenTheClientAsksForIt) {
  TwoPeers peers({});
  int lost = 0;
  peers.loses = [&](std::size_t, TwoPeers::Side from, const Datagram&) {
    return from == TwoPeers::server && peers[TwoPeers::server].state() == DtlsState::connected && lost++ < 3;
  };
  peers.connect();
  EXPECT_GE(lost, 3);
  expect_connected(peers);
  expect_data_both_ways(peers);
}

TEST(Handshake, DatagramsGoToThePathOfTheCall) {
  TwoPeers peers({});
  const base::Path other{3, base::SocketAddress::v4({198, 51, 100, 7}, 9)};
  peers[TwoPeers::client].start(other, peers.now(), peers.outbox(TwoPeers::client));
  ASSERT_EQ(peers.outbox(TwoPeers::client).pending().size(), 1u);
  EXPECT_EQ(peers.outbox(TwoPeers::client).pending()[0].path, other);
}

}  // namespace
}  // namespace kaskado::dtls
