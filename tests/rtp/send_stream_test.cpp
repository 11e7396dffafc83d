#include "rtp/send_stream.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using base::DropReason;
using test::at;
using test::Octets;
using namespace std::chrono_literals;

constexpr SourceId kA{1, 0};
constexpr SourceId kB{2, 0};
constexpr std::array<SendPayload, 2> kPayloads{
    {{PayloadType{96}, PayloadType{100}}, {PayloadType{97}, PayloadType{101}}}};

struct Sent {
  DropReason drop;
  std::uint64_t index = 0;
  RtpHeader header;
  Octets bytes;  // header and payload
};

class Send : public ::testing::Test {
 protected:
  static SendStreamConfig config(MediaKind kind = MediaKind::video) {
    return {.ssrc = Ssrc{0xabcd},
            .kind = kind,
            .payloads = kPayloads,
            .first_sequence = {1000},
            .first_timestamp = {5000}};
  }

  MediaPacket packet(SourceId source, std::uint64_t extended, bool key = false, base::Duration when = 0ms,
                     test::PacketSpec spec = {}) {
    spec.sequence = static_cast<std::uint16_t>(extended);
    MediaPacket media = test::make_media(pool_, spec, at(when), source_map_);
    media.source = source;
    media.extended_sequence = extended;
    media.starts_key_frame = key;
    return media;
  }
  Sent read(const MediaPacket& media, const Stamped& stamped) {
    Sent sent{stamped.drop, stamped.packet_index, {}, {}};
    if (stamped.drop != DropReason::none) return sent;
    sent.bytes.assign(slot_.begin(), slot_.begin() + stamped.header_bytes);
    sent.bytes.insert(sent.bytes.end(), media.payload().begin(), media.payload().end());
    const auto header = parse_rtp(sent.bytes);
    EXPECT_TRUE(header);
    if (header) sent.header = *header;
    EXPECT_EQ(sent.header.sequence.value, static_cast<std::uint16_t>(stamped.packet_index));
    EXPECT_EQ(sent.header.payload_offset, stamped.header_bytes);
    return sent;
  }
  Sent stamp(const MediaPacket& media) { return read(media, stream_.stamp(media, slot_)); }
  Sent stamp(SourceId source, std::uint64_t extended, bool key = false, base::Duration when = 0ms,
             test::PacketSpec spec = {}) {
    return stamp(packet(source, extended, key, when, spec));
  }

  base::PacketPool pool_{2048};
  ExtensionMap source_map_;
  SendStream stream_{config()};
  std::array<std::uint8_t, 1500> slot_;
};

TEST_F(Send, RewritesEveryFieldOfTheHeader) {
  stream_.switch_source(kA);
  const Sent sent = stamp(kA, 70000, true, 0ms, {.timestamp = 77, .marker = true, .payload = Octets(50, 1)});
  ASSERT_EQ(sent.drop, DropReason::none);
  EXPECT_EQ(sent.index, 1000u);
  EXPECT_EQ(sent.header.ssrc, Ssrc{0xabcd});
  EXPECT_EQ(sent.header.timestamp.value, 5000u);
  EXPECT_EQ(sent.header.payload_type.value, 100);
  EXPECT_TRUE(sent.header.marker);
  EXPECT_EQ(sent.header.payload_length, 50);
  EXPECT_EQ(sent.header.payload_offset, 12);
  const Sent next = stamp(kA, 70001, false, 0ms, {.timestamp = 3077, .payload_type = 97});
  EXPECT_EQ(next.header.payload_type.value, 101);
  EXPECT_EQ(next.header.timestamp.value, 8000u);
  EXPECT_FALSE(next.header.marker);
}

TEST_F(Send, NeverChangesThePacket) {
  stream_.switch_source(kA);
  const MediaPacket media = packet(kA, 1, true);
  const Octets before(media.packet->bytes, media.packet->bytes + media.packet->length);
  stamp(media);
  EXPECT_EQ(Octets(media.packet->bytes, media.packet->bytes + media.packet->length), before);
}

