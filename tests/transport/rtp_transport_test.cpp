#include "transport/rtp_transport.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "base/packet.hpp"
#include "base/random.hpp"
#include "rtp/rtp_packet.hpp"

namespace kaskado::transport {
namespace {

using namespace std::chrono_literals;
using base::DropReason;
using Octets = std::vector<std::uint8_t>;

constexpr PeerId kPeer = 3;
constexpr std::uint16_t kRtp = 4;  // our ports' indices
constexpr std::uint16_t kRtcp = 5;

base::SocketAddress at(std::uint16_t port, std::uint8_t host = 9) {
  return base::SocketAddress::v4({192, 0, 2, host}, port);
}

Octets rtp_packet(std::uint32_t ssrc, std::uint16_t sequence, Octets payload = {1, 2, 3, 4},
                  std::uint8_t type = 96) {
  Octets packet(12 + payload.size());
  packet[0] = 0x80;
  packet[1] = type;
  base::store_u16(packet.data() + 2, sequence);
  base::store_u32(packet.data() + 8, ssrc);
  std::copy(payload.begin(), payload.end(), packet.begin() + 12);
  return packet;
}

// An empty receiver report (RFC 3550 §6.4.2).
Octets report(std::uint32_t sender) {
  Octets packet{0x80, 201, 0, 1, 0, 0, 0, 0};
  base::store_u32(packet.data() + 4, sender);
  return packet;
}

srtp::MasterKey key(std::uint8_t seed, srtp::Profile profile = srtp::Profile::aes128_cm_sha1_80) {
  base::SeededRandom random(seed);
  return srtp::generate_master_key(profile, random);
}

struct RtpTransportTest : testing::Test {
  RtpTransport& make(const RtpRemote& remote, std::optional<srtp::MasterKey> own = {},
                     std::uint16_t rtcp_port = kRtcp) {
    transport.emplace(kPeer, RtpTransportConfig{.rtp_port = kRtp, .rtcp_port = rtcp_port, .key = own}, demux);
    transport->set_remote(remote);
    return *transport;
  }
  static RtpRemote fixed() { return {.rtp = at(5000), .rtcp = at(5001)}; }
  static RtpRemote connecting() { return {.connects = true}; }

  Received come(const Octets& bytes, const base::SocketAddress& from, std::uint16_t port = kRtp) {
    base::PacketRef packet = pool.acquire();
    std::copy(bytes.begin(), bytes.end(), packet->bytes);
    packet->length = static_cast<std::uint16_t>(bytes.size());
    const Received received = transport->receive(*packet, {port, from}, now);
    opened = Octets(packet->bytes, packet->bytes + packet->length);
    return received;
  }
  DropReason drop_of(const Octets& bytes, const base::SocketAddress& from, std::uint16_t port = kRtp) {
    return come(bytes, from, port).drop;
  }
  // What goes out where; nothing where the line is closed.
  struct Sent {
    base::Path path;
    Octets bytes;
  };
  std::optional<Sent> send(const Octets& packet) {
    if (!transport->line().is_open()) return std::nullopt;
    outbox.clear();
    const base::MutableBytes slot = outbox.slot();
    std::copy(packet.begin(), packet.begin() + 12, slot.begin());
    const base::Bytes payload = base::Bytes{packet}.subspan(12);
    if (!transport->line().send_rtp(outbox, slot, 12, payload, base::load_u16(packet.data() + 2)))
      return std::nullopt;
    return taken();
  }
  std::optional<Sent> send_report(const Octets& packet) {
    if (!transport->line().is_open()) return std::nullopt;
    outbox.clear();
    const base::MutableBytes slot = outbox.slot();
    std::copy(packet.begin(), packet.end(), slot.begin());
    if (!transport->line().send_rtcp(outbox, slot, packet.size())) return std::nullopt;
    return taken();
  }
  Sent taken() {
    const base::Egress& egress = outbox.pending().front();
    const base::Bytes bytes = std::as_const(outbox).bytes(egress);
    return {egress.path, {bytes.begin(), bytes.end()}};
  }

