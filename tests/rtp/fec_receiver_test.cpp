// What is lost is recovered from FEC, to the byte, and nothing else is.
#include "rtp/fec_receiver.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/random.hpp"
#include "fec_test_support.hpp"
#include "rtp/red.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using base::DropReason;
using test::at;
using test::Group;
using test::Octets;
using namespace std::chrono_literals;

constexpr std::uint32_t kSsrc = 0x1234;
constexpr std::array<ReceivePayload, 1> kPayloads{{{PayloadType{96}, VideoCodec::vp8}}};
constexpr std::uint8_t kAbsSendTimeId = 3, kTransportCcId = 5;

class Fec : public testing::Test {
 protected:
  Fec() {
    extensions_.set(ExtensionKind::abs_send_time, kAbsSendTimeId);
    extensions_.set(ExtensionKind::transport_cc, kTransportCcId);
  }

  // A packet like no other: size, payload, marker, time, sometimes with sources and an extension.
  Octets media(std::uint16_t sequence) {
    test::PacketSpec spec{
        .sequence = sequence, .timestamp = random_.u32(), .ssrc = kSsrc, .marker = random_.below(2) == 0};
    spec.payload.resize(1 + random_.below(1200));
    random_.fill(spec.payload);
    if (random_.below(3) == 0) spec.csrcs = test::hex("00 00 00 07 00 00 00 08");
    if (random_.below(3) == 0) spec.extension = test::hex("be de 00 01 41 02 03 00");
    return test::octets_of(test::make_packet(pool_, spec));
  }
  Group group(std::uint16_t first, std::size_t packets) {
    Group made;
    for (std::size_t i = 0; i < packets; ++i) made.push_back(media(static_cast<std::uint16_t>(first + i)));
    return made;
  }
  base::PacketRef packet_of(const Octets& octets) {
    base::PacketRef packet = pool_.acquire();
    std::ranges::copy(octets, packet->bytes);
    packet->length = static_cast<std::uint16_t>(octets.size());
    packet->arrived = now_;
    return packet;
  }

  void accept(MediaPacket&& packet) {
    const SequenceNumber sequence = packet.header.sequence;
    if (stream_.accept(packet, now_).drop == DropReason::none)
      receiver_.media_came(stream_, stream_.extended(sequence));
  }
  void recover() {
    while (auto packet = receiver_.recover(stream_, extensions_, pool_, now_)) {
      EXPECT_EQ(packet->delivery, Delivery::recovered);
      recovered_[packet->header.sequence.value] = test::octets_of(packet->packet);
      accept(std::move(*packet));
    }
  }
  void come(const Octets& octets) {
    accept(*read_media_packet(packet_of(octets), extensions_));
    recover();
  }
  // All of them but those of the places.
  void come_but(const Group& group, const std::vector<std::size_t>& lost) {
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (std::ranges::find(lost, i) == lost.end()) come(group[i]);
    }
  }
  DropReason protect(const std::optional<FecPacket>& fec, const Octets& payload) {
    EXPECT_TRUE(fec);
    const base::PacketRef packet = packet_of(payload);
    const DropReason drop = receiver_.receive(*fec, packet, {packet->bytes, packet->length}, stream_);
    recover();
    return drop;
  }
  DropReason ulpfec(const Octets& payload) { return protect(parse_ulpfec(payload), payload); }
  DropReason flexfec(const Octets& payload) { return protect(parse_flexfec(payload), payload); }

  base::SeededRandom random_{11};
  base::PacketPool pool_{2048};
  ExtensionMap extensions_;
  base::Instant now_ = at(0s);
  ReceiveStream stream_{{.ssrc = Ssrc{kSsrc}, .payloads = kPayloads}};
  FecCounters counters_;
  FecReceiver receiver_{counters_};
  std::map<std::uint16_t, Octets> recovered_;
};

TEST_F(Fec, EachSingleLossOfAGroupIsRecovered) {
  std::uint16_t first = 100;
  for (const std::size_t size : {1, 2, 7, 16, 48}) {
    for (std::size_t lost = 0; lost < size; ++lost) {
      for (const bool flexible : {false, true}) {
        come(media(first++));  // the stream goes on before and behind
        const Group sent = group(first, size);
        first = static_cast<std::uint16_t>(first + size);
        come_but(sent, {lost});
        recovered_.clear();
        EXPECT_EQ(flexible ? flexfec(test::flexfec(sent, kSsrc)) : ulpfec(test::ulpfec(sent)),
                  DropReason::none);
        ASSERT_EQ(recovered_.size(), 1u) << size << ' ' << lost;
        ASSERT_EQ(recovered_.begin()->second, sent[lost]) << size << ' ' << lost;
      }
    }
  }
  EXPECT_EQ(counters_.recovered, 2u * (1 + 2 + 7 + 16 + 48));
  EXPECT_EQ(counters_.discarded, 0u);
  EXPECT_EQ(receiver_.waiting(), 0u);
  EXPECT_EQ(stream_.stats(now_).packets_lost, 0);
}

