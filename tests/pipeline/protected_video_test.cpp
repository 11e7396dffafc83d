// Video that its sender protects: what is lost comes to viewers without being asked for, and FEC itself does
// not come to them.
#include "rtp/fec_test_support.hpp"
#include "rtp_session_fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

constexpr std::uint8_t kVp8 = 96, kRtx = 97, kRed = 118, kRedRtx = 119, kUlpfec = 120, kFlexfec = 49;
constexpr std::uint32_t kRtxSsrc = 0x71de1, kFlexfecSsrc = 0x71de2;

class ProtectedVideo : public RtpSessionTest {
 protected:
  ProtectedVideo() {
    video_media.codecs[0].receive_rtx_payload_type = video_media.codecs[0].rtx_payload_type = kRtx;
    video_media.fec = {.red = kRed, .red_rtx = kRedRtx, .ulpfec = kUlpfec, .flexfec = kFlexfec};
    video_media.remote_ssrcs = {{.ssrc = kVideoSsrc}, {.ssrc = kRtxSsrc}, {.ssrc = kFlexfecSsrc}};
    video_media.remote_ssrc_groups = {{"FID", {kVideoSsrc, kRtxSsrc}},
                                      {"FEC-FR", {kVideoSsrc, kFlexfecSsrc}}};
    configure();
    sink.configure({.formats = {format(kVp8, "VP8")}, .extensions = {}, .mid = {}});
    sink.bind(&session.source(MediaType::video));
  }

  // A picture in one packet, as it is without RED.
  PacketSpec picture(std::uint16_t sequence, std::uint16_t id, bool key = false) {
    PacketSpec spec = vp8(sequence, key, kVideoSsrc);
    spec.timestamp = id * 3000u;
    spec.marker = true;
    spec.payload = {0x90, 0x80, static_cast<std::uint8_t>(0x80 | id >> 8), static_cast<std::uint8_t>(id),
                    static_cast<std::uint8_t>(key ? 0 : 1)};
    spec.payload.resize(20u + id % 7, static_cast<std::uint8_t>(id));
    return spec;
  }
  Octets octets(const PacketSpec& spec) {
    return rtp::test::octets_of(rtp::test::make_packet(shard.packets(), spec));
  }
  static PacketSpec in_red(PacketSpec spec) {
    spec.payload.insert(spec.payload.begin(), spec.payload_type);
    spec.payload_type = kRed;
    return spec;
  }
  PacketSpec ulpfec(std::uint16_t sequence, const std::vector<PacketSpec>& packets) {
    rtp::test::Group group;
    for (const PacketSpec& spec : packets) group.push_back(octets(spec));
    PacketSpec fec = packets.back();
    fec.sequence = sequence;
    fec.payload_type = kUlpfec;
    fec.payload = rtp::test::ulpfec(group);
    return in_red(fec);
  }
  DropReason take(const PacketSpec& spec) {
    const DropReason drop = receive(spec);
    session.end_run(shard.outbox());
    viewer.take_all(shard.outbox());
    return drop;
  }
  rtp::ReceiveStats stats() { return session.source(MediaType::video).active()->stats(now()); }
  // What the viewer got, by its numbers, from its first one on.
  std::map<int, Octets> seen() const {
    std::map<int, Octets> by_number;
    for (const Heard& heard : viewer.rtp)
      by_number[static_cast<std::uint16_t>(heard.header.sequence.value -
                                           viewer.rtp[0].header.sequence.value)] = heard.payload;
    return by_number;
  }
  void expect_seen(const std::vector<PacketSpec>& pictures) {
    const auto got = seen();
    ASSERT_EQ(got.size(), pictures.size());
    for (std::size_t i = 0; i < pictures.size(); ++i)
      EXPECT_EQ(got.at(static_cast<int>(i)), pictures[i].payload) << i;
    for (const Heard& heard : viewer.rtp) EXPECT_EQ(heard.header.payload_type.value, kVp8);
  }
  std::vector<rtp::Nack> nacks(base::Duration until = 300ms) {
    return messages<rtp::Nack>(advance_to(until));
  }

  Subscriber viewer{5};
  RtpSink sink{shard, viewer.line, MediaType::video};
};

