// Which SRTP profile comes of which lists.
#include <gtest/gtest.h>

#include "two_peers.hpp"

namespace kaskado::dtls {
namespace {

using Ids = std::vector<std::uint16_t>;

TwoPeers::Options with_profiles(Ids client, Ids server) {
  TwoPeers::Options options;
  options.profiles[0] = std::move(client);
  options.profiles[1] = std::move(server);
  return options;
}

std::uint16_t agreed(const Ids& client, const Ids& server) {
  TwoPeers peers(with_profiles(client, server));
  peers.connect();
  if (!peers.both(DtlsState::connected) || !peers[TwoPeers::client].keys()) return 0;
  EXPECT_EQ(peers[TwoPeers::client].keys()->profile_id, peers[TwoPeers::server].keys()->profile_id);
  return peers[TwoPeers::server].keys()->profile_id;
}

TEST(SrtpNegotiation, TheServersPreferenceDecides) {
  EXPECT_EQ(agreed({1, 2, 7, 8}, {7, 8, 1, 2}), kSrtpAeadAes128Gcm);
  EXPECT_EQ(agreed({1, 8, 7}, {8, 7, 1}), kSrtpAeadAes256Gcm);
  EXPECT_EQ(agreed({7, 1}, {1, 7}), kSrtpAes128CmSha1_80);
  EXPECT_EQ(agreed({2, 1}, {7, 8, 1, 2}), kSrtpAes128CmSha1_80);
  EXPECT_EQ(agreed({2}, {7, 8, 1, 2}), kSrtpAes128CmSha1_32);
}

TEST(SrtpNegotiation, UnknownIdsAreLeftOut) {
  EXPECT_EQ(agreed({5, 99, 1}, {42, 1}), kSrtpAes128CmSha1_80);
}

TEST(SrtpNegotiation, KeysHaveTheLengthsOfTheProfile) {
  const struct {
    std::uint16_t id;
    std::size_t key_bytes, salt_bytes;
  } rows[] = {{1, 16, 14}, {2, 16, 14}, {7, 16, 12}, {8, 32, 12}};
  for (const auto& row : rows) {
    TwoPeers peers(with_profiles({row.id}, {row.id}));
    peers.connect();
    const SrtpKeyMaterial &client = *peers[TwoPeers::client].keys(),
                          &server = *peers[TwoPeers::server].keys();
    EXPECT_EQ(client.local_key().size(), row.key_bytes);
    EXPECT_EQ(client.remote_salt().size(), row.salt_bytes);
    EXPECT_TRUE(std::ranges::equal(client.local_key(), server.remote_key()));
    EXPECT_TRUE(std::ranges::equal(client.local_salt(), server.remote_salt()));
    EXPECT_TRUE(std::ranges::equal(client.remote_key(), server.local_key()));
    EXPECT_TRUE(std::ranges::equal(client.remote_salt(), server.local_salt()));
    EXPECT_FALSE(std::ranges::equal(client.local_salt(), client.remote_salt()));
  }
}

TEST(SrtpNegotiation, NoneInCommonFailsBothWithAnAlert) {
  TwoPeers peers(with_profiles({7}, {1}));
  peers.connect();
  EXPECT_TRUE(peers.both(DtlsState::failed));
  EXPECT_EQ(peers[TwoPeers::client].why(), "the peer has no SRTP protection profile of ours");
  EXPECT_EQ(peers[TwoPeers::server].why(), "the peer sent an alert: handshake failure");
  EXPECT_FALSE(peers[TwoPeers::client].keys());
}

TEST(SrtpNegotiation, APeerWithoutTheExtensionFailsWhereSrtpIsWanted) {
  TwoPeers peers(with_profiles({}, {7, 1}));
  peers.connect();
  EXPECT_EQ(peers[TwoPeers::server].state(), DtlsState::failed);
  EXPECT_EQ(peers[TwoPeers::server].why(), "the peer has no SRTP protection profile of ours");
  EXPECT_EQ(peers[TwoPeers::client].state(), DtlsState::failed);
}

TEST(SrtpNegotiation, WithoutProfilesTheAssociationCarriesDataOnly) {
  TwoPeers peers(with_profiles({}, {}));
  peers.connect();
  EXPECT_TRUE(peers.both(DtlsState::connected));
  EXPECT_FALSE(peers[TwoPeers::client].keys());
  ASSERT_TRUE(peers.send(TwoPeers::client, {9}));
  peers.run_until(peers.now() + 1s);
  EXPECT_EQ(peers.received[TwoPeers::server].size(), 1u);
}

}  // namespace
}  // namespace kaskado::dtls