TEST_F(Fec, MasksReachOver109Packets) {
  const Group sent = group(1000, 109);
  for (const std::size_t lost : {0, 14, 15, 45, 46, 107}) {
    SCOPED_TRACE(lost);
    const Group pair{sent[lost], sent[108]};
    stream_ = ReceiveStream({.ssrc = Ssrc{kSsrc}, .payloads = kPayloads});
    recovered_.clear();
    come_but(sent, {lost});
    EXPECT_EQ(flexfec(test::flexfec(pair, kSsrc)), DropReason::none);
    EXPECT_EQ(recovered_[static_cast<std::uint16_t>(1000 + lost)], sent[lost]);
  }
}

TEST_F(Fec, BurstsAreRecoveredByPacketsThatProtectWhatIsApart) {
  const Group sent = group(100, 12);
  Group by[3];
  for (std::size_t i = 0; i < sent.size(); ++i) by[i % 3].push_back(sent[i]);
  come_but(sent, {4, 5, 6});
  for (const Group& each : by) ulpfec(test::ulpfec(each));
  ASSERT_EQ(recovered_.size(), 3u);
  for (const std::size_t lost : {4, 5, 6})
    EXPECT_EQ(recovered_[static_cast<std::uint16_t>(100 + lost)], sent[lost]);
}

// Rows and columns: what one has recovered is the last that another waits for.
TEST_F(Fec, OneRecoveryLeadsToTheNext) {
  const Group sent = group(100, 9);
  come_but(sent, {0, 1, 3});
  EXPECT_EQ(ulpfec(test::ulpfec(Group{sent[0], sent[1], sent[2]})), DropReason::none);
  EXPECT_EQ(ulpfec(test::ulpfec(Group{sent[0], sent[3], sent[6]})), DropReason::none);
  EXPECT_TRUE(recovered_.empty());
  EXPECT_EQ(receiver_.waiting(), 2u);
  EXPECT_EQ(ulpfec(test::ulpfec(Group{sent[1], sent[4], sent[7]})), DropReason::none);
  ASSERT_EQ(recovered_.size(), 3u);
  for (const std::size_t lost : {0, 1, 3})
    EXPECT_EQ(recovered_[static_cast<std::uint16_t>(100 + lost)], sent[lost]);
}

TEST_F(Fec, NumbersMayWrapAround) {
  for (std::size_t lost = 0; lost < 8; ++lost) {
    stream_ = ReceiveStream({.ssrc = Ssrc{kSsrc}, .payloads = kPayloads});
    recovered_.clear();
    come(media(65530));
    const Group sent = group(65532, 8);
    come_but(sent, {lost});
    ulpfec(test::ulpfec(sent));
    ASSERT_EQ(recovered_.size(), 1u) << lost;
    EXPECT_EQ(recovered_.begin()->second, sent[lost]);
  }
}

TEST_F(Fec, MayComeBeforeWhatItProtects) {
  come(media(99));
  const Group sent = group(100, 4);
  ulpfec(test::ulpfec(sent));
  EXPECT_EQ(receiver_.waiting(), 1u);
  come(sent[3]);
  come(sent[0]);
  EXPECT_TRUE(recovered_.empty());
  come(sent[1]);
  EXPECT_EQ(recovered_[102], sent[2]);
}

TEST_F(Fec, WithNothingMissingIsDiscarded) {
  const Group sent = group(100, 4);
  come_but(sent, {});
  EXPECT_EQ(ulpfec(test::ulpfec(sent)), DropReason::none);
  EXPECT_EQ(counters_.received, 1u);
  EXPECT_EQ(counters_.discarded, 1u);
  EXPECT_EQ(receiver_.waiting(), 0u);
}

TEST_F(Fec, ARecoveredPacketIsNeitherAskedForNorJitter) {
  come(media(99));
  const Group sent = group(100, 4);
  come_but(sent, {1});
  const auto jitter = stream_.report_block(now_).jitter;
  now_ = at(8ms);
  ulpfec(test::ulpfec(sent));
  EXPECT_EQ(stream_.report_block(now_).jitter, jitter);
  EXPECT_EQ(stream_.stats(now_).packets, 5u);
  EXPECT_EQ(stream_.stats(now_).packets_lost, 0);
  EXPECT_EQ(stream_.report_block(now_).cumulative_lost, 1) << "the path has lost it";
  std::array<std::uint8_t, 1500> slot;
  RtcpBuilder builder(slot);
  stream_.advance(at(500ms), builder);
  EXPECT_TRUE(builder.empty());
}