TEST_F(ProtectedVideo, ComesToViewersWithoutRedAndFec) {
  const std::vector<PacketSpec> pictures{picture(10, 1, true), picture(11, 2), picture(13, 3),
                                         picture(14, 4)};
  for (const PacketSpec& spec : {pictures[0], pictures[1]}) EXPECT_EQ(take(in_red(spec)), DropReason::none);
  EXPECT_EQ(take(ulpfec(12, {pictures[0], pictures[1]})), DropReason::none);
  EXPECT_EQ(take(in_red(pictures[2])), DropReason::none);
  EXPECT_EQ(take(pictures[3]), DropReason::none) << "without RED";
  expect_seen(pictures);
  EXPECT_TRUE(nacks().empty());
  EXPECT_EQ(stats().packets, 5u);
  EXPECT_EQ(stats().packets_lost, 0);
  EXPECT_EQ(shard.fec_counters().received, 1u);
  EXPECT_EQ(shard.fec_counters().discarded, 1u);
}

TEST_F(ProtectedVideo, WhatWasLostComesWithTheFecAndIsNotAskedFor) {
  const std::vector<PacketSpec> pictures{picture(10, 1, true), picture(11, 2), picture(12, 3), picture(13, 4),
                                         picture(15, 5)};
  for (const std::size_t i : {0, 1, 3}) take(in_red(pictures[i]));
  EXPECT_EQ(take(ulpfec(14, {pictures[1], pictures[2], pictures[3]})), DropReason::none);
  take(in_red(pictures[4]));
  expect_seen(pictures);
  EXPECT_TRUE(nacks().empty());
  EXPECT_EQ(stats().packets_lost, 0);
  EXPECT_EQ(shard.fec_counters().recovered, 1u);
}

TEST_F(ProtectedVideo, OfSeveralLossesEachFecPacketBringsOne) {
  std::vector<PacketSpec> pictures;
  for (std::uint16_t i = 0; i < 6; ++i)
    pictures.push_back(
        picture(static_cast<std::uint16_t>(10 + i), static_cast<std::uint16_t>(1 + i), i == 0));
  pictures.push_back(picture(18, 7));
  for (const std::size_t i : {0, 1, 4, 5}) take(in_red(pictures[i]));
  take(ulpfec(16, {pictures[0], pictures[2], pictures[4]}));
  take(ulpfec(17, {pictures[1], pictures[3], pictures[5]}));
  take(in_red(pictures[6]));
  expect_seen(pictures);
  EXPECT_EQ(shard.fec_counters().recovered, 2u);
}

// Nobody sends it again; it must not look like a picture that is missing.
TEST_F(ProtectedVideo, FecThatWasLostLeavesNoHole) {
  const std::vector<PacketSpec> pictures{picture(10, 1, true), picture(11, 2), picture(14, 3),
                                         picture(16, 4)};
  take(in_red(pictures[0]));
  take(in_red(pictures[1]));
  // 12 and 13, and then 15.
  take(in_red(pictures[2]));
  take(in_red(pictures[3]));
  expect_seen(pictures);
  EXPECT_TRUE(nacks().empty());
  EXPECT_TRUE(messages<rtp::PictureLossIndication>(advance_to(3s)).empty());
}

TEST_F(ProtectedVideo, FecThatWasLostBeforeOtherFecLeavesNoHole) {
  const std::vector<PacketSpec> pictures{picture(10, 1, true), picture(11, 2), picture(14, 3), picture(15, 4)};
  take(in_red(pictures[0]));
  take(in_red(pictures[1]));
  take(ulpfec(13, {pictures[0], pictures[1]}));  // and 12 is lost
  take(in_red(pictures[2]));
  take(in_red(pictures[3]));
  EXPECT_TRUE(nacks().empty());
  // In its place there is a packet with nothing in it.
  const auto got = seen();
  ASSERT_EQ(got.size(), 5u);
  EXPECT_TRUE(got.at(2).empty());
  for (const int number : {0, 1, 3, 4}) EXPECT_FALSE(got.at(number).empty());
}

TEST_F(ProtectedVideo, FecThatWasLostBeforeALostPictureIsNotAskedForEither) {
  const std::vector<PacketSpec> pictures{picture(10, 1, true), picture(12, 2), picture(13, 3),
                                         picture(15, 4)};
  take(in_red(pictures[0]));
  // 11 was FEC, 12 is lost: which of them is which is not known yet.
  take(in_red(pictures[2]));
  take(ulpfec(14, {pictures[1], pictures[2]}));
  take(in_red(pictures[3]));
  EXPECT_TRUE(nacks().empty());
  // The viewer saw a hole, and gets a packet with nothing in it.
  const auto got = seen();
  ASSERT_EQ(got.size(), 5u);
  EXPECT_TRUE(got.at(1).empty());
  EXPECT_EQ(got.at(2), pictures[1].payload);
  EXPECT_EQ(got.at(4), pictures[3].payload);
}