TEST_F(Send, KeepsCsrcs) {
  stream_.switch_source(kA);
  const Sent sent = stamp(kA, 1, true, 0ms, {.csrcs = test::hex("00 00 00 07 00 00 00 08")});
  EXPECT_EQ(sent.header.csrc_count, 2);
  EXPECT_EQ(base::load_u32(sent.bytes.data() + 16), 8u);
}

TEST_F(Send, HolesOfTheSourceStayAndLatePacketsFillThem) {
  stream_.switch_source(kA);
  EXPECT_EQ(stamp(kA, 500, true).index, 1000u);
  EXPECT_EQ(stamp(kA, 503).index, 1003u);
  EXPECT_EQ(stamp(kA, 501).index, 1001u);
  EXPECT_EQ(stamp(kA, 504).index, 1004u);
  EXPECT_EQ(stamp(kA, 502).index, 1002u);
  EXPECT_EQ(stamp(kA, 499).drop, DropReason::too_old_packet);
}

TEST_F(Send, CountsTheRolloverInItsIndex) {
  SendStreamConfig high = config();
  high.first_sequence = {65535};
  stream_ = SendStream(high);
  stream_.switch_source(kA);
  EXPECT_EQ(stamp(kA, 10, true).index, 65535u);
  const Sent wrapped = stamp(kA, 11);
  EXPECT_EQ(wrapped.index, 65536u);
  EXPECT_EQ(wrapped.header.sequence.value, 0);
}

TEST_F(Send, LeavesNoHoleForPacketsItLeavesOut) {
  stream_.switch_source(kA);
  EXPECT_EQ(stamp(kA, 500, true).index, 1000u);
  EXPECT_EQ(stamp(kA, 501, false, 0ms, {.payload = {}}).drop, DropReason::padding_only);
  EXPECT_EQ(stamp(kA, 502, false, 0ms, {.payload_type = 110}).drop, DropReason::unknown_payload_type);
  EXPECT_EQ(stamp(kA, 503).index, 1001u);
  EXPECT_EQ(stamp(kA, 506, false, 0ms, {.payload = {}}).drop, DropReason::padding_only);  // 504, 505 are lost
  EXPECT_EQ(stamp(kA, 507).index, 1004u);
  EXPECT_EQ(stamp(kA, 505).index, 1003u);
  // It comes late and turns out to be padding: the subscriber has seen the hole, so it is filled.
  const Sent filler = stamp(kA, 504, false, 0ms, {.payload = {}});
  EXPECT_EQ(filler.index, 1002u);
  EXPECT_EQ(filler.header.payload_length, 0);
}

TEST_F(Send, SequencesStayWithoutDoublesWhateverIsLeftOut) {
  base::SeededRandom random(17);
  stream_.switch_source(kA);
  stamp(kA, 100000, true);
  std::vector<int> seen(70000);
  std::vector<std::uint64_t> late;
  std::uint64_t highest = 1000;
  std::size_t kept = 1;
  for (std::uint64_t extended = 100001; extended < 130000; ++extended) {
    const std::uint32_t dice = random.below(20);
    if (dice == 0) {
      late.push_back(extended);
      continue;
    }
    const bool empty = dice < 3;
    const Sent sent = stamp(kA, extended, false, 0ms, {.payload = empty ? Octets{} : Octets{0x10, 1}});
    EXPECT_EQ(sent.drop, empty ? DropReason::padding_only : DropReason::none);
    if (!empty) {
      ++seen[sent.index];
      EXPECT_GT(sent.index, highest);
      highest = sent.index;
      ++kept;
    }
    if (late.size() < 2) continue;
    const Sent recovered = stamp(kA, late.front());
    late.erase(late.begin());
    if (recovered.drop == DropReason::too_old_packet) continue;  // more than eight left out since
    ++seen[recovered.index];
    highest = std::max(highest, recovered.index);  // where all behind it was left out
    ++kept;
  }
  for (std::uint64_t index = 1001; index <= highest; ++index) EXPECT_LE(seen[index], 1) << index;
  EXPECT_GT(kept, 20000u);
}