// The header that brought it is none of what was protected.
TEST_F(Fec, MediaMayHaveComeInRed) {
  const Group sent = group(100, 4);
  for (const std::size_t i : {0, 1, 3}) {
    Octets red = sent[i];
    const auto header = parse_rtp(sent[i]);
    red.insert(red.begin() + header->payload_offset, 96);
    red[1] = static_cast<std::uint8_t>((red[1] & 0x80) | 118);
    MediaPacket packet = *read_media_packet(packet_of(red), extensions_);
    const auto blocks = RedBlocks::parse(packet.payload());
    packet.header.payload_type = blocks->primary().type;
    packet.header.payload_offset =
        static_cast<std::uint16_t>(packet.header.payload_offset + blocks->primary().offset);
    packet.header.payload_length = blocks->primary().length;
    accept(std::move(packet));
  }
  ulpfec(test::ulpfec(sent));
  EXPECT_EQ(recovered_[102], sent[2]);
}

// Where they stand differs from packet to packet, so that they would spoil payloads.
TEST_F(Fec, WhatIsWrittenWhenAPacketLeavesStandsForZeros) {
  const char* const kExtensions[] = {"be de 00 02 32 00 00 00 51 00 00 00", "be de 00 01 51 00 00 00", "",
                                     "be de 00 02 41 09 08 51 00 00 00 00"};
  const char* const kAsSent[] = {"be de 00 02 32 0a 0b 0c 51 01 02 00", "be de 00 01 51 01 03 00", "",
                                 "be de 00 02 41 09 08 51 01 05 00 00"};
  for (std::size_t lost = 0; lost < 4; ++lost) {
    const auto base_sequence = static_cast<std::uint16_t>(100 + 10 * lost);
    Group zeros, sent;
    for (std::uint16_t i = 0; i < 4; ++i) {
      test::PacketSpec spec{.sequence = static_cast<std::uint16_t>(base_sequence + i), .ssrc = kSsrc};
      spec.payload.resize(40 + i);
      random_.fill(spec.payload);
      spec.extension = test::hex(kExtensions[i]);
      zeros.push_back(test::octets_of(test::make_packet(pool_, spec)));
      spec.extension = test::hex(kAsSent[i]);
      sent.push_back(test::octets_of(test::make_packet(pool_, spec)));
    }
    come_but(sent, {lost});
    ulpfec(test::ulpfec(zeros));
    EXPECT_EQ(recovered_[static_cast<std::uint16_t>(base_sequence + lost)], zeros[lost]) << lost;
  }
}

// Its header is another one than that which was protected.
TEST_F(Fec, ARetransmissionEndsTheWaitAndServesForNothingElse) {
  const Group sent = group(100, 4);
  come_but(sent, {1, 2});
  ulpfec(test::ulpfec(sent));
  MediaPacket again = *read_media_packet(packet_of(sent[1]), extensions_);
  again.delivery = Delivery::retransmitted;
  accept(std::move(again));
  recover();
  EXPECT_TRUE(recovered_.empty());
  EXPECT_EQ(receiver_.waiting(), 0u);
  EXPECT_EQ(counters_.discarded, 1u);
}

TEST_F(Fec, LevelsProtectAStretchEach) {
  Group sent;
  for (std::uint16_t i = 0; i < 4; ++i) {
    test::PacketSpec spec{.sequence = static_cast<std::uint16_t>(100 + i), .ssrc = kSsrc};
    spec.payload.resize(i < 2 ? 100u : 30u);
    random_.fill(spec.payload);
    sent.push_back(test::octets_of(test::make_packet(pool_, spec)));
  }
  // All of the first 40 bytes, and the rest of the two that have more.
  const Octets fec = test::ulpfec(100, {{sent, 40}, {{sent[0], sent[1]}, 60}});
  for (const std::size_t lost : {1, 3}) {
    stream_ = ReceiveStream({.ssrc = Ssrc{kSsrc}, .payloads = kPayloads});
    recovered_.clear();
    come_but(sent, {lost});
    ulpfec(fec);
    EXPECT_EQ(recovered_[static_cast<std::uint16_t>(100 + lost)], sent[lost]) << lost;
  }
  // Without the second level half a packet would be left.
  stream_ = ReceiveStream({.ssrc = Ssrc{kSsrc}, .payloads = kPayloads});
  recovered_.clear();
  come_but(sent, {1});
  ulpfec(test::ulpfec(100, {{sent, 40}}));
  EXPECT_TRUE(recovered_.empty());
}

