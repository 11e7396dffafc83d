#include "transport/web_rtc_transport.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "ice/stun_writer.hpp"
#include "memory_link.hpp"

namespace kaskado::transport::test {
namespace {

using base::DropReason;
using dtls::DtlsState;

const Octets kHeader{0x80, 96, 0, 1, 0, 0, 0, 9, 0xca, 0xfe, 0xba, 0xbe};
const Octets kPayload{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
// A receiver report without blocks (RFC 3550 §6.4.2).
const Octets kReport{0x80, 201, 0, 1, 0xca, 0xfe, 0xba, 0xbe};

Octets joined(Octets a, const Octets& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

bool send_rtp(Peer& from, std::uint64_t index) {
  const base::MutableBytes slot = from.outbox.slot();
  std::copy(kHeader.begin(), kHeader.end(), slot.begin());
  base::store_u16(slot.data() + 2, static_cast<std::uint16_t>(index));
  return from.transport->line().send_rtp(from.outbox, slot, kHeader.size(), kPayload, index);
}

bool send_rtcp(Peer& from) {
  const base::MutableBytes slot = from.outbox.slot();
  std::copy(kReport.begin(), kReport.end(), slot.begin());
  return from.transport->line().send_rtcp(from.outbox, slot, kReport.size());
}

// What a peer would send now, sealed.
Octets sealed_rtp(MemoryLink& link, Peer& from, std::uint64_t index) {
  Octets sealed;
  send_rtp(from, index);
  const base::Bytes bytes = std::as_const(from.outbox).bytes(from.outbox.pending().front());
  sealed.assign(bytes.begin(), bytes.end());
  from.outbox.clear();
  link.collect(from);
  return sealed;
}

TEST(WebRtcTransport, ConnectsOverAPlainLink) {
  MemoryLink link;
  ASSERT_TRUE(link.connect());
  EXPECT_LT(link.now() - base::Instant{1000s}, 1s);
  for (Peer* peer : {&link.left, &link.right}) {
    EXPECT_TRUE(peer->changes.ice_state);
    EXPECT_TRUE(peer->changes.selected_pair);
    EXPECT_TRUE(peer->changes.dtls_state);
    EXPECT_EQ(peer->transport->dtls_failure(), "");
  }
  EXPECT_TRUE(link.run(5s, [&] {
    return link.left.ice_state() == ice::IceState::ready && link.right.ice_state() == ice::IceState::ready;
  }));
  EXPECT_EQ(link.past_deadlines, 0);
}

TEST(WebRtcTransport, StaysConnectedByItsOwnTimersAndNeverSpins) {
  MemoryLink link;
  ASSERT_TRUE(link.connect());
  link.run(120s);
  EXPECT_TRUE(link.connected());
  EXPECT_EQ(link.past_deadlines, 0);
}

TEST(WebRtcTransport, RefusesAPeerWithAnotherCertificate) {
  MemoryLink link;
  auto wrong = MemoryLink::description(link.right, dtls::DtlsRole::server);
  wrong.fingerprint = certificate(2)->fingerprint().value();
  link.introduce(wrong, MemoryLink::description(link.left, dtls::DtlsRole::client));
  EXPECT_TRUE(link.run(10s, [&] { return link.left.dtls_state() == DtlsState::failed; }));
  EXPECT_NE(link.left.transport->dtls_failure(), "");
  EXPECT_FALSE(link.left.transport->line().is_open());
  link.run(1s);
  EXPECT_FALSE(link.right.transport->line().is_open());
}

TEST(WebRtcTransport, RefusesCredentialsThatCannotBeUsed) {
  MemoryLink link;
  auto remote = MemoryLink::description(link.right, dtls::DtlsRole::server);
  remote.ice.ufrag.clear();
  EXPECT_FALSE(link.left.transport->set_remote(remote, link.now()));
  EXPECT_EQ(link.left.dtls_state(), DtlsState::idle);
}

TEST(WebRtcTransport, CarriesRtpAndRtcpBothWays) {
  MemoryLink link;
  ASSERT_TRUE(link.connect());
  for (Peer* peer : {&link.left, &link.right}) {
    ASSERT_TRUE(send_rtp(*peer, 1));
    ASSERT_TRUE(send_rtcp(*peer));
    link.collect(*peer);
  }
  link.run(50ms);
  for (const Peer* peer : {&link.left, &link.right}) {
    ASSERT_EQ(peer->rtp.size(), 1u);
    EXPECT_EQ(peer->rtp[0], joined(kHeader, kPayload));
    ASSERT_EQ(peer->rtcp.size(), 1u);
    EXPECT_EQ(peer->rtcp[0], kReport);
  }
}

TEST(WebRtcTransport, CountsWhatComesTooEarlyOrFromElsewhere) {
  MemoryLink link;
  Peer& peer = link.left;
  const auto receive = [&](const Octets& bytes, const base::SocketAddress& from) {
    return peer.transport->receive(*peer.packet_of(bytes), {0, from}, link.now(), peer.outbox);
  };
  const Octets dtls{22, 254, 253, 0, 0};
  const Octets rtp = joined(kHeader, Octets(40));
  EXPECT_EQ(receive(dtls, link.right.local).drop, DropReason::dtls_before_ice);
  EXPECT_EQ(receive(rtp, link.right.local).drop, DropReason::srtp_before_dtls);
  EXPECT_EQ(receive(kReport, link.right.local).drop, DropReason::srtp_before_dtls);
  EXPECT_EQ(receive({0x45, 0, 0, 0}, link.right.local).drop, DropReason::unknown_protocol);
  EXPECT_EQ(receive({}, link.right.local).drop, DropReason::unknown_protocol);
  ASSERT_TRUE(link.connect());
  const auto stranger = address("198.51.100.1", 9);
  EXPECT_EQ(receive(dtls, stranger).drop, DropReason::dtls_wrong_path);
  EXPECT_EQ(receive(sealed_rtp(link, link.right, 1), stranger).drop, DropReason::unknown_peer);
  EXPECT_EQ(receive(rtp, link.right.local).drop, DropReason::srtp_authentication);
  EXPECT_EQ(receive(sealed_rtp(link, link.right, 2), link.right.local).drop, DropReason::none);
}

TEST(WebRtcTransport, DropsWhatIsReplayed) {
  MemoryLink link;
  ASSERT_TRUE(link.connect());
  const Octets sealed = sealed_rtp(link, link.right, 1);
  EXPECT_EQ(link.deliver(link.left, link.right.local, sealed), DropReason::none);
  EXPECT_EQ(link.deliver(link.left, link.right.local, sealed), DropReason::srtp_replay);
}

TEST(WebRtcTransport, SaysGoodbyeAndFallsSilent) {
  MemoryLink link;
  ASSERT_TRUE(link.connect());
  link.left.transport->close(link.now(), link.left.outbox);
  link.collect(link.left);
  EXPECT_FALSE(link.left.transport->line().is_open());
  EXPECT_TRUE(link.run(1s, [&] { return link.right.dtls_state() == DtlsState::closed; }));
  EXPECT_FALSE(link.right.transport->line().is_open());
  int sent = 0;
  link.wire = [&](Datagram&) { return ++sent > 0; };
  link.left.transport->close(link.now(), link.left.outbox);
  link.run(60s);
  EXPECT_EQ(sent, 0);
  EXPECT_EQ(link.past_deadlines, 0);
}

void restart(MemoryLink& link) {
  for (Peer* peer : {&link.left, &link.right}) peer->transport->restart_ice(link.now());
  link.introduce();
}

TEST(WebRtcTransport, GoesOnThroughARestartOfIce) {
  MemoryLink link;
  ASSERT_TRUE(link.connect());
  const std::string before = link.left.transport->local_credentials().ufrag;
  restart(link);
  EXPECT_NE(link.left.transport->local_credentials().ufrag, before);
  EXPECT_TRUE(link.connected());
  std::uint64_t index = 1;
  EXPECT_TRUE(link.run(10s, [&] {
    send_rtp(link.left, index++);
    link.collect(link.left);
    return link.left.ice_state() == ice::IceState::ready && link.right.ice_state() == ice::IceState::ready;
  }));
  link.run(50ms);
  EXPECT_EQ(link.right.rtp.size(), index - 1);
  EXPECT_TRUE(link.connected());
}

TEST(WebRtcTransport, ManyRestartsLeaveTwoUserFragments) {
  MemoryLink link;
  ASSERT_TRUE(link.connect());
  std::vector<std::string> ufrags{link.left.transport->local_credentials().ufrag};
  for (int i = 0; i < 10; ++i) {
    link.left.transport->restart_ice(link.now());
    ufrags.push_back(link.left.transport->local_credentials().ufrag);
  }
  int known = 0;
  for (const std::string& ufrag : ufrags) {
    std::array<std::uint8_t, 256> memory{};
    ice::StunWriter writer(memory, ice::StunClass::request, {});
    writer.username(ufrag, "peer");
    known += link.left.demux.find({}, writer.finish()).has_value();
  }
  EXPECT_EQ(known, 2);  // the newest, and the one whose pair still carries media
}

TEST(WebRtcTransport, KnowsThePathOfAPairInWhateverOrderItsCandidatesCome) {
  MemoryLink link;
  Peer& peer = link.left;
  peer.transport->add_remote_candidate(link.right.candidate(), link.now());
  EXPECT_EQ(peer.demux.paths(), 0u);
  peer.transport->add_local_candidate(peer.candidate(), 3, link.now());
  const Octets answer{1, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(peer.demux.find({3, link.right.local}, answer), 7u);
}

TEST(WebRtcTransport, TheFirstWordsOfAClientAreNotLost) {
  // The server's checks come through late, so that the client's hello comes before the server has a path.
  MemoryLink link;
  int hellos = 0;
  const base::Instant start = link.now();
  link.wire = [&](Datagram& datagram) {
    const bool from_server = datagram.from == link.left.local;
    const bool is_check =
        kind_of(datagram.bytes) == DatagramKind::stun && datagram.bytes[0] == 0 && datagram.bytes[1] == 1;
    hellos += !from_server && kind_of(datagram.bytes) == DatagramKind::dtls && datagram.bytes[13] == 1;
    return !(from_server && is_check && link.now() < start + 200ms);
  };
  link.introduce(MemoryLink::description(link.right, dtls::DtlsRole::server),
                 MemoryLink::description(link.left, dtls::DtlsRole::client));
  ASSERT_TRUE(link.run(10s, [&] { return link.connected(); }));
  EXPECT_EQ(hellos, 1);
}

// A check with the password of `to`, as one comes that claims to be from elsewhere.
Octets check_for(const Peer& to) {
  Octets memory(256);
  ice::StunWriter writer(memory, ice::StunClass::request, {});
  writer.username(to.transport->local_credentials().ufrag, "peer");
  writer.priority(1);
  const auto check = writer.finish(ice::StunKey::short_term(to.transport->local_credentials().password));
  return {check.begin(), check.end()};
}

TEST(WebRtcTransport, AnswersDtlsWhereItHasConsentOnly) {
  MemoryLink link;
  const auto victim = address("198.51.100.1", 9);
  Octets hello;
  int to_victim = 0, to_peer = 0;
  link.wire = [&](Datagram& datagram) {
    if (kind_of(datagram.bytes) != DatagramKind::dtls) return true;
    if (datagram.from == link.right.local) {
      hello = datagram.bytes;
      return false;
    }
    to_victim += datagram.to == victim;
    to_peer += datagram.to == link.right.local;
    return true;
  };
  link.introduce();
  ASSERT_TRUE(link.run(5s, [&] { return !hello.empty() && link.left.dtls_state() == DtlsState::connecting; }));
  EXPECT_EQ(link.deliver(link.left, victim, check_for(link.left)), DropReason::none);
  EXPECT_EQ(link.deliver(link.left, victim, hello), DropReason::none);
  EXPECT_EQ(to_victim, 0);
  EXPECT_GE(to_peer, 1);
}

TEST(WebRtcTransport, AnotherCertificateIsAnotherAssociation) {
  MemoryLink link;
  ASSERT_TRUE(link.connect());
  // The page behind the same address was loaded again: new keys, new certificate.
  link.right.transport = nullptr;
  link.right.certificate_number = 2;
  link.right.transport = std::make_unique<WebRtcTransport>(
      7, WebRtcTransportConfig{certificate(2), ice::IceRole::controlled}, link.right.demux, link.right.random);
  link.left.transport->restart_ice(link.now());
  link.left.changes = {};
  link.introduce();
  EXPECT_FALSE(link.left.transport->line().is_open());
  ASSERT_TRUE(link.run(10s, [&] { return link.connected(); }));
  EXPECT_TRUE(link.left.changes.dtls_state);
  ASSERT_TRUE(send_rtp(link.left, 1));
  link.collect(link.left);
  ASSERT_TRUE(send_rtp(link.right, 1));
  link.collect(link.right);
  link.run(50ms);
  EXPECT_EQ(link.right.rtp.size(), 1u);
  EXPECT_EQ(link.left.rtp.size(), 1u);
}

// Without any restart of ICE, and without waiting for its next check.
TEST(WebRtcTransport, AnotherAssociationBeginsAtOnceOnThePathThatIsThere) {
  MemoryLink link;
  ASSERT_TRUE(link.connect());
  const std::uint32_t before = link.left.transport->associations();
  link.introduce(MemoryLink::description(link.right, dtls::DtlsRole::client),
                 MemoryLink::description(link.left, dtls::DtlsRole::server));
  EXPECT_LE(link.left.transport->deadline(), link.now());
  const base::Instant begun = link.now();
  ASSERT_TRUE(link.run(10s, [&] { return link.connected(); }));
  EXPECT_LT(link.now() - begun, 200ms);
  EXPECT_EQ(link.left.transport->associations(), before + 1);
  EXPECT_EQ(link.past_deadlines, 0);
}

// RFC 7675 §5.2 is about a peer that says goodbye.
TEST(WebRtcTransport, DtlsThatFailsTakesNoConsentBack) {
  MemoryLink link;
  auto wrong = MemoryLink::description(link.right, dtls::DtlsRole::server);
  wrong.fingerprint = certificate(2)->fingerprint().value();
  link.introduce(wrong, MemoryLink::description(link.left, dtls::DtlsRole::client));
  ASSERT_TRUE(link.run(10s, [&] { return link.left.dtls_state() == DtlsState::failed; }));
  EXPECT_TRUE(link.left.ice_state() == ice::IceState::connected || link.left.ice_state() == ice::IceState::ready);
}

TEST(WebRtcTransport, TheSameDescriptionAgainChangesNothing) {
  MemoryLink link;
  ASSERT_TRUE(link.connect());
  link.introduce();
  EXPECT_TRUE(link.connected());
  link.run(1s);
  EXPECT_TRUE(link.connected());
}

TEST(WebRtcTransport, LosesItsLineWithItsConsentAndFindsItAgain) {
  MemoryLink link;
  ASSERT_TRUE(link.connect());
  link.wire = [](Datagram&) { return false; };
  ASSERT_TRUE(link.run(60s, [&] { return !link.left.transport->line().is_open(); }));
  EXPECT_EQ(link.left.ice_state(), ice::IceState::disconnected);
  link.wire = [](Datagram&) { return true; };
  EXPECT_TRUE(link.run(30s, [&] { return link.connected(); }));
  EXPECT_EQ(link.past_deadlines, 0);
}

TEST(EgressLine, SealsNothingThatDoesNotFit) {
  MemoryLink link;
  ASSERT_TRUE(link.connect());
  const Octets long_payload(base::kMaxDatagramBytes + 100);
  base::Outbox& outbox = link.left.outbox;
  const base::MutableBytes slot = outbox.slot();
  std::copy(kHeader.begin(), kHeader.end(), slot.begin());
  EXPECT_FALSE(link.left.transport->line().send_rtp(outbox, slot, kHeader.size(), long_payload, 1));
  EXPECT_FALSE(link.left.transport->line().send_rtcp(outbox, slot.first(8), 8));
  EXPECT_TRUE(outbox.empty());
}

}  // namespace
}  // namespace kaskado::transport::test