TEST_F(Send, RefusesASourceThatIsNotItsOwn) {
  EXPECT_EQ(stamp(kA, 1, true).drop, DropReason::unknown_ssrc);
  stream_.switch_source(kA);
  EXPECT_EQ(stamp(kB, 1, true).drop, DropReason::unknown_ssrc);
  EXPECT_EQ(stamp(kA, 1, true).drop, DropReason::none);
  stream_.switch_source({});
  EXPECT_EQ(stamp(kA, 2, true).drop, DropReason::unknown_ssrc);
}

TEST_F(Send, VideoWaitsForAKeyFrameAndAudioDoesNot) {
  stream_.switch_source(kA);
  EXPECT_TRUE(stream_.wants_key_frame());
  EXPECT_EQ(stamp(kA, 1).drop, DropReason::waiting_for_key_frame);
  EXPECT_EQ(stamp(kA, 2, true).index, 1000u);
  EXPECT_FALSE(stream_.wants_key_frame());
  SendStream audio(config(MediaKind::audio));
  audio.switch_source(kA);
  EXPECT_FALSE(audio.wants_key_frame());
  EXPECT_EQ(audio.stamp(packet(kA, 1), slot_).drop, DropReason::none);
}

TEST_F(Send, ASwitchGoesOnInSequenceAndTime) {
  stream_.switch_source(kA);
  stamp(kA, 500, true, 0ms, {.timestamp = 1000});
  stamp(kA, 501, false, 33ms, {.timestamp = 4000});
  stream_.switch_source(kB);
  EXPECT_EQ(stamp(kA, 502, true, 66ms).drop, DropReason::unknown_ssrc);
  EXPECT_EQ(stamp(kB, 9000, false, 66ms).drop, DropReason::waiting_for_key_frame);
  const Sent first = stamp(kB, 9001, true, 133ms, {.timestamp = 0xfffffff0});
  EXPECT_EQ(first.index, 1002u);
  EXPECT_EQ(first.header.timestamp.value, 8000u + 9000u);  // 100 ms after the last one
  EXPECT_EQ(stamp(kB, 9002, false, 166ms, {.timestamp = 0xfffffff0u + 3000}).header.timestamp.value, 20000u);
  EXPECT_EQ(stamp(kB, 9000, false, 166ms).drop, DropReason::too_old_packet);
}

TEST_F(Send, ASeamlessSwitchServesTheFormerSourceUntilTheKeyFrame) {
  stream_.switch_source(kA);
  stamp(kA, 500, true);
  stream_.switch_source(kB, SwitchMode::at_key_frame);
  EXPECT_TRUE(stream_.wants_key_frame());
  EXPECT_EQ(stamp(kA, 501).index, 1001u);
  EXPECT_EQ(stamp(kB, 70).drop, DropReason::waiting_for_key_frame);
  EXPECT_EQ(stamp(kA, 502).index, 1002u);
  EXPECT_EQ(stamp(kB, 71, true).index, 1003u);
  EXPECT_EQ(stamp(kA, 503).drop, DropReason::unknown_ssrc);
  EXPECT_EQ(stream_.source(), kB);
}

TEST_F(Send, ASwitchBackBeforeTheKeyFrameIsNoSwitch) {
  stream_.switch_source(kA);
  stamp(kA, 500, true);
  stream_.switch_source(kB, SwitchMode::at_key_frame);
  stream_.switch_source(kA, SwitchMode::at_key_frame);
  EXPECT_FALSE(stream_.wants_key_frame());
  EXPECT_EQ(stamp(kB, 71, true).drop, DropReason::unknown_ssrc);
  EXPECT_EQ(stamp(kA, 501).index, 1001u);
}

TEST_F(Send, FollowsASourceThatStartedAnew) {
  stream_.switch_source(kA);
  stamp(kA, 500, true, 0ms, {.timestamp = 1000});
  EXPECT_EQ(stamp({1, 1}, 90000).drop, DropReason::waiting_for_key_frame);
  EXPECT_TRUE(stream_.wants_key_frame());
  EXPECT_EQ(stamp(kA, 501).drop, DropReason::unknown_ssrc);
  EXPECT_EQ(stamp({1, 1}, 90001, true, 10ms, {.timestamp = 7}).index, 1001u);
  EXPECT_EQ(stamp({1, 0}, 501, true).drop, DropReason::unknown_ssrc);
}