TEST_F(Fec, ThatClaimsMoreThanItHasRecoversNothing) {
  const Group sent = group(100, 3);
  come_but(sent, {1});
  Octets fec = test::ulpfec(sent);
  for (const std::uint16_t length : {0xffff, 0x8000, 1489, 1400}) {
    Octets longer = fec;
    const auto true_length = static_cast<std::uint16_t>(sent[1].size() - 12);
    base::store_u16(&longer[8], static_cast<std::uint16_t>(base::load_u16(&fec[8]) ^ true_length ^ length));
    EXPECT_EQ(ulpfec(longer), DropReason::none);
  }
  EXPECT_TRUE(recovered_.empty());
  EXPECT_EQ(counters_.discarded, 4u);
  // Of a length that leaves no room for its own header.
  Octets shorter = fec;
  base::store_u16(&shorter[8], static_cast<std::uint16_t>(base::load_u16(&fec[8]) ^ (sent[1].size() - 12)));
  shorter[0] ^= 0x0f;
  ulpfec(shorter);
  EXPECT_TRUE(recovered_.empty());
}

TEST_F(Fec, OfFarAwayNumbersIsBad) {
  for (std::uint16_t i = 0; i < 700; ++i) come(media(static_cast<std::uint16_t>(1000 + i)));
  for (const std::uint16_t first : {3000, 40'000, 1000}) {
    Group strange{media(first)};
    EXPECT_EQ(ulpfec(test::ulpfec(strange)), DropReason::bad_fec) << first;
  }
  EXPECT_EQ(counters_.discarded, 3u);
  EXPECT_TRUE(recovered_.empty());
}

TEST_F(Fec, ThatWaitsIsBounded) {
  come(media(100));
  const std::size_t before = pool_.in_use();
  for (std::uint16_t i = 0; i < 200; ++i) {
    const Group pair = group(static_cast<std::uint16_t>(102 + i), 2);
    ulpfec(test::ulpfec(pair));
    ASSERT_LE(receiver_.waiting(), FecReceiver::kMostWaiting);
  }
  EXPECT_EQ(pool_.in_use(), before + FecReceiver::kMostWaiting);
  EXPECT_EQ(counters_.discarded, 200 - FecReceiver::kMostWaiting);
  receiver_.expire(now_ + FecReceiver::kMostAge - 1ms);
  EXPECT_EQ(receiver_.waiting(), FecReceiver::kMostWaiting);
  receiver_.expire(now_ + FecReceiver::kMostAge);
  EXPECT_EQ(receiver_.waiting(), 0u);
  EXPECT_EQ(pool_.in_use(), before);
}

TEST_F(Fec, OfBeforeARestartIsOfNoUse) {
  const Group sent = group(100, 4);
  come_but(sent, {1, 2});
  ulpfec(test::ulpfec(sent));
  come(media(30'000));
  come(media(30'001));
  come(sent[1]);
  EXPECT_TRUE(recovered_.empty());
}

// Whatever is lost of a long stream with reordering: what is recovered is what was sent.
TEST_F(Fec, RecoversTheTruthUnderRandomLoss) {
  std::map<std::uint16_t, Octets> all;
  come(media(63'999));
  std::uint16_t next = 64'000;
  std::size_t lost = 0;
  for (int frame = 0; frame < 400; ++frame) {
    now_ += 33ms;
    const Group sent = group(next, 1 + random_.below(12));
    next = static_cast<std::uint16_t>(next + sent.size());
    std::vector<std::size_t> gone;
    for (std::size_t i = 0; i < sent.size(); ++i) {
      all[test::sequence_of(sent[i])] = sent[i];
      if (random_.below(8) == 0) gone.push_back(i);
    }
    lost += gone.size();
    come_but(sent, gone);
    Group odd, even;
    for (std::size_t i = 0; i < sent.size(); ++i) (i % 2 ? odd : even).push_back(sent[i]);
    for (const Group& each : {even, odd}) {
      if (each.empty() || random_.below(8) == 0) continue;
      random_.below(2) ? ulpfec(test::ulpfec(each)) : flexfec(test::flexfec(each, kSsrc));
    }
  }
  EXPECT_GT(counters_.recovered, lost / 2);
  EXPECT_LT(counters_.recovered, lost);
  for (const auto& [sequence, octets] : recovered_) ASSERT_EQ(octets, all[sequence]);
}

}  // namespace
}  // namespace kaskado::rtp
