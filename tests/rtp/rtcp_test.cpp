#include <gtest/gtest.h>

#include "base/random.hpp"
#include "rtp/rtcp_builder.hpp"
#include "rtp/rtcp_reader.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using test::hex;
using test::Octets;

template <typename T>
T only(base::Bytes bytes) {
  RtcpReader reader(bytes);
  auto message = reader.next();
  EXPECT_TRUE(message && std::holds_alternative<T>(*message));
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.malformed());
  return std::get<T>(*message);
}

bool malformed(const std::string& text) {
  const Octets bytes = hex(text);
  RtcpReader reader(bytes);
  int messages = 0;
  while (reader.next()) ++messages;
  return reader.malformed() && messages == 0;
}

Octets octets(base::Bytes bytes) {
  return Octets(bytes.begin(), bytes.end());
}

class Rtcp : public ::testing::Test {
 protected:
  std::array<std::uint8_t, 1500> slot_{};
  RtcpBuilder builder_{slot_};
};

// RFC 3550 §6.4.1
TEST_F(Rtcp, SenderReportIsReadAndWritten) {
  const Octets bytes =
      hex("81 c8 00 0c 00 00 00 01 11 22 33 44 55 66 77 88 00 00 03 e8 00 00 00 0a 00 00 04 00"
          "00 00 00 02 40 ff ff fe 00 01 00 05 00 00 00 07 aa bb cc dd 00 01 80 00");
  const auto report = only<SenderReport>(bytes);
  EXPECT_EQ(report.sender, Ssrc{1});
  EXPECT_EQ(report.info.ntp.value, 0x1122334455667788u);
  EXPECT_EQ(report.info.rtp.value, 1000u);
  EXPECT_EQ(report.info.packets, 10u);
  EXPECT_EQ(report.info.payload_bytes, 1024u);
  ASSERT_EQ(report.blocks.size(), 1u);
  const ReportBlock block = report.blocks[0];
  EXPECT_EQ(block.ssrc, Ssrc{2});
  EXPECT_EQ(block.fraction_lost, 0x40);
  EXPECT_EQ(block.cumulative_lost, -2);
  EXPECT_EQ(block.extended_highest_sequence, 0x10005u);
  EXPECT_EQ(block.jitter, 7u);
  EXPECT_EQ(block.last_sender_report, 0xaabbccddu);
  EXPECT_EQ(block.delay_since_last_sender_report, 0x18000u);
  EXPECT_TRUE(builder_.sender_report(report.sender, report.info, std::array{block}));
  EXPECT_EQ(octets(builder_.written()), bytes);
}

TEST_F(Rtcp, ReceiverReportIsReadPastProfileExtensions) {
  const auto report = only<ReceiverReport>(hex("80 c9 00 03 00 00 00 05 01 02 03 04 05 06 07 08"));
  EXPECT_EQ(report.sender, Ssrc{5});
  EXPECT_TRUE(report.blocks.empty());
}

TEST_F(Rtcp, ReportsOfMoreThanThirtyOneBlocksGoOnInAnother) {
  std::vector<ReportBlock> blocks(40);
  for (std::uint32_t i = 0; i < 40; ++i) blocks[i].ssrc = Ssrc{i};
  ASSERT_TRUE(builder_.sender_report(Ssrc{9}, {}, blocks));
  RtcpReader reader(builder_.written());
  const auto first = reader.next();
  const auto second = reader.next();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(std::get<SenderReport>(*first).blocks.size(), 31u);
  EXPECT_EQ(std::get<ReceiverReport>(*second).blocks.size(), 9u);
  EXPECT_EQ(std::get<ReceiverReport>(*second).blocks[8].ssrc, Ssrc{39});
  EXPECT_FALSE(reader.next());
}