TEST_F(Send, AStartOfTheAwaitedSourceAnewIsFollowedToo) {
  stream_.switch_source(kA);
  EXPECT_EQ(stamp({1, 2}, 90001, true).index, 1000u);
}

TEST_F(Send, TimestampsNeverGoBackOverManySwitches) {
  base::SeededRandom random(4);
  base::Duration now = 0ms;
  std::uint32_t last = 4999;
  std::uint64_t expected = 1000;
  for (std::uint32_t i = 0; i < 200; ++i) {
    const SourceId source{i + 1, 0};
    stream_.switch_source(source);
    const std::uint32_t start = random.u32();
    for (std::uint32_t k = 0; k < 1 + random.below(5); ++k) {
      const Sent sent =
          stamp(source, 70000u + random.below(2) * 0 + k, k == 0, now, {.timestamp = start + k * 3000});
      ASSERT_EQ(sent.index, expected++);
      ASSERT_TRUE(is_newer(sent.header.timestamp, Timestamp{last})) << i;
      last = sent.header.timestamp.value;
      now += 33333us;
    }
    now += random.below(3) * 7ms - 33ms;
  }
}

TEST_F(Send, TakesTheClockRateOfTheNewCodec) {
  stream_ = SendStream(config(MediaKind::audio));
  stream_.set_payloads(kPayloads, 48000);
  stream_.switch_source(kA);
  stamp(kA, 1, false, 0ms, {.timestamp = 0});
  stream_.set_payloads(std::array{SendPayload{PayloadType{8}, PayloadType{8}}}, 8000);
  stream_.switch_source(kB);
  EXPECT_EQ(stamp(kB, 1, false, 1s, {.timestamp = 0, .payload_type = 8}).header.timestamp.value, 13000u);
}

TEST_F(Send, RefusesWhatDoesNotFitADatagram) {
  stream_.switch_source(kA);
  std::array<std::uint8_t, 100> small;
  EXPECT_EQ(stream_.stamp(packet(kA, 1, true), small).drop, DropReason::datagram_too_long);
  ExtensionMap map;
  map.set(ExtensionKind::abs_send_time, 1);
  SendStreamConfig with_extension = config();
  with_extension.extensions = map;
  stream_ = SendStream(with_extension);
  stream_.switch_source(kA);
  EXPECT_EQ(stamp(kA, 1, true, 0ms, {.payload = Octets(1488, 1)}).drop, DropReason::datagram_too_long);
  EXPECT_EQ(stamp(kA, 2, true, 0ms, {.payload = Octets(1480, 1)}).drop, DropReason::none);
}

TEST_F(Send, GivesAMidUntilTheSubscriberReports) {
  ExtensionMap map;
  map.set(ExtensionKind::mid, 3);
  SendStreamConfig with_mid = config();
  with_mid.extensions = map;
  with_mid.mid = "video0";
  stream_ = SendStream(with_mid);
  stream_.switch_source(kA);
  const auto mid_of = [&](const Sent& sent) {
    const ExtensionValues values = read_extensions(sent.bytes, sent.header, map);
    return std::string(text_of(ExtensionKind::mid, values, sent.bytes.data()));
  };
  EXPECT_EQ(mid_of(stamp(kA, 500, true)), "video0");
  const MediaPacket second = packet(kA, 501);
  const Sent original = stamp(second);
  stream_.receive_report({}, at(1s), {});
  const Sent third = stamp(kA, 502);
  EXPECT_EQ(third.header.payload_offset, 12);
  const Sent again = read(second, stream_.restamp(second, slot_));
  EXPECT_EQ(again.bytes, original.bytes);
}

