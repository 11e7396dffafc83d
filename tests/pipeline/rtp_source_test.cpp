#include "fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

class RtpSourceTest : public ElementTest {
 protected:
  RtpSourceTest() {
    source.configure(source_config({format(96, "VP8"), format(98, "VP9")}));
    sink.configure({{format(100, "VP8")}, {}, {}});
    sink.bind(&source);
  }

  DropReason receive(const PacketSpec& spec) {
    return source.receive(rtp::test::make_media(shard.packets(), spec, now()), now());
  }
  void end_run() {
    source.end_run(shard.outbox());
    viewer.take_all(shard.outbox());
  }
  std::vector<std::uint32_t> ssrcs() const {
    std::vector<std::uint32_t> numbers;
    for (const auto& stream : source.streams()) numbers.push_back(stream->ssrc().value);
    return numbers;
  }
  // The feedback that is due now.
  std::vector<Octets> feedback() {
    std::array<std::uint8_t, 1200> memory;
    rtp::RtcpBuilder builder(memory);
    source.advance(now(), builder);
    return {Octets(builder.written().begin(), builder.written().end())};
  }

  TestElement& publisher = add("publisher");
  RtpSource& source = publisher.add_source(MediaType::video);
  Subscriber viewer{1};
  RtpSink sink{shard, viewer.line, MediaType::video};
};

TEST_F(RtpSourceTest, HandsARunOnAtItsEnd) {
  EXPECT_EQ(receive(vp8(1, true)), DropReason::none);
  EXPECT_EQ(receive(vp8(2)), DropReason::none);
  EXPECT_TRUE(shard.outbox().empty());
  end_run();
  EXPECT_EQ(viewer.rtp.size(), 2u);
  end_run();
  EXPECT_EQ(viewer.rtp.size(), 2u);
}

// What it would ask for again would cost the time that it does not have.
TEST_F(RtpSourceTest, AnOverloadedShardAsksForNothingAgain) {
  receive(vp8(1, true));
  shard.note_overflow(now());
  receive(vp8(3));
  at(20ms);
  EXPECT_TRUE(messages<rtp::Nack>(feedback()).empty());
  EXPECT_GT(shard.overloaded_until(), now());
  shard.set_now(shard.overloaded_until());
  EXPECT_EQ(messages<rtp::Nack>(feedback()).size(), 1u);
}

TEST_F(RtpSourceTest, APacketOfUnknownTypeMakesNoStream) {
  PacketSpec spec = vp8(1, true);
  spec.payload_type = 97;
  EXPECT_EQ(receive(spec), DropReason::unknown_payload_type);
  EXPECT_TRUE(source.streams().empty());
  EXPECT_EQ(source.active(), nullptr);
  EXPECT_TRUE(take_events("publisher").empty());
}

TEST_F(RtpSourceTest, DropsWhatItHasAlready) {
  receive(vp8(1, true));
  EXPECT_EQ(receive(vp8(1, true)), DropReason::duplicate_packet);
  end_run();
  EXPECT_EQ(viewer.rtp.size(), 1u);
}

TEST_F(RtpSourceTest, TheStreamThatWasFollowedLongestAgoMakesRoom) {
  for (std::uint32_t ssrc = 1; ssrc <= RtpSource::kMaxStreams; ++ssrc) receive(vp8(1, true, ssrc));
  at(RtpSource::kTakeOver);
  receive(vp8(2, false, 1));
  EXPECT_EQ(ssrcs(), (std::vector<std::uint32_t>{2, 3, 4, 5, 6, 7, 8, 1}));
  receive(vp8(1, true, 9));
  EXPECT_EQ(ssrcs(), (std::vector<std::uint32_t>{3, 4, 5, 6, 7, 8, 1, 9}));
  EXPECT_EQ(source.active()->ssrc().value, 9u);
}

TEST_F(RtpSourceTest, ALatePacketWinsNoStreamBack) {
  receive(vp8(1, true, 0xa));
  receive(vp8(1, true, 0xb));
  receive(vp8(2, false, 0xa));
  EXPECT_EQ(source.active()->ssrc().value, 0xbu);
  receive(vp8(2, false, 0xb));
  end_run();
  EXPECT_EQ(viewer.rtp.size(), 3u);
  EXPECT_FALSE(sink.stream()->wants_key_frame());
  at(RtpSource::kTakeOver);
  receive(vp8(3, false, 0xa));
  EXPECT_EQ(source.active()->ssrc().value, 0xau);
}

