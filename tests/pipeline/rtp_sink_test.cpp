#include "fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

class RtpSinkTest : public ElementTest {
 protected:
  RtpSinkTest() { source.configure(source_config({format(96, "VP8")})); }

  void take_vp8(std::uint8_t payload_type = 100) { sink.configure({{format(payload_type, "VP8")}, {}, {}}); }
  void send(const PacketSpec& spec) { send_by(source, spec); }
  void send_by(RtpSource& from, const PacketSpec& spec) {
    ASSERT_EQ(from.receive(rtp::test::make_media(shard.packets(), spec, now()), now()), DropReason::none);
    from.end_run(shard.outbox());
    viewer.take_all(shard.outbox());
  }
  // How often the publisher is asked for a key frame now.
  std::size_t asked(RtpSource& of) {
    std::array<std::uint8_t, 1200> memory;
    rtp::RtcpBuilder builder(memory);
    of.advance(now(), builder);
    return messages<rtp::PictureLossIndication>({Octets(builder.written().begin(), builder.written().end())})
        .size();
  }
  // What the viewer asks for, as the sink gets it.
  void nack(std::vector<rtp::SequenceNumber> lost) {
    std::array<std::uint8_t, 200> memory;
    rtp::RtcpBuilder builder(memory);
    builder.nack(rtp::Ssrc{1}, sink.ssrc(), lost);
    rtp::RtcpReader reader(builder.written());
    sink.receive_nack(std::get<rtp::Nack>(*reader.next()), now(), shard.outbox());
  }

  TestElement& publisher = add("publisher");
  RtpSource& source = publisher.add_source(MediaType::video);
  Subscriber viewer{1};
  RtpSink sink{shard, viewer.line, MediaType::video};
};

TEST_F(RtpSinkTest, HasAnIdAndAnSsrcButNoStreamBeforeItIsConfigured) {
  RtpSink other(shard, viewer.line, MediaType::audio);
  EXPECT_NE(other.id(), sink.id());
  EXPECT_NE(other.ssrc(), sink.ssrc());
  EXPECT_NE(sink.ssrc().value, 0u);
  EXPECT_EQ(sink.stream(), nullptr);
  EXPECT_FALSE(sink.sender_info(now()));
  sink.bind(&source);
  sink.receive_picture_loss(now());
  sink.receive_full_intra(1, now());
  sink.receive_remb(1000, now());
  nack({{5}});
  send(vp8(1, true));
  EXPECT_TRUE(viewer.rtp.empty());
  EXPECT_EQ(asked(source), 0u);
  EXPECT_EQ(source.relayed_remb_bps(now()), 0u);
}