TEST_F(Send, AnswersANackWithTheSameBytesAndIndex) {
  ExtensionMap map;
  map.set(ExtensionKind::abs_send_time, 2);
  SendStreamConfig with_extension = config();
  with_extension.extensions = map;
  stream_ = SendStream(with_extension);
  stream_.switch_source(kA);
  PacketHistory history(64);
  std::vector<Sent> sent;
  for (std::uint64_t i = 0; i < 20; ++i) {
    const MediaPacket media =
        packet(kA, 500 + i, i == 0, static_cast<int>(i) * 10ms, {.timestamp = static_cast<std::uint32_t>(i)});
    history.insert(media);
    sent.push_back(stamp(media));
  }
  for (std::uint16_t i = 0; i < 20; ++i) {
    const MediaPacket* lost = stream_.find_lost({static_cast<std::uint16_t>(1000 + i)}, history, at(1s));
    ASSERT_TRUE(lost);
    const Sent again = read(*lost, stream_.restamp(*lost, slot_));
    EXPECT_EQ(again.bytes, sent[i].bytes);
    EXPECT_EQ(again.index, sent[i].index);
  }
  EXPECT_FALSE(stream_.find_lost({1020}, history, at(1s)));  // not sent yet
  EXPECT_FALSE(stream_.find_lost({999}, history, at(1s)));   // before the first
  EXPECT_EQ(stream_.stats().retransmitted_packets, 20u);
  EXPECT_EQ(stream_.stats().packets, 20u);
}

TEST_F(Send, AnswersNothingFromBeforeASwitch) {
  PacketHistory of_a(64), of_b(64);
  stream_.switch_source(kA);
  MediaPacket media = packet(kA, 500, true);
  of_a.insert(media);
  stamp(media);
  stream_.switch_source(kB);
  media = packet(kB, 500, true);
  of_b.insert(media);
  stamp(media);
  EXPECT_FALSE(stream_.find_lost({1000}, of_b, at(1s)));
  EXPECT_FALSE(stream_.find_lost({1001}, of_a, at(1s)));
  EXPECT_TRUE(stream_.find_lost({1001}, of_b, at(1s)));
}

TEST_F(Send, FindsLostPacketsAroundOnesThatWereLeftOut) {
  PacketHistory history(64);
  stream_.switch_source(kA);
  for (std::uint64_t i = 0; i < 10; ++i) {
    const MediaPacket media =
        packet(kA, 500 + i, i == 0, 0ms, {.payload = i == 4 ? Octets{} : Octets{0x10, 1}});
    history.insert(media);
    stamp(media);
  }
  EXPECT_EQ(stream_.find_lost({1003}, history, at(1s))->extended_sequence, 503u);
  EXPECT_EQ(stream_.find_lost({1004}, history, at(1s))->extended_sequence, 505u);
  EXPECT_FALSE(stream_.find_lost({1009}, history, at(1s)));
}

TEST_F(Send, WhatIsEmptyAndComesBehindALaterEmptyOneFillsItsPlace) {
  stream_.switch_source(kA);
  EXPECT_EQ(stamp(kA, 500, true).index, 1000u);
  EXPECT_EQ(stamp(kA, 502, false, 0ms, {.payload = {}}).drop, DropReason::padding_only);
  EXPECT_EQ(stamp(kA, 501, false, 0ms, {.payload = {}}).index, 1001u);
  EXPECT_EQ(stamp(kA, 503).index, 1002u);
}

// FEC is left out with each picture, and what was lost takes a while.
TEST_F(Send, WhatComesLateHasItsNumberThoughMuchWasLeftOutSince) {
  stream_.switch_source(kA);
  stamp(kA, 500, true);
  for (std::uint64_t i = 502; i < 602; ++i)
    stamp(kA, i, false, 0ms, {.payload = i % 2 == 1 ? Octets{} : Octets{0x10, 1}});
  const Sent late = stamp(kA, 501, false);
  EXPECT_EQ(late.drop, DropReason::none);
  EXPECT_EQ(late.index, 1001u);
}