TEST_F(ProtectedVideo, AHoleThatMayBeAPictureIsAskedFor) {
  take(in_red(picture(10, 1, true)));
  take(in_red(picture(12, 3)));
  const auto asked = nacks(20ms);
  ASSERT_EQ(asked.size(), 1u);
}

TEST_F(ProtectedVideo, PaddingInRedIsLeftOutAsWell) {
  const std::vector<PacketSpec> pictures{picture(10, 1, true), picture(12, 2)};
  take(in_red(pictures[0]));
  PacketSpec padding = picture(11, 1);
  padding.payload_type = kRed;
  padding.payload.clear();
  take(padding);
  take(in_red(pictures[1]));
  expect_seen(pictures);
}

TEST_F(ProtectedVideo, RedIsRetransmittedAsItIs) {
  const std::vector<PacketSpec> pictures{picture(10, 1, true), picture(11, 2), picture(12, 3)};
  take(in_red(pictures[0]));
  take(in_red(pictures[2]));
  PacketSpec again = in_red(pictures[1]);
  again.ssrc = kRtxSsrc;
  again.payload_type = kRedRtx;
  again.sequence = 500;
  again.payload.insert(again.payload.begin(), {0, 11});
  EXPECT_EQ(take(again), DropReason::none);
  expect_seen(pictures);
}

TEST_F(ProtectedVideo, FlexfecIsAStreamOfItsOwn) {
  const std::vector<PacketSpec> pictures{picture(10, 1, true), picture(11, 2), picture(12, 3),
                                         picture(13, 4)};
  for (const std::size_t i : {0, 1, 3}) take(pictures[i]);
  PacketSpec fec = picture(700, 4);
  fec.ssrc = kFlexfecSsrc;
  fec.payload_type = kFlexfec;
  fec.payload =
      rtp::test::flexfec({octets(pictures[1]), octets(pictures[2]), octets(pictures[3])}, kVideoSsrc);
  EXPECT_EQ(take(fec), DropReason::none);
  expect_seen(pictures);
  EXPECT_EQ(streams(MediaType::video), 1u);
  EXPECT_TRUE(nacks().empty());

  fec.payload = rtp::test::flexfec({octets(pictures[1])}, kVideoSsrc + 7);
  EXPECT_EQ(take(fec), DropReason::unknown_ssrc) << "protects a stream that is none of this m-line's";
  fec.payload = {0xff, 0xff};
  EXPECT_EQ(take(fec), DropReason::bad_fec);
}

TEST_F(ProtectedVideo, FlexfecIsKnownByItsPayloadTypeWhereNoSsrcIsNamed) {
  video_media.remote_ssrcs.clear();
  video_media.remote_ssrc_groups.clear();
  configure();
  const std::vector<PacketSpec> pictures{picture(10, 1, true), picture(11, 2)};
  take(pictures[0]);
  PacketSpec fec = picture(700, 4);
  fec.ssrc = kFlexfecSsrc;
  fec.payload_type = kFlexfec;
  fec.payload = rtp::test::flexfec({octets(pictures[0]), octets(pictures[1])}, kVideoSsrc);
  EXPECT_EQ(take(fec), DropReason::none);
  expect_seen(pictures);
}

TEST_F(ProtectedVideo, ThatIsMalformedIsDroppedAndKeepsItsNumber) {
  const std::vector<PacketSpec> pictures{picture(10, 1, true), picture(12, 2)};
  take(in_red(pictures[0]));
  PacketSpec fec = picture(11, 1);
  fec.payload_type = kUlpfec;
  fec.payload = {1, 2, 3};
  EXPECT_EQ(take(in_red(fec)), DropReason::bad_fec);
  take(in_red(pictures[1]));
  expect_seen(pictures);
  PacketSpec red = in_red(picture(13, 3));
  red.payload = {0x80 | kVp8, 0, 0};
  EXPECT_EQ(take(red), DropReason::bad_payload);
}

TEST_F(ProtectedVideo, IsTakenNowhereWhereItWasNotNegotiated) {
  video_media.fec = {};
  configure();
  EXPECT_EQ(receive(in_red(picture(10, 1, true))), DropReason::unknown_payload_type);
}

}  // namespace
}  // namespace kaskado::pipeline::test