TEST_F(RtpSourceTest, SubscribersFollowTheStreamThatSends) {
  receive(vp8(1, true, 0xa));
  end_run();
  receive(vp8(900, false, 0xb));
  EXPECT_EQ(source.active()->ssrc().value, 0xbu);
  EXPECT_TRUE(sink.stream()->wants_key_frame());
  end_run();
  receive(vp8(901, true, 0xb));
  end_run();
  ASSERT_EQ(viewer.rtp.size(), 2u);
  EXPECT_EQ(viewer.sequences()[1], viewer.sequences()[0] + 1);
  EXPECT_EQ(viewer.rtp[1].header.ssrc, sink.ssrc());
}

TEST_F(RtpSourceTest, SubscribersFollowASenderThatStartsAnew) {
  receive(vp8(1, true));
  end_run();
  const rtp::SourceId before = source.active()->source();
  EXPECT_EQ(receive(vp8(30'000)), DropReason::sequence_jump);
  EXPECT_EQ(receive(vp8(30'001, true)), DropReason::none);
  EXPECT_NE(source.active()->source(), before);
  EXPECT_EQ(source.streams().size(), 1u);
  end_run();
  ASSERT_EQ(viewer.rtp.size(), 2u);
  EXPECT_EQ(viewer.sequences()[1], viewer.sequences()[0] + 1);
}

TEST_F(RtpSourceTest, AGoodbyeEndsTheStreamAndWhatCameOfIt) {
  receive(vp8(1, true));
  source.end_stream(rtp::Ssrc{0xdead});
  EXPECT_EQ(source.streams().size(), 1u);
  source.end_stream(rtp::Ssrc{kSsrc});
  EXPECT_TRUE(source.streams().empty());
  EXPECT_EQ(source.active(), nullptr);
  EXPECT_EQ(shard.packets().in_use(), 0u);
  end_run();
  EXPECT_TRUE(viewer.rtp.empty());
  // The same SSRC may come again, as another stream.
  receive(vp8(7, true));
  end_run();
  EXPECT_EQ(viewer.rtp.size(), 1u);
}

TEST_F(RtpSourceTest, AGoodbyeOfAnotherStreamLeavesTheActiveOne) {
  receive(vp8(1, true, 0xa));
  receive(vp8(1, true, 0xb));
  source.end_stream(rtp::Ssrc{0xa});
  EXPECT_EQ(source.active()->ssrc().value, 0xbu);
  end_run();
  EXPECT_EQ(viewer.rtp.size(), 2u);
}

TEST_F(RtpSourceTest, TellsWhenMediaBeginsAndWhenItCeases) {
  EXPECT_EQ(source.deadline(), base::kNever);
  receive(vp8(1, true));
  receive(vp8(2));
  EXPECT_EQ(take_events(), (std::vector<std::string>{"MediaFlowOutStateChanged FLOWING VIDEO",
                                                     "MediaTranscodingStateChanged NOT_TRANSCODING VIDEO"}));
  at(1900ms);
  receive(vp8(3));
  at(1900ms + RtpSource::kSilence - 1ns);
  feedback();
  EXPECT_TRUE(take_events().empty());
  EXPECT_LE(source.deadline(), kStart + 1900ms + RtpSource::kSilence);
  at(1900ms + RtpSource::kSilence);
  feedback();
  EXPECT_EQ(take_events(), (std::vector<std::string>{"MediaFlowOutStateChanged NOT_FLOWING VIDEO"}));
  at(10s);
  receive(vp8(4));
  EXPECT_EQ(take_events(), (std::vector<std::string>{"MediaFlowOutStateChanged FLOWING VIDEO"}));
}

TEST_F(RtpSourceTest, OtherFormatsEndTheStreamsAndTheSameOnesDoNot) {
  receive(vp8(1, true));
  end_run();
  const rtp::SourceId before = source.active()->source();
  source.configure(source_config({format(96, "VP8"), format(98, "VP9")}));
  EXPECT_EQ(source.active()->source(), before);
  receive(vp8(2));
  end_run();
  EXPECT_EQ(viewer.rtp.size(), 2u);

  source.configure(source_config({format(120, "VP8")}));
  EXPECT_EQ(source.active(), nullptr);
  EXPECT_EQ(receive(vp8(3, true)), DropReason::unknown_payload_type);
  PacketSpec renumbered = vp8(4, true);
  renumbered.payload_type = 120;
  EXPECT_EQ(receive(renumbered), DropReason::none);
  end_run();
  ASSERT_EQ(viewer.rtp.size(), 3u);
  EXPECT_EQ(viewer.rtp[2].header.payload_type.value, 100);
  EXPECT_EQ(viewer.sequences()[2], viewer.sequences()[0] + 2);
}

TEST_F(RtpSourceTest, AsksTheActiveStreamForAKeyFrame) {
  source.request_key_frame(now());  // of nothing yet
  receive(vp8(1));
  EXPECT_EQ(messages<rtp::PictureLossIndication>(feedback()).size(), 1u);  // the viewer's wish
  at(600ms);
  receive(vp8(2, true));
  source.request_key_frame(now());
  const auto written = feedback();
  const auto asked = messages<rtp::PictureLossIndication>(written);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].sender.value, 0xfeedu);
  EXPECT_EQ(asked[0].media.value, kSsrc);
}

TEST_F(RtpSourceTest, AsksForNoOtherKeyFrameWhereAStreamStartsWithOne) {
  receive(vp8(1, true, 0xa));
  EXPECT_TRUE(messages<rtp::PictureLossIndication>(feedback()).empty());
  receive(vp8(1, true, 0xb));
  EXPECT_TRUE(messages<rtp::PictureLossIndication>(feedback()).empty());
  end_run();
  EXPECT_EQ(viewer.rtp.size(), 2u);
  receive(vp8(1, false, 0xc));
  EXPECT_EQ(messages<rtp::PictureLossIndication>(feedback()).size(), 1u);
}

TEST_F(RtpSourceTest, AsksForWhatIsMissing) {
  receive(vp8(1, true));
  receive(vp8(4));
  at(100ms);
  const auto written = feedback();
  const auto nacks = messages<rtp::Nack>(written);
  ASSERT_EQ(nacks.size(), 1u);
  EXPECT_EQ(nacks[0].media().value, kSsrc);
  std::vector<std::uint16_t> asked;
  for (const rtp::SequenceNumber lost : nacks[0]) asked.push_back(lost.value);
  EXPECT_EQ(asked, (std::vector<std::uint16_t>{2, 3}));
}

// The path is measured before the first packet comes over it.
TEST_F(RtpSourceTest, AStreamThatBeginsLaterKnowsTheRoundTripToo) {
  source.set_rtt(40ms);
  receive(vp8(1, true));
  receive(vp8(3));
  at(10ms);
  EXPECT_EQ(messages<rtp::Nack>(feedback()).size(), 1u);
  at(50ms - 1ns);
  EXPECT_EQ(messages<rtp::Nack>(feedback()).size(), 0u);
  at(50ms);
  EXPECT_EQ(messages<rtp::Nack>(feedback()).size(), 1u);
}

TEST_F(RtpSourceTest, ReportsEachStream) {
  receive(vp8(5, true, 0xa));
  receive(vp8(7, true, 0xb));
  std::vector<rtp::ReportBlock> blocks;
  source.append_reports(blocks, now());
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].ssrc.value, 0xau);
  EXPECT_EQ(blocks[0].extended_highest_sequence, 5u);
  EXPECT_EQ(blocks[1].ssrc.value, 0xbu);
}

TEST_F(RtpSourceTest, RelaysTheSmallestWishOfItsSubscribers) {
  Subscriber other_end(2);
  RtpSink other(shard, other_end.line, MediaType::video);
  other.configure({{format(100, "VP8")}, {}, {}});
  other.bind(&source);
  EXPECT_EQ(source.relayed_remb_bps(now()), 0u);
  sink.receive_remb(500'000, now());
  other.receive_remb(200'000, now());
  EXPECT_EQ(source.relayed_remb_bps(now()), 200'000u);
  other.bind(nullptr);
  EXPECT_EQ(source.relayed_remb_bps(now()), 500'000u);
}

TEST_F(RtpSourceTest, UnbindsItsSubscribersWhenItGoes) {
  receive(vp8(1, true));
  publisher.drop_source(MediaType::video);
  EXPECT_EQ(sink.source(), nullptr);
  EXPECT_FALSE(sink.stream()->source().is_set());
  sink.receive_picture_loss(now());  // has nobody to ask
}

// Packets that histories hold cannot come in: where they run out, checks and handshakes would go unanswered.
TEST_F(RtpSourceTest, HistoriesShrinkBeforePacketsRunOut) {
  base::PacketPool& pool = shard.packets();
  std::vector<base::PacketRef> held;
  for (std::uint16_t i = 1; i <= 100; ++i) receive(vp8(i, i == 1));
  end_run();
  EXPECT_EQ(source.active()->history().size(), 100u);
  while (pool.in_use() < pool.max_packets() / 4 * 3) held.push_back(pool.acquire());
  receive(vp8(101));
  end_run();
  EXPECT_EQ(source.active()->history().size(), 32u);
  while (pool.in_use() < pool.max_packets() / 8 * 7) held.push_back(pool.acquire());
  receive(vp8(102));
  end_run();
  EXPECT_EQ(source.active()->history().size(), 0u);
  EXPECT_EQ(viewer.rtp.size(), 102u);
  held.clear();
  for (std::uint16_t i = 103; i < 203; ++i) receive(vp8(i));
  EXPECT_EQ(source.active()->history().size(), 100u);
}

}  // namespace
}  // namespace kaskado::pipeline::test