TEST_F(Send, SendsTheSamePacketAgainOnceAnRtt) {
  PacketHistory history(64);
  stream_.switch_source(kA);
  const MediaPacket media = packet(kA, 500, true);
  history.insert(media);
  stamp(media);
  EXPECT_TRUE(stream_.find_lost({1000}, history, at(1000ms)));
  EXPECT_FALSE(stream_.find_lost({1000}, history, at(1009ms)));
  EXPECT_TRUE(stream_.find_lost({1000}, history, at(1010ms)));
}

TEST_F(Send, ResendsNoMoreThanItSendsButForABurst) {
  PacketHistory history(512);
  stream_.switch_source(kA);
  for (std::uint64_t i = 0; i < 500; ++i) {
    const MediaPacket media = packet(kA, 500 + i, i == 0, 0ms, {.payload = Octets(1188, 1)});
    history.insert(media);
    stamp(media);
  }
  std::size_t resent = 0;
  for (int round = 0; round < 10; ++round)
    for (std::uint16_t i = 0; i < 500; ++i)
      resent += stream_.find_lost({static_cast<std::uint16_t>(1000 + i)}, history, at(1s + round * 100ms)) !=
                nullptr;
  EXPECT_EQ(resent, 256u * 1024 / 1200);
}

// RFC 3711 §3.3.1: whoever has new keys knows of no rollover.
TEST_F(Send, ANewKeyBeginsWithoutARollover) {
  PacketHistory history(64);
  stream_.switch_source(kA);
  std::uint64_t extended = 100;
  Sent last = stamp(kA, extended, true);
  while (last.index < 0x1'8000) last = stamp(kA, ++extended);
  const MediaPacket before = packet(kA, extended);
  history.insert(before);
  stream_.restart_index();
  EXPECT_TRUE(stream_.wants_key_frame());
  EXPECT_EQ(stamp(kA, ++extended).drop, DropReason::waiting_for_key_frame);
  EXPECT_EQ(stream_.find_lost(last.header.sequence, history, at(1s)), nullptr);
  const Sent next = stamp(kA, ++extended, true);
  ASSERT_EQ(next.drop, DropReason::none);
  EXPECT_LT(next.index, 0x8000u);
  EXPECT_EQ(stamp(kA, extended + 1).index, next.index + 1);
}

TEST_F(Send, MeasuresTheRoundTripFromReports) {
  const base::ClockAnchor anchor{at(0s), {1'700'000'000'000'000'000}};
  stream_.switch_source(kA);
  stamp(kA, 500, true);
  const auto info = stream_.sender_info(at(10s), anchor, nullptr);
  ReportBlock block{.fraction_lost = 25, .cumulative_lost = 7, .jitter = 900};
  block.last_sender_report = info->ntp.compact();
  block.delay_since_last_sender_report = to_compact_ntp(500ms);
  stream_.receive_report(block, at(10560ms), anchor);
  const SendStats stats = stream_.stats();
  EXPECT_NEAR(static_cast<double>(stats.rtt.count()), 60e6, 0.1e6);
  EXPECT_EQ(stats.fraction_lost, 25);
  EXPECT_EQ(stats.packets_lost, 7);
  EXPECT_EQ(stats.jitter, 10ms);
  block.delay_since_last_sender_report = to_compact_ntp(5s);  // would be a negative time
  stream_.receive_report(block, at(10560ms), anchor);
  EXPECT_EQ(stream_.rtt(), stats.rtt);
}

TEST_F(Send, ReportsTheTimeOfItsStream) {
  const base::ClockAnchor anchor{at(0s), {0}};
  EXPECT_FALSE(stream_.sender_info(at(0s), anchor, nullptr));
  stream_.switch_source(kA);
  stamp(kA, 500, true, 0ms, {.timestamp = 90000, .payload = Octets(100, 1)});
  const auto info = stream_.sender_info(at(2s), anchor, nullptr);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->ntp, NtpTime::of({2'000'000'000}));
  EXPECT_EQ(info->rtp.value, 5000u + 180000);
  EXPECT_EQ(info->packets, 1u);
  EXPECT_EQ(info->payload_bytes, 100u);
  // The source says that 90000 was 20 ms before it came.
  SourceClock clock;
  clock.receive({.ntp = NtpTime::of({0}), .rtp = Timestamp{90000 + 1800}}, at(0s));
  EXPECT_EQ(stream_.sender_info(at(2s), anchor, &clock)->rtp.value, 5000u + 1800 + 180000);
}

TEST_F(Send, PlayoutDelaysAreForThoseAloneWhoGetRepairsAsAStreamOfTheirOwn) {
  ExtensionMap map;
  map.set(ExtensionKind::playout_delay, 5);
  stream_.set_extensions(map, {});
  stream_.switch_source(kA);
  stream_.set_playout_delay(300ms);
  EXPECT_EQ(stamp(kA, 500, true).header.payload_offset, 12u) << "the same bytes have to go again";
  const std::array<RetransmissionStream::Payload, 1> repairs{{{PayloadType{100}, PayloadType{102}}}};
  stream_.set_retransmission({.ssrc = Ssrc{77}, .payloads = repairs, .first_sequence = {9}});
  stream_.set_playout_delay(300ms);
  const Sent sent = stamp(kA, 501);
  const ExtensionValues values = read_extensions(sent.bytes, sent.header, map);
  const base::Bytes delay = values.of(ExtensionKind::playout_delay, sent.bytes.data());
  EXPECT_EQ(Octets(delay.begin(), delay.end()), (Octets{0x01, 0xe3, 0xe8}));
}

TEST_F(Send, FillsProbesWithWhatWentLatelyAsRetransmissions) {
  stream_.switch_source(kA);
  PacketHistory history(64);
  for (std::uint64_t i = 0; i < 5; ++i) {
    const MediaPacket media = packet(kA, 500 + i, i == 0, 0ms, {.payload = Octets(100 + 200 * i, 1)});
    history.insert(media);
    stamp(media);
  }
  EXPECT_EQ(stream_.find_filler(700, history), nullptr) << "the same bytes again would be thrown away before they count";
  const std::array<RetransmissionStream::Payload, 1> repairs{{{PayloadType{100}, PayloadType{102}}}};
  stream_.set_retransmission({.ssrc = Ssrc{77}, .payloads = repairs, .first_sequence = {9}});
  const MediaPacket* const filler = stream_.find_filler(690, history);
  ASSERT_TRUE(filler);
  EXPECT_EQ(filler->extended_sequence, 503u) << "the nearest in length";
  EXPECT_EQ(stream_.find_filler(1, history)->extended_sequence, 500u);
  for (std::uint64_t i = 0; i < 3; ++i) {
    const Stamped again = stream_.repeat(*filler, slot_);
    ASSERT_EQ(again.drop, DropReason::none);
    EXPECT_TRUE(again.repair);
    EXPECT_EQ(again.packet_index, 9 + i);
    EXPECT_EQ(base::load_u16(again.payload(*filler, slot_).data()), 1003) << "the number of what is repeated";
  }
  EXPECT_EQ(stream_.stats().retransmitted_packets, 0u) << "nothing was repaired";
  EXPECT_TRUE(stream_.find_lost({1003}, history, at(1s))) << "and who lost it gets it all the same";
  EXPECT_EQ(stream_.find_filler(690, PacketHistory(64)), nullptr);
}

TEST_F(Send, CountsFeedbackAndTellsRepeatedFirs) {
  EXPECT_TRUE(stream_.receive_picture_loss());
  EXPECT_TRUE(stream_.receive_full_intra(0));
  EXPECT_FALSE(stream_.receive_full_intra(0));
  EXPECT_TRUE(stream_.receive_full_intra(1));
  stream_.receive_nack();
  stream_.receive_remb(123456);
  const SendStats stats = stream_.stats();
  EXPECT_EQ(stats.plis, 1u);
  EXPECT_EQ(stats.firs, 3u);
  EXPECT_EQ(stats.nacks, 1u);
  EXPECT_EQ(stats.rembs, 1u);
  EXPECT_EQ(stats.remb_bps, 123456u);
}

}  // namespace
}  // namespace kaskado::rtp