TEST_F(Rtcp, CumulativeLossSaturates) {
  builder_.receiver_report(Ssrc{1}, std::array{ReportBlock{.cumulative_lost = 0x1000000},
                                               ReportBlock{.cumulative_lost = -0x1000000}});
  const auto report = only<ReceiverReport>(builder_.written());
  EXPECT_EQ(report.blocks[0].cumulative_lost, 0x7fffff);
  EXPECT_EQ(report.blocks[1].cumulative_lost, -0x800000);
}

// RFC 3550 §6.5
TEST_F(Rtcp, SourceDescriptionsGiveTheCnameOfAChunk) {
  // Chunk 1: NOTE "x" and CNAME "ab"; chunk 2: CNAME "c".
  const Octets bytes =
      hex("82 ca 00 06 00 00 00 01 07 01 78 01 02 61 62 00 00 00 00 02 01 01 63 00 00 00 00 00");
  const auto description = only<SourceDescription>(bytes);
  EXPECT_EQ(description.cname_of(Ssrc{1}), "ab");
  EXPECT_EQ(description.cname_of(Ssrc{2}), "c");
  EXPECT_EQ(description.cname_of(Ssrc{3}), "");
  EXPECT_EQ(only<SourceDescription>(hex("81 ca 00 02 00 00 00 01 01 f0 61 62")).cname_of(Ssrc{1}), "");
}

TEST_F(Rtcp, CnameIsWrittenForEachAlignment) {
  for (std::size_t length = 0; length < 9; ++length) {
    std::array<std::uint8_t, 64> slot;
    RtcpBuilder builder(slot);
    const std::string name(length, 'n');
    ASSERT_TRUE(builder.cname(Ssrc{7}, name));
    EXPECT_EQ(builder.written().size() % 4, 0u);
    EXPECT_EQ(builder.written().back(), 0);
    EXPECT_EQ(only<SourceDescription>(builder.written()).cname_of(Ssrc{7}), name);
  }
}

// RFC 3550 §6.6
TEST_F(Rtcp, GoodbyeNamesSourcesAndReason) {
  ASSERT_TRUE(builder_.goodbye(std::array{Ssrc{1}, Ssrc{2}}, "teardown"));
  EXPECT_EQ(octets(builder_.written()),
            hex("82 cb 00 05 00 00 00 01 00 00 00 02 08 74 65 61 72 64 6f 77 6e 00 00 00"));
  const auto goodbye = only<Goodbye>(builder_.written());
  ASSERT_EQ(goodbye.sources.size(), 2u);
  EXPECT_EQ(goodbye.sources[1], Ssrc{2});
  EXPECT_EQ(goodbye.reason, "teardown");
  EXPECT_EQ(only<Goodbye>(hex("80 cb 00 00")).sources.size(), 0u);
}

// RFC 3550 §6.7
TEST_F(Rtcp, ApplicationMessagesAreRead) {
  const Octets bytes = hex("83 cc 00 03 00 00 00 01 6b 61 73 6b 01 02 03 04");
  const auto message = only<ApplicationMessage>(bytes);
  EXPECT_EQ(message.subtype, 3);
  EXPECT_EQ(message.name, "kask");
  EXPECT_EQ(message.data.size(), 4u);
}

// RFC 4585 §6.2.1
TEST_F(Rtcp, NackPacksSequencesIntoBitmasks) {
  const std::array<SequenceNumber, 6> lost{{{65534}, {65535}, {0}, {14}, {15}, {100}}};
  EXPECT_EQ(builder_.nack(Ssrc{1}, Ssrc{2}, lost), 6u);
  EXPECT_EQ(octets(builder_.written()),
            hex("81 cd 00 05 00 00 00 01 00 00 00 02 ff fe 80 03 00 0f 00 00 00 64 00 00"));
  const Nack nack = only<Nack>(builder_.written());
  EXPECT_EQ(nack.media(), Ssrc{2});
  std::vector<std::uint16_t> read;
  for (const SequenceNumber sequence : nack) read.push_back(sequence.value);
  EXPECT_EQ(read, (std::vector<std::uint16_t>{65534, 65535, 0, 14, 15, 100}));
}

