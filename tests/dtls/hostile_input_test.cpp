// What is no DTLS, or not the peer's, must neither end a session nor change it.
#include <gtest/gtest.h>

#include "dtls/record.hpp"
#include "two_peers.hpp"

namespace kaskado::dtls {
namespace {

using base::DropReason;

void expect_alive(TwoPeers& peers) {
  ASSERT_TRUE(peers.both(DtlsState::connected));
  const std::size_t before = peers.received[TwoPeers::server].size();
  ASSERT_TRUE(peers.send(TwoPeers::client, {1, 2, 3}));
  peers.run_until(peers.now() + 1s);
  ASSERT_EQ(peers.received[TwoPeers::server].size(), before + 1);
}

Datagram random_datagram(base::Random& random, std::size_t size) {
  Datagram datagram(size);
  random.fill(datagram);
  return datagram;
}

// Random bytes behind a record header that frames them.
Datagram framed_garbage(base::Random& random, std::uint8_t type, std::uint16_t epoch) {
  Datagram datagram = random_datagram(random, kRecordHeaderBytes + random.below(300));
  datagram[0] = type;
  datagram[1] = 0xfe;
  datagram[2] = 0xfd;
  base::store_u16(datagram.data() + 3, epoch);
  base::store_u16(datagram.data() + 11, static_cast<std::uint16_t>(datagram.size() - kRecordHeaderBytes));
  return datagram;
}

TEST(Record, TellsRecordsFromGarbage) {
  base::SeededRandom random(1);
  const Datagram good = framed_garbage(random, 22, 0);
  EXPECT_TRUE(is_record_sequence(good));
  Datagram twice = good;
  twice.insert(twice.end(), good.begin(), good.end());
  EXPECT_TRUE(is_record_sequence(twice));
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_FALSE(is_record_sequence(base::Bytes{good}.first(length))) << length;
  for (const auto& [at, value] : {std::pair{0, 19}, {0, 24}, {0, 64}, {1, 3}, {2, 0}, {2, 0xfc}}) {
    Datagram bad = good;
    bad[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(value);
    EXPECT_FALSE(is_record_sequence(bad)) << at << " " << value;
  }
}

TEST(HostileInput, GarbageIsDroppedInEveryState) {
  base::SeededRandom random(2);
  TwoPeers peers({});
  const auto drop_garbage = [&] {
    for (std::size_t size = 0; size < 200; ++size) {
      const auto side = size % 2 ? TwoPeers::client : TwoPeers::server;
      EXPECT_EQ(peers.deliver(side, random_datagram(random, size)), DropReason::bad_dtls);
    }
    EXPECT_EQ(peers.deliver(TwoPeers::client, Datagram(base::kMaxDatagramBytes + 1)),
              DropReason::datagram_too_long);
  };
  peers.start();
  drop_garbage();
  peers.run_until(peers.now() + 25ms);
  drop_garbage();
  peers.connect();
  drop_garbage();
  expect_alive(peers);
}

TEST(HostileInput, EveryTruncationOfAHandshakeIsDropped) {
  TwoPeers good({});
  good.connect();
  TwoPeers peers({});
  peers.start();
  const Datagram hello = good.sent()[0];
  for (std::size_t length = 0; length < hello.size(); ++length)
    EXPECT_EQ(peers.deliver(TwoPeers::server,
                            Datagram(hello.begin(), hello.begin() + static_cast<std::ptrdiff_t>(length))),
              DropReason::bad_dtls);
  peers.connect();
  expect_alive(peers);
}

TEST(HostileInput, AnEstablishedSessionIgnoresForgedRecords) {
  base::SeededRandom random(3);
  TwoPeers peers({});
  peers.connect();
  for (int i = 0; i < 2000; ++i) {
    const auto type = static_cast<std::uint8_t>(20 + random.below(4));
    const auto epoch = static_cast<std::uint16_t>(random.below(3));
    peers.deliver(i % 2 ? TwoPeers::client : TwoPeers::server, framed_garbage(random, type, epoch));
  }
  expect_alive(peers);
}

TEST(HostileInput, AnEstablishedSessionIgnoresAPlainAlert) {
  TwoPeers peers({});
  peers.connect();
  for (const std::uint8_t description : {0, 10, 40, 42}) {
    const Datagram alert{21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, description};
    peers.deliver(TwoPeers::server, alert);
    peers.deliver(TwoPeers::client, alert);
  }
  expect_alive(peers);
}

TEST(HostileInput, AnEstablishedSessionIgnoresEveryChangedBit) {
  TwoPeers peers({});
  peers.connect();
  ASSERT_TRUE(peers.send(TwoPeers::client, {1, 2, 3}));
  const Datagram record = peers.sent().back();
  for (std::size_t bit = 0; bit < record.size() * 8; ++bit) {
    Datagram bad = record;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    peers.deliver(TwoPeers::server, bad);
  }
  EXPECT_TRUE(peers.received[TwoPeers::server].empty());
  peers.run_until(peers.now() + 1s);
  EXPECT_EQ(peers.received[TwoPeers::server].size(), 1u) << "the true record came after its forgeries";
  expect_alive(peers);
}

TEST(HostileInput, AReplayedRecordComesOnce) {
  TwoPeers peers({});
  peers.connect();
  ASSERT_TRUE(peers.send(TwoPeers::client, {1, 2, 3}));
  const Datagram record = peers.sent().back();
  for (int i = 0; i < 5; ++i) peers.deliver(TwoPeers::server, record);
  peers.run_until(peers.now() + 1s);
  EXPECT_EQ(peers.received[TwoPeers::server].size(), 1u);
}

TEST(HostileInput, AReplayedHandshakeChangesNothing) {
  TwoPeers peers({});
  peers.connect();
  const std::vector<Datagram> handshake = peers.sent();
  const SrtpKeyMaterial before = *peers[TwoPeers::server].keys();
  for (int round = 0; round < 30; ++round)
    for (const Datagram& datagram : handshake) {
      peers.deliver(TwoPeers::server, datagram);
      peers.deliver(TwoPeers::client, datagram);
    }
  expect_alive(peers);
  EXPECT_EQ(peers[TwoPeers::server].keys()->local_key_room, before.local_key_room);
}

// OpenSSL would keep them until the handshake is over.
TEST(HostileInput, RecordsOfTheNextEpochAreNotHoarded) {
  base::SeededRandom random(4);
  TwoPeers peers({});
  peers.start();
  int kept = 0;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(peers.deliver(TwoPeers::server, framed_garbage(random, 23, 1)), DropReason::bad_dtls);
    kept += peers.deliver(TwoPeers::server, framed_garbage(random, 22, 1)) == DropReason::none;
  }
  EXPECT_EQ(kept, 16);
  peers.connect();
  expect_alive(peers);
}

}  // namespace
}  // namespace kaskado::dtls