  base::Instant now{1000s};
  Demux demux;
  base::PacketPool pool{64};
  base::Outbox outbox{4};
  Octets opened;
  std::optional<RtpTransport> transport;
};

TEST_F(RtpTransportTest, SendsInTheClearToWhereTheDescriptionSays) {
  make(fixed());
  const Octets packet = rtp_packet(1, 100);
  const auto sent = send(packet);
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->path, (base::Path{kRtp, at(5000)}));
  EXPECT_EQ(sent->bytes, packet);
  const auto reported = send_report(report(1));
  ASSERT_TRUE(reported);
  EXPECT_EQ(reported->path, (base::Path{kRtcp, at(5001)}));
  EXPECT_EQ(reported->bytes, report(1));
}

TEST_F(RtpTransportTest, ReportsGoOnOnePortWhereThePeerWantsIt) {
  RtpRemote remote = fixed();
  remote.rtcp_mux = true;
  make(remote);
  EXPECT_EQ(send_report(report(1))->path, (base::Path{kRtp, at(5000)}));
  EXPECT_EQ(come(report(7), at(5000)).kind, DatagramKind::rtcp);
  EXPECT_EQ(come(rtp_packet(7, 1), at(5000)).kind, DatagramKind::rtp);
}

TEST_F(RtpTransportTest, AllThatComesToItsPortsIsItsOwn) {
  make(fixed());
  for (const std::uint16_t port : {kRtp, kRtcp}) {
    EXPECT_EQ(demux.find({port, at(1234, 77)}, Octets{0x80, 96}), kPeer);
    EXPECT_EQ(demux.find({port, at(1234, 77)}, Octets{0, 1}), kPeer) << "also what looks like STUN";
  }
  EXPECT_EQ(demux.find({6, at(1234)}, Octets{0x80, 96}), std::nullopt);
  transport.reset();
  EXPECT_EQ(demux.find({kRtp, at(1234)}, Octets{0x80, 96}), std::nullopt);
}

TEST_F(RtpTransportTest, TellsReportsFromMediaByThePort) {
  make(fixed());
  EXPECT_EQ(come(rtp_packet(7, 1), at(5000)).kind, DatagramKind::rtp);
  EXPECT_EQ(come(report(7), at(5001), kRtcp).kind, DatagramKind::rtcp);
  EXPECT_EQ(come(report(7), at(5000)).kind, DatagramKind::rtcp) << "on RTP's port, unasked";
  EXPECT_EQ(come(rtp_packet(7, 2, {}, 0x80 | 70), at(5000)).kind, DatagramKind::rtp) << "no RTCP type";
}

TEST_F(RtpTransportTest, DropsWhatIsNoRtp) {
  make(fixed());
  EXPECT_EQ(drop_of({}, at(5000)), DropReason::unknown_protocol);
  EXPECT_EQ(drop_of({0, 1, 0, 0}, at(5000)), DropReason::unknown_protocol);
  EXPECT_EQ(drop_of({0x80, 96, 0, 1}, at(5000)), DropReason::bad_rtp);
  EXPECT_EQ(drop_of({0x80, 201, 0, 1}, at(5001), kRtcp), DropReason::bad_rtcp);
  EXPECT_FALSE(transport->is_receiving());
}

TEST_F(RtpTransportTest, DropsWhatComesBeforeThePeerIsKnownAndAfterTheEnd) {
  transport.emplace(kPeer, RtpTransportConfig{.rtp_port = kRtp, .rtcp_port = kRtcp}, demux);
  EXPECT_EQ(drop_of(rtp_packet(7, 1), at(5000)), DropReason::unknown_peer);
  EXPECT_FALSE(transport->is_connected());
  EXPECT_EQ(transport->deadline(), base::kNever);
  transport->set_remote(fixed());
  EXPECT_EQ(drop_of(rtp_packet(7, 1), at(5000)), DropReason::none);
  transport->close();
  EXPECT_EQ(drop_of(rtp_packet(7, 2), at(5000)), DropReason::unknown_peer);
  EXPECT_FALSE(transport->line().is_open());
}

TEST_F(RtpTransportTest, APeerThatConnectsIsSentToWhereItsPacketsComeFrom) {
  make(connecting());
  EXPECT_TRUE(transport->is_connected());
  EXPECT_FALSE(transport->line().is_open());
  EXPECT_EQ(drop_of(rtp_packet(7, 1), at(6000)), DropReason::none);
  ASSERT_TRUE(transport->line().is_open());
  EXPECT_EQ(send(rtp_packet(1, 1))->path, (base::Path{kRtp, at(6000)}));
  EXPECT_EQ(send_report(report(1))->path, (base::Path{kRtcp, at(6001)})) << "guessed";
  EXPECT_EQ(drop_of(report(7), at(6200), kRtcp), DropReason::none);
  EXPECT_EQ(send_report(report(1))->path, (base::Path{kRtcp, at(6200)})) << "shown";
  EXPECT_EQ(drop_of(rtp_packet(7, 2), at(6100)), DropReason::none);
  EXPECT_EQ(send(rtp_packet(1, 2))->path, (base::Path{kRtp, at(6100)})) << "it has moved";
}

TEST_F(RtpTransportTest, AStrangerDoesNotTurnTheStream) {
  make(connecting());
  come(rtp_packet(7, 1), at(6000));
  EXPECT_EQ(drop_of(rtp_packet(8, 1), at(6666, 66)), DropReason::rtp_stranger);
  EXPECT_EQ(drop_of(report(8), at(6667, 66), kRtcp), DropReason::rtp_stranger);
  EXPECT_EQ(send(rtp_packet(1, 1))->path.remote, at(6000));
  EXPECT_EQ(send_report(report(1))->path.remote, at(6001));
}

TEST_F(RtpTransportTest, APeerThatOnlyReportsShowsItselfOnTheOnePort) {
  RtpRemote remote = connecting();
  remote.rtcp_mux = true;
  make(remote);
  EXPECT_EQ(drop_of(report(7), at(6000)), DropReason::none);
  EXPECT_EQ(send(rtp_packet(1, 1))->path.remote, at(6000));
}

TEST_F(RtpTransportTest, APeerWithAnAddressKeepsItWhereverItSendsFrom) {
  make(fixed());
  EXPECT_EQ(drop_of(rtp_packet(7, 1), at(6000, 10)), DropReason::none);
  EXPECT_EQ(drop_of(report(7), at(6001, 10), kRtcp), DropReason::none);
  EXPECT_EQ(send(rtp_packet(1, 1))->path.remote, at(5000));
  EXPECT_EQ(send_report(report(1))->path.remote, at(5001));
  EXPECT_EQ(drop_of(rtp_packet(8, 1), at(6666, 66)), DropReason::rtp_stranger);
}

TEST_F(RtpTransportTest, APeerOnHoldIsNotSentTo) {
  make({});
  EXPECT_FALSE(transport->line().is_open());
  EXPECT_EQ(drop_of(rtp_packet(7, 1), at(6000)), DropReason::none);
  EXPECT_FALSE(transport->line().is_open());
}

TEST_F(RtpTransportTest, MediaAndPeerTimeOut) {
  make(fixed());
  EXPECT_FALSE(transport->take_changes().any());
  come(rtp_packet(7, 1), at(5000));
  EXPECT_TRUE(transport->take_changes().media);
  EXPECT_TRUE(transport->is_receiving());
  now += 9s;
  come(report(7), at(5001), kRtcp);
  EXPECT_FALSE(transport->take_changes().any());
  EXPECT_EQ(transport->deadline(), now + RtpTransport::kMediaTimeout);
  const base::Instant last = now;

  now = last + RtpTransport::kMediaTimeout - 1ns;
  transport->advance(now);
  EXPECT_FALSE(transport->take_changes().any());
  now = transport->deadline();
  transport->advance(now);
  EXPECT_TRUE(transport->take_changes().media);
  EXPECT_FALSE(transport->is_receiving());
  EXPECT_TRUE(transport->is_connected());

  EXPECT_EQ(transport->deadline(), last + RtpTransport::kConnectionTimeout);
  now = transport->deadline();
  transport->advance(now);
  EXPECT_TRUE(transport->take_changes().connection);
  EXPECT_FALSE(transport->is_connected());
  EXPECT_EQ(transport->deadline(), base::kNever);

  come(rtp_packet(7, 2), at(5000));
  const RtpTransportChanges changes = transport->take_changes();
  EXPECT_TRUE(changes.media && changes.connection);
  EXPECT_TRUE(transport->is_connected() && transport->is_receiving());
}

TEST_F(RtpTransportTest, APeerThatOnlyReceivesStays) {
  make(fixed());
  transport->advance(now + 1h);
  EXPECT_FALSE(transport->take_changes().any());
  EXPECT_TRUE(transport->is_connected());
}

// Sealed.

struct SealedRtpTest : RtpTransportTest {
  static RtpRemote sealed(std::uint64_t lifetime = srtp::kMaxRtpPackets, srtp::Mki mki = {}) {
    RtpRemote remote = fixed();
    remote.key = srtp::SdesKey{.tag = 1, .master = key(2), .lifetime_packets = lifetime, .mki = mki};
    return remote;
  }
  Octets seal(const Octets& packet) {
    Octets slot(packet.size() + 64);
    std::copy(packet.begin(), packet.begin() + 12, slot.begin());
    slot.resize(peer.seal_rtp(slot, 12, base::Bytes{packet}.subspan(12), base::load_u16(packet.data() + 2)));
    return slot;
  }
  Octets seal_report(Octets packet) {
    const std::size_t length = packet.size();
    packet.resize(length + 64);
    packet.resize(peer.seal_rtcp(packet, length));
    return packet;
  }
  // As a peer does that has announced one.
  static Octets with_mki(Octets sealed, const srtp::Mki& mki) {
    const base::Bytes value = mki.value();
    sealed.insert(sealed.end() - 10, value.begin(), value.end());
    return sealed;
  }
  srtp::SrtpSender peer{key(2)};
};

TEST_F(SealedRtpTest, EachDirectionHasItsOwnKey) {
  make(sealed(), key(1));
  EXPECT_EQ(drop_of(seal(rtp_packet(7, 1)), at(5000)), DropReason::none);
  EXPECT_EQ(opened, rtp_packet(7, 1));
  EXPECT_EQ(drop_of(seal_report(report(7)), at(5001), kRtcp), DropReason::none);
  EXPECT_EQ(opened, report(7));

  srtp::SrtpReceiver ours(key(1));
  auto sent = send(rtp_packet(1, 5));
  ASSERT_TRUE(sent);
  EXPECT_EQ(ours.open_rtp(sent->bytes).drop, DropReason::none);
  sent->bytes.resize(16);
  EXPECT_EQ(sent->bytes, rtp_packet(1, 5));
  auto reported = send_report(report(1));
  EXPECT_EQ(ours.open_rtcp(reported->bytes).length, report(1).size());
}

TEST_F(SealedRtpTest, WhatIsNotThePeersIsDropped) {
  make(sealed(), key(1));
  EXPECT_EQ(drop_of(rtp_packet(7, 1, Octets(20)), at(5000)), DropReason::srtp_authentication);
  EXPECT_EQ(drop_of(report(7), at(5001), kRtcp), DropReason::bad_srtp);
  const Octets good = seal(rtp_packet(7, 2));
  EXPECT_EQ(drop_of(good, at(5000)), DropReason::none);
  EXPECT_EQ(drop_of(good, at(5000)), DropReason::srtp_replay);
}

TEST_F(SealedRtpTest, NoStrangerMovesAPeerThatConnects) {
  RtpRemote remote = sealed();
  remote.connects = true;
  make(remote, key(1));
  EXPECT_NE(drop_of(rtp_packet(7, 1, Octets(20)), at(6666, 66)), DropReason::none);
  come(seal(rtp_packet(7, 1)), at(6000));
  come(rtp_packet(7, 2, Octets(20)), at(6666, 66));
  EXPECT_EQ(send(rtp_packet(1, 1))->path.remote, at(6000));
  come(seal(rtp_packet(8, 900)), at(6100, 10));
  EXPECT_EQ(send(rtp_packet(1, 2))->path.remote, at(6100, 10)) << "it has the key, so it is the peer";
}

TEST_F(SealedRtpTest, OpensPacketsWithAnMki) {
  const srtp::Mki mki{{0, 0, 1, 2}, 4};
  make(sealed(srtp::kMaxRtpPackets, mki), key(1));
  EXPECT_EQ(drop_of(with_mki(seal(rtp_packet(7, 1)), mki), at(5000)), DropReason::none);
  EXPECT_EQ(opened, rtp_packet(7, 1));
  EXPECT_EQ(drop_of(with_mki(seal_report(report(7)), mki), at(5001), kRtcp), DropReason::none);
  EXPECT_EQ(opened, report(7));
  EXPECT_EQ(drop_of(with_mki(seal(rtp_packet(7, 2)), {{9, 9, 9, 9}, 4}), at(5000)),
            DropReason::srtp_authentication);
}

// As GStreamer's and Kurento's examples write "|2^31|1:1" and send none.
TEST_F(SealedRtpTest, OpensPacketsWithoutTheMkiThatWasAnnounced) {
  make(sealed(srtp::kMaxRtpPackets, {{1}, 1}), key(1));
  for (std::uint16_t sequence = 1; sequence < 600; ++sequence) {
    ASSERT_EQ(drop_of(seal(rtp_packet(7, sequence)), at(5000)), DropReason::none) << sequence;
  }
}

TEST_F(SealedRtpTest, SaysWhenAnEighthIsLeftOfThePeersKey) {
  make(sealed(16), key(1));
  transport->take_changes();
  for (std::uint16_t sequence = 1; sequence <= 20; ++sequence) {
    come(seal(rtp_packet(7, sequence)), at(5000));
    EXPECT_EQ(transport->take_changes().key_limit, sequence == 14) << sequence;
  }
  for (int i = 1; i <= 16; ++i) {
    come(seal_report(report(7)), at(5001), kRtcp);
    EXPECT_EQ(transport->take_changes().key_limit, i == 14) << i;
  }
}

TEST_F(SealedRtpTest, SaysWhenAnEighthIsLeftOfItsOwnKey) {
  make(sealed(), key(1));
  const auto seal_at = [&](std::uint64_t index) {
    outbox.clear();
    const base::MutableBytes slot = outbox.slot();
    const Octets packet = rtp_packet(1, static_cast<std::uint16_t>(index));
    std::copy(packet.begin(), packet.begin() + 12, slot.begin());
    return transport->line().send_rtp(outbox, slot, 12, base::Bytes{packet}.subspan(12), index);
  };
  constexpr std::uint64_t kSoft = srtp::kMaxRtpPackets / 8 * 7;
  EXPECT_TRUE(seal_at(kSoft - 1));
  EXPECT_FALSE(transport->take_changes().any());
  EXPECT_TRUE(seal_at(kSoft));
  EXPECT_TRUE(transport->take_changes().key_limit);
  EXPECT_TRUE(seal_at(kSoft + 1));
  EXPECT_FALSE(transport->take_changes().any()) << "once";
  EXPECT_TRUE(seal_at(srtp::kMaxRtpPackets - 1));
  EXPECT_FALSE(seal_at(srtp::kMaxRtpPackets)) << "it is worn out";
}

TEST(EgressLineTest, SendsNothingInTheClearUnlessThatWasAgreed) {
  EgressLine line;
  line.open({kRtp, at(5000)});
  base::Outbox outbox{2};
  base::MutableBytes slot = outbox.slot();
  EXPECT_FALSE(line.send_rtp(outbox, slot, 12, Octets{1}, 1));
  EXPECT_FALSE(line.send_rtcp(outbox, slot, 8));
  line.allow_clear();
  EXPECT_TRUE(line.send_rtp(outbox, slot, 12, Octets{1}, 1));
  EXPECT_EQ(outbox.pending().front().length, 13);
  slot = outbox.slot();
  EXPECT_FALSE(line.send_rtp(outbox, slot, 12, Octets(slot.size() - 11), 2)) << "it does not fit";
}

}  // namespace
}  // namespace kaskado::transport