TEST_F(Rtcp, NackTakesAsManyAsFit) {
  std::array<std::uint8_t, 20> slot;
  RtcpBuilder builder(slot);
  const std::array<SequenceNumber, 4> lost{{{1}, {100}, {101}, {200}}};
  EXPECT_EQ(builder.nack(Ssrc{1}, Ssrc{2}, lost), 3u);
  EXPECT_EQ(builder.nack(Ssrc{1}, Ssrc{2}, std::span(lost).last(1)), 0u);
  EXPECT_EQ(builder.written().size(), 20u);
}

TEST_F(Rtcp, NackRoundTripsForAnySetOfLosses) {
  base::SeededRandom random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<SequenceNumber> lost;
    std::uint16_t sequence = static_cast<std::uint16_t>(random.u32());
    for (std::uint32_t i = 0; i <= random.below(100); ++i)
      lost.push_back({sequence = static_cast<std::uint16_t>(sequence + 1 + random.below(20))});
    std::array<std::uint8_t, 1500> slot;
    RtcpBuilder builder(slot);
    ASSERT_EQ(builder.nack(Ssrc{1}, Ssrc{2}, lost), lost.size());
    std::vector<SequenceNumber> read;
    for (const SequenceNumber s : only<Nack>(builder.written())) read.push_back(s);
    EXPECT_EQ(read, lost);
  }
}

// RFC 4585 §6.3.1
TEST_F(Rtcp, PictureLossIsTwelveBytes) {
  ASSERT_TRUE(builder_.picture_loss(Ssrc{1}, Ssrc{2}));
  EXPECT_EQ(octets(builder_.written()), hex("81 ce 00 02 00 00 00 01 00 00 00 02"));
  EXPECT_EQ(only<PictureLossIndication>(builder_.written()).media, Ssrc{2});
}

// RFC 5104 §4.3.1.1
TEST_F(Rtcp, FullIntraNamesItsMediaInTheCommand) {
  ASSERT_TRUE(builder_.full_intra(Ssrc{1}, Ssrc{2}, 9));
  EXPECT_EQ(octets(builder_.written()), hex("84 ce 00 04 00 00 00 01 00 00 00 00 00 00 00 02 09 00 00 00"));
  const auto request = only<FullIntraRequest>(builder_.written());
  ASSERT_EQ(request.commands.size(), 1u);
  EXPECT_EQ(request.commands[0].media, Ssrc{2});
  EXPECT_EQ(request.commands[0].command_number, 9);
}

// draft-alvestrand-rmcat-remb-03 §2.2
TEST_F(Rtcp, RembCarriesMantissaAndExponent) {
  ASSERT_TRUE(builder_.remb(Ssrc{1}, 1'000'000, std::array{Ssrc{2}, Ssrc{3}}));
  // 1 000 000 = 250 000 · 2^2
  EXPECT_EQ(octets(builder_.written()),
            hex("8f ce 00 06 00 00 00 01 00 00 00 00 52 45 4d 42 02 0b d0 90 00 00 00 02 00 00 00 03"));
  const auto remb = only<Remb>(builder_.written());
  EXPECT_EQ(remb.bitrate_bps, 1'000'000u);
  ASSERT_EQ(remb.media.size(), 2u);
  EXPECT_EQ(remb.media[1], Ssrc{3});
}

TEST_F(Rtcp, RembIsExactToEighteenBitsAndRoundsDown) {
  base::SeededRandom random(3);
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t bitrate = random.u64() >> random.below(64);
    std::array<std::uint8_t, 64> slot;
    RtcpBuilder builder(slot);
    ASSERT_TRUE(builder.remb(Ssrc{1}, bitrate, {}));
    const std::uint64_t read = only<Remb>(builder.written()).bitrate_bps;
    const int exponent = std::max(0, static_cast<int>(std::bit_width(bitrate)) - 18);
    EXPECT_EQ(read, bitrate >> exponent << exponent);
  }
  for (const std::uint64_t exact : {std::uint64_t{0}, std::uint64_t{0x3ffff}, std::uint64_t{0x3ffff} << 46}) {
    std::array<std::uint8_t, 64> slot;
    RtcpBuilder builder(slot);
    builder.remb(Ssrc{1}, exact, {});
    EXPECT_EQ(only<Remb>(builder.written()).bitrate_bps, exact);
  }
}