// So that a loss at the start does not hide a wrap (RFC 3711 §3.3.1).
TEST_F(RtpSinkTest, StartsInTheLowerHalfOfTheNumbers) {
  for (int i = 0; i < 100; ++i) {
    Subscriber end(2);
    RtpSink one(shard, end.line, MediaType::audio);
    one.configure({{format(111, "opus", 48'000)}, {}, {}});
    TestElement& speaker = add("speaker" + std::to_string(i));
    RtpSource& voice = speaker.add_source(MediaType::audio);
    voice.configure(source_config({format(111, "opus", 48'000)}));
    one.bind(&voice);
    PacketSpec spec = vp8(60'000);
    spec.payload_type = 111;
    ASSERT_EQ(voice.receive(rtp::test::make_media(shard.packets(), spec, now()), now()), DropReason::none);
    voice.end_run(shard.outbox());
    end.take_all(shard.outbox());
    ASSERT_EQ(end.rtp.size(), 1u);
    EXPECT_LT(end.sequences()[0], 0x8000);
  }
}

TEST_F(RtpSinkTest, SendsFromTheMomentItIsConfiguredAndBound) {
  sink.bind(&source);
  send(vp8(1, true));
  take_vp8();
  send(vp8(2, true));
  ASSERT_EQ(viewer.rtp.size(), 1u);
  EXPECT_EQ(viewer.rtp[0].header.payload_type.value, 100);
  EXPECT_EQ(viewer.rtp[0].header.ssrc, sink.ssrc());
  EXPECT_EQ(viewer.rtp[0].payload, vp8(2, true).payload);
}

TEST_F(RtpSinkTest, PausesAndGoesOnWithTheSameNumbering) {
  take_vp8();
  sink.bind(&source);
  send(vp8(1, true));
  sink.pause();
  send(vp8(2, true));
  EXPECT_EQ(viewer.rtp.size(), 1u);
  EXPECT_EQ(sink.source(), &source);
  take_vp8(101);
  send(vp8(3));  // the viewer has missed something: it waits for a key frame
  EXPECT_EQ(viewer.rtp.size(), 1u);
  send(vp8(4, true));
  ASSERT_EQ(viewer.rtp.size(), 2u);
  EXPECT_EQ(viewer.rtp[1].header.ssrc, viewer.rtp[0].header.ssrc);
  EXPECT_EQ(viewer.sequences()[1], viewer.sequences()[0] + 1);
  EXPECT_EQ(viewer.rtp[1].header.payload_type.value, 101);
}

TEST_F(RtpSinkTest, ContinuesWithAnotherSourceWithoutAHole) {
  TestElement& second_publisher = add("second");
  RtpSource& second = second_publisher.add_source(MediaType::video);
  second.configure(source_config({format(120, "VP8")}));
  take_vp8();
  sink.bind(&source);
  send(vp8(1, true));
  send(vp8(2));
  const std::uint32_t last = viewer.rtp[1].header.timestamp.value;
  at(40ms);
  sink.bind(&second);
  send(vp8(3));  // of the former one
  EXPECT_EQ(viewer.rtp.size(), 2u);
  PacketSpec spec = vp8(50'000, true, 0xb);
  spec.payload_type = 120;
  send_by(second, spec);
  ASSERT_EQ(viewer.rtp.size(), 3u);
  EXPECT_EQ(viewer.sequences()[2], viewer.sequences()[0] + 2);
  EXPECT_EQ(viewer.rtp[2].header.ssrc, sink.ssrc());
  EXPECT_EQ(viewer.rtp[2].header.payload_type.value, 100);
  EXPECT_EQ(viewer.rtp[2].header.timestamp.value, last + 3600);  // 40 ms of 90 kHz
  sink.bind(nullptr);
  spec.sequence = 50'001;
  send_by(second, spec);
  EXPECT_EQ(viewer.rtp.size(), 3u);
}

TEST_F(RtpSinkTest, DropsWhatTheViewerCannotTake) {
  source.configure(source_config({format(96, "VP8"), format(98, "H264", 90'000, "packetization-mode=1")}));
  take_vp8();
  sink.bind(&source);
  send(vp8(1, true));
  PacketSpec h264 = vp8(2);
  h264.payload_type = 98;
  send(h264);
  EXPECT_EQ(shard.drops().of(DropReason::unknown_payload_type), 1u);
  send(vp8(3));
  ASSERT_EQ(viewer.rtp.size(), 2u);
  EXPECT_EQ(viewer.sequences()[1], viewer.sequences()[0] + 1);
}

TEST_F(RtpSinkTest, AsksForAKeyFrameOnlyWhileItsLineIsOpen) {
  send(vp8(1, true));
  viewer.line.close();
  take_vp8();
  sink.bind(&source);
  EXPECT_EQ(asked(source), 0u);
  viewer.line.open(viewer.path);
  sink.line_opened();
  EXPECT_EQ(asked(source), 1u);
  send(vp8(2, true));
  EXPECT_EQ(viewer.rtp.size(), 1u);
  // It has what it wanted.
  at(10s);
  sink.line_opened();
  EXPECT_EQ(asked(source), 0u);
}

TEST_F(RtpSinkTest, AsksANewSourceForAKeyFrame) {
  take_vp8();
  sink.bind(&source);
  EXPECT_EQ(asked(source), 0u);  // which does not send yet
  send(vp8(1));
  EXPECT_EQ(asked(source), 1u);
  send(vp8(2, true));
  at(10s);
  sink.bind(&source);  // is the same
  EXPECT_EQ(asked(source), 0u);
  sink.bind(nullptr);
  sink.bind(&source);
  EXPECT_EQ(asked(source), 1u);
}

TEST_F(RtpSinkTest, APausedOneAsksForNoKeyFrame) {
  take_vp8();
  sink.bind(&source);
  send(vp8(1, true));
  sink.pause();
  EXPECT_EQ(asked(source), 0u);
  send(vp8(2, true));
  sink.line_opened();
  EXPECT_EQ(asked(source), 0u);
  take_vp8();
  EXPECT_EQ(asked(source), 1u);
}

TEST_F(RtpSinkTest, OneWithoutACodecInCommonAsksForNoKeyFrame) {
  sink.configure({{format(100, "H264")}, {}, {}});
  sink.bind(&source);
  send(vp8(1, true));
  EXPECT_EQ(asked(source), 0u);
  EXPECT_TRUE(viewer.rtp.empty());
}

TEST_F(RtpSinkTest, AudioNeedsNoKeyFrame) {
  RtpSource& voice = publisher.add_source(MediaType::audio);
  voice.configure(source_config({format(111, "opus", 48'000)}));
  RtpSink ear(shard, viewer.line, MediaType::audio);
  ear.configure({{format(109, "opus", 48'000)}, {}, {}});
  ear.bind(&voice);
  PacketSpec spec = vp8(1);
  spec.payload_type = 111;
  send_by(voice, spec);
  EXPECT_EQ(asked(voice), 0u);
  ASSERT_EQ(viewer.rtp.size(), 1u);
  EXPECT_EQ(viewer.rtp[0].header.payload_type.value, 109);
}

TEST_F(RtpSinkTest, AnswersNacksFromTheHistoryOfItsSource) {
  take_vp8();
  sink.bind(&source);
  for (std::uint16_t i = 1; i <= 5; ++i) send(vp8(i, i == 1));
  const auto numbers = viewer.sequences();
  at(500ms);
  nack({{numbers[1]}, {numbers[3]}, {static_cast<std::uint16_t>(numbers[4] + 1)}});
  ASSERT_EQ(shard.outbox().pending().size(), 2u);
  viewer.take_all(shard.outbox());
  EXPECT_EQ(viewer.repeated, 2);  // the very same packets, by their indices
  EXPECT_EQ(sink.stream()->stats().retransmitted_packets, 2u);
  EXPECT_EQ(sink.stream()->stats().nacks, 1u);
}

TEST_F(RtpSinkTest, OnALossyWayRepairsGoTwiceAndWithoutBeingAskedFor) {
  RtpSinkConfig config{{format(100, "VP8")}, {}, {}};
  config.retransmissions = {{{100}, {101}}};
  sink.configure(config);
  sink.bind(&source);
  for (std::uint16_t i = 1; i <= 5; ++i) send(vp8(i, i == 1));
  const auto numbers = viewer.sequences();
  const std::array lost{rtp::SequenceNumber{numbers[1]}, rtp::SequenceNumber{numbers[3]}};
  at(500ms);
  sink.repair(lost, now(), shard.outbox());
  EXPECT_TRUE(shard.outbox().empty()) << "who loses little asks";
  sink.set_lossy(true);
  sink.repair(lost, now(), shard.outbox());
  EXPECT_EQ(shard.outbox().pending().size(), 4u);
  nack({lost[0], lost[1]});
  EXPECT_EQ(shard.outbox().pending().size(), 4u) << "they have just gone";
  EXPECT_EQ(sink.stream()->stats().retransmitted_packets, 4u);
  shard.outbox().clear();
}

TEST_F(RtpSinkTest, RepeatsForProbesWhatTheyAskFor) {
  EXPECT_EQ(sink.useful_bps(), std::nullopt);
  RtpSinkConfig config{{format(100, "VP8")}, {}, {}};
  sink.configure(config);
  sink.bind(&source);
  for (std::uint16_t i = 1; i <= 5; ++i) send(vp8(i, i == 1));
  EXPECT_EQ(sink.useful_bps(), std::nullopt) << "nothing can be repeated";
  EXPECT_EQ(sink.repeat(3000, now(), shard.outbox()), 0u);
  config.retransmissions = {{{100}, {101}}};
  sink.configure(config);
  EXPECT_EQ(sink.useful_bps(), 0u);
  sink.set_send_limits({.max_bps = 400'000});
  EXPECT_EQ(sink.useful_bps(), 400'000u);
  EXPECT_GE(sink.repeat(300, now(), shard.outbox()), 300u);
  EXPECT_GT(shard.outbox().pending().size(), 1u);
  shard.outbox().clear();
  sink.bind(nullptr);
  EXPECT_EQ(sink.useful_bps(), std::nullopt);
  EXPECT_EQ(sink.repeat(300, now(), shard.outbox()), 0u);
}

TEST_F(RtpSinkTest, APacketThatWasLostIsTheSameWhenItComesAgain) {
  take_vp8();
  sink.bind(&source);
  send(vp8(1, true));
  source.receive(rtp::test::make_media(shard.packets(), vp8(2), now()), now());
  source.end_run(shard.outbox());
  const auto sealed = std::as_const(shard.outbox()).bytes(shard.outbox().pending()[0]);
  const Octets first(sealed.begin(), sealed.end());
  shard.outbox().clear();
  at(500ms);
  nack({{static_cast<std::uint16_t>(viewer.sequences()[0] + 1)}});
  ASSERT_EQ(shard.outbox().pending().size(), 1u);
  const auto again = std::as_const(shard.outbox()).bytes(shard.outbox().pending()[0]);
  EXPECT_EQ(Octets(again.begin(), again.end()), first);
  viewer.take_all(shard.outbox());
  EXPECT_EQ(viewer.rtp.size(), 2u);
  EXPECT_EQ(viewer.repeated, 0);
}

TEST_F(RtpSinkTest, AnswersNoNackOnAClosedLineOrWithoutASource) {
  take_vp8();
  sink.bind(&source);
  send(vp8(1, true));
  const rtp::SequenceNumber number{viewer.sequences()[0]};
  at(500ms);
  viewer.line.close();
  nack({number});
  viewer.line.open(viewer.path);
  sink.bind(nullptr);
  nack({number});
  EXPECT_TRUE(shard.outbox().empty());
}

TEST_F(RtpSinkTest, HandsPictureLossOnAndAFullIntraRequestOnce) {
  take_vp8();
  sink.bind(&source);
  send(vp8(1, true));
  asked(source);
  const auto wishes = [&](base::Duration when, auto wish) {
    at(when);
    wish();
    const std::size_t count = asked(source);
    send(vp8(static_cast<std::uint16_t>(when / 1s), true));
    return count;
  };
  EXPECT_EQ(wishes(2s, [&] { sink.receive_picture_loss(now()); }), 1u);
  EXPECT_EQ(wishes(4s, [&] { sink.receive_full_intra(7, now()); }), 1u);
  EXPECT_EQ(wishes(6s, [&] { sink.receive_full_intra(7, now()); }), 0u);  // RFC 5104 §4.3.1.1
  EXPECT_EQ(wishes(8s, [&] { sink.receive_full_intra(8, now()); }), 1u);
  EXPECT_EQ(sink.stream()->stats().plis, 1u);
  EXPECT_EQ(sink.stream()->stats().firs, 3u);
}

TEST_F(RtpSinkTest, SaysWhatItHasSent) {
  take_vp8();
  sink.bind(&source);
  EXPECT_FALSE(sink.sender_info(now()));
  send(vp8(1, true));
  send(vp8(2));
  const auto info = sink.sender_info(now());
  ASSERT_TRUE(info);
  EXPECT_EQ(info->packets, 2u);
  EXPECT_EQ(info->payload_bytes, 2 * vp8(1).payload.size());
  EXPECT_EQ(info->rtp.value, viewer.rtp[1].header.timestamp.value);
  EXPECT_EQ(info->ntp, rtp::NtpTime::of(shard.clock().at(now())));
}

TEST_F(RtpSinkTest, LearnsTheRoundTripFromReports) {
  take_vp8();
  sink.bind(&source);
  send(vp8(1, true));
  const std::uint32_t sent = rtp::NtpTime::of(shard.clock().at(now())).compact();
  at(80ms);
  rtp::ReportBlock block;
  block.ssrc = sink.ssrc();
  block.fraction_lost = 25;
  block.cumulative_lost = 3;
  block.last_sender_report = sent;
  block.delay_since_last_sender_report = 65536 / 50;  // 20 ms
  sink.receive_report(block, now());
  const rtp::SendStats stats = sink.stream()->stats();
  EXPECT_NEAR(base::to_seconds(stats.rtt), 0.06, 0.0001);
  EXPECT_EQ(stats.fraction_lost, 25);
  EXPECT_EQ(stats.packets_lost, 3);
}

TEST_F(RtpSinkTest, LeavesItsSourceWhenItGoes) {
  send(vp8(1, true));
  {
    RtpSink brief(shard, viewer.line, MediaType::video);
    brief.configure({{format(100, "VP8")}, {}, {}});
    brief.bind(&source);
    brief.receive_remb(1000, now());
    send(vp8(2, true));
  }
  EXPECT_EQ(viewer.rtp.size(), 1u);
  send(vp8(3, true));
  EXPECT_EQ(viewer.rtp.size(), 1u);
  EXPECT_EQ(source.relayed_remb_bps(now()), 0u);
}

}  // namespace
}  // namespace kaskado::pipeline::test