TEST_F(Rtcp, RembThatOverflowsSaturates) {
  EXPECT_EQ(only<Remb>(hex("8f ce 00 04 00 00 00 01 00 00 00 00 52 45 4d 42 00 ff ff ff")).bitrate_bps,
            UINT64_MAX);
  EXPECT_EQ(only<Remb>(hex("8f ce 00 04 00 00 00 01 00 00 00 00 52 45 4d 42 00 fc 00 00")).bitrate_bps, 0u);
}

TEST_F(Rtcp, ReadsACompoundInOrderAndSkipsWhatItDoesNotKnow) {
  builder_.receiver_report(Ssrc{1});
  builder_.cname(Ssrc{1}, "me");
  const std::size_t xr = builder_.begin(RtcpType::extended_report, 0);
  builder_.writer().u32(1);
  builder_.end(xr);
  builder_.picture_loss(Ssrc{1}, Ssrc{2});
  RtcpReader reader(builder_.written());
  EXPECT_TRUE(std::holds_alternative<ReceiverReport>(*reader.next()));
  EXPECT_TRUE(std::holds_alternative<SourceDescription>(*reader.next()));
  const auto other = reader.next();
  EXPECT_EQ(std::get<OtherRtcp>(*other).type, 207);
  EXPECT_TRUE(std::holds_alternative<PictureLossIndication>(*reader.next()));
  EXPECT_FALSE(reader.next());
  EXPECT_FALSE(reader.malformed());
}

TEST_F(Rtcp, PaddingIsTakenAway) {
  EXPECT_EQ(only<ReceiverReport>(hex("a0 c9 00 02 00 00 00 01 00 00 00 04")).sender, Ssrc{1});
  EXPECT_TRUE(malformed("a0 c9 00 02 00 00 00 01 00 00 00 00"));  // of no bytes
  EXPECT_TRUE(malformed("a0 c9 00 02 00 00 00 01 00 00 00 0c"));  // of more than there are
  EXPECT_TRUE(malformed("a0 c9 00 02 00 00 00 01 00 00 00 08"));  // leaves half a report
}

// Chromium fills up its feedback so, and may put several packets of it into one datagram.
TEST_F(Rtcp, PaddingOfLessThanAWordAndBeforeOthersIsTakenAway) {
  const char* const padded = "af cd 00 05 00 00 00 01 00 00 00 02 00 09 00 01 00 00 01 00 20 01 04 01";
  EXPECT_EQ(only<TransportFeedback>(hex(padded)).statuses.size(), 3u);
  const Octets both = hex(std::string(padded) + " 80 c9 00 01 00 00 00 07");
  RtcpReader reader(both);
  EXPECT_EQ(std::get<TransportFeedback>(*reader.next()).base_sequence, 9);
  EXPECT_EQ(std::get<ReceiverReport>(*reader.next()).sender, Ssrc{7});
}

TEST_F(Rtcp, HostileLengthsAndCountsAreMalformed) {
  EXPECT_TRUE(malformed("80"));
  EXPECT_TRUE(malformed("80 c9 00"));
  EXPECT_TRUE(malformed("40 c9 00 01 00 00 00 01"));                          // version
  EXPECT_TRUE(malformed("80 c9 ff ff 00 00 00 01"));                          // longer than the datagram
  EXPECT_TRUE(malformed("81 c9 00 01 00 00 00 01"));                          // a block that is not there
  EXPECT_TRUE(malformed("80 c8 00 01 00 00 00 01"));                          // half a sender report
  EXPECT_TRUE(malformed("9f cb 00 01 00 00 00 01"));                          // 31 sources promised
  EXPECT_TRUE(malformed("81 cb 00 02 00 00 00 01 09 61 62 63"));              // a reason that runs over
  EXPECT_TRUE(malformed("81 cd 00 02 00 00 00 01 00 00 00 02"));              // a NACK of nothing
  EXPECT_TRUE(malformed("84 ce 00 03 00 00 00 01 00 00 00 02 00 00 00 03"));  // half a FIR command
  EXPECT_TRUE(malformed("81 ce 00 01 00 00 00 01"));                          // a PLI without media
  EXPECT_TRUE(
      malformed("8f ce 00 04 00 00 00 01 00 00 00 00 52 45 4d 42 02 0b d0 90"));  // REMB SSRCs missing
  EXPECT_TRUE(malformed("8f cd 00 03 00 00 00 01 00 00 00 02 00 01 00 01"));      // feedback cut short
  EXPECT_TRUE(malformed("80 cc 00 01 00 00 00 01"));                              // APP without a name
}

TEST_F(Rtcp, AMalformedBodyDoesNotHideTheNextMessage) {
  const Octets bytes = hex("81 c9 00 01 00 00 00 01 81 ce 00 02 00 00 00 01 00 00 00 02");
  RtcpReader reader(bytes);
  EXPECT_TRUE(std::holds_alternative<PictureLossIndication>(*reader.next()));
  EXPECT_TRUE(reader.malformed());
}

TEST_F(Rtcp, WritesNothingWhereAMessageDoesNotFit) {
  for (std::size_t size = 0; size < 40; ++size) {
    std::array<std::uint8_t, 40> slot;
    const auto fresh = [&] { return RtcpBuilder(std::span(slot).first(size)); };
    const auto check = [&](RtcpBuilder builder, bool written, std::size_t needed) {
      EXPECT_EQ(written, size >= needed) << size;
      EXPECT_EQ(builder.written().size(), written ? needed : 0);
    };
    RtcpBuilder builder = fresh();
    bool written = builder.sender_report(Ssrc{1}, {});
    check(builder, written, 28);
    written = (builder = fresh()).receiver_report(Ssrc{1}, std::array{ReportBlock{}});
    check(builder, written, 32);
    written = (builder = fresh()).cname(Ssrc{1}, "abc");
    check(builder, written, 16);
    written = (builder = fresh()).goodbye(std::array{Ssrc{1}}, "abc");
    check(builder, written, 12);
    written = (builder = fresh()).full_intra(Ssrc{1}, Ssrc{2}, 1);
    check(builder, written, 20);
    written = (builder = fresh()).remb(Ssrc{1}, 1, std::array{Ssrc{2}});
    check(builder, written, 24);
  }
}

TEST_F(Rtcp, RandomBytesNeverReadOutOfBounds) {
  base::SeededRandom random(11);
  for (int i = 0; i < 20000; ++i) {
    Octets bytes(4 + 4 * random.below(20));
    random.fill(bytes);
    bytes[0] = static_cast<std::uint8_t>(0x80 | (bytes[0] & 0x1f));
    bytes[1] = static_cast<std::uint8_t>(200 + random.below(8));
    base::store_u16(bytes.data() + 2, static_cast<std::uint16_t>(bytes.size() / 4 - 1));
    RtcpReader reader(bytes);
    while (auto message = reader.next()) {
      if (const auto* nack = std::get_if<Nack>(&*message)) {
        std::size_t count = 0;
        for ([[maybe_unused]] const SequenceNumber s : *nack) ++count;
        EXPECT_LE(count, bytes.size() / 4 * 17);
      }
      if (const auto* description = std::get_if<SourceDescription>(&*message)) description->cname_of(Ssrc{1});
    }
  }
}

}  // namespace
}  // namespace kaskado::rtp
