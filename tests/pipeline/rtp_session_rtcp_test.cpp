// The reports and the feedback of a session, both ways.
#include "rtp_session_fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

using RtpSessionRtcp = RtpSessionTest;

constexpr int kSenderReport = 200, kReceiverReport = 201, kDescription = 202, kGoodbye = 203,
              kTransport = 205, kPayload = 206;

TEST_F(RtpSessionRtcp, SaysNothingBeforeItsTransportIsUp) {
  receive_audio(1);
  EXPECT_TRUE(advance_to(1s).empty());
  session.start(now());
  EXPECT_LE(session.deadline(), now() + 1500ms);
}

TEST_F(RtpSessionRtcp, HasNothingToReportWithoutStreamsAndWakesSeldom) {
  session.start(now());
  int wakes = 0;
  for (; session.deadline() <= kStart + 61s; ++wakes) {
    shard.set_now(session.deadline());
    EXPECT_TRUE(advance().empty());
  }
  EXPECT_LE(wakes, 61 / 2.5);
}

// RFC 3550 §6.3.1. All sessions that began together reported together, each second.
TEST_F(RtpSessionRtcp, ReportsGoAboutEachSecondAndNotInStep) {
  session.start(now());
  std::vector<base::Duration> intervals;
  for (std::uint16_t count = 0; count < 200; ++count) {
    receive_audio(count);
    const Instant before = now();
    ASSERT_EQ(next_report().size(), 1u);
    intervals.push_back(now() - before);
  }
  std::ranges::sort(intervals);
  EXPECT_GE(intervals.front(), 500ms);
  EXPECT_LT(intervals.front(), 550ms);
  EXPECT_GT(intervals.back(), 1450ms);
  EXPECT_LT(intervals.back(), 1500ms);
  EXPECT_NEAR((now() - kStart) / 200 / 1.0s, 1.0, 0.1);
}

TEST_F(RtpSessionRtcp, ReportsWhatItReceives) {
  session.start(now());
  receive_audio(7);
  std::vector<Octets> reports;
  for (int count = 1; count <= 3; ++count) {
    receive_audio(static_cast<std::uint16_t>(7 + count));
    for (Octets& compound : next_report()) reports.push_back(std::move(compound));
  }
  ASSERT_EQ(reports.size(), 3u);
  EXPECT_EQ(types_of(reports[2]), (std::vector<int>{kReceiverReport, kDescription}));
  const auto received = messages<rtp::ReceiverReport>(reports);
  ASSERT_EQ(received.size(), 3u);
  EXPECT_EQ(received[2].sender, session.sink(MediaType::video).ssrc());
  ASSERT_EQ(received[2].blocks.size(), 1u);
  EXPECT_EQ(received[2].blocks[0].ssrc.value, kAudioSsrc);
  EXPECT_EQ(received[2].blocks[0].extended_highest_sequence, 10u);
  const auto names = messages<rtp::SourceDescription>(reports);
  ASSERT_EQ(names.size(), 3u);
  EXPECT_EQ(names[2].cname_of(received[2].sender), kCname);
}

TEST_F(RtpSessionRtcp, ReportsWhatItSendsWithAllBlocksInTheFirstReport) {
  loop_back();
  session.start(now());
  receive_audio(1);
  receive_video(1, true);
  end_run();
  const auto said = next_report();
  ASSERT_FALSE(said.empty());
  EXPECT_EQ(types_of(said.back()),
            (std::vector<int>{kSenderReport, kDescription, kSenderReport, kDescription}));
  const auto reports = messages<rtp::SenderReport>(said);
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].sender, session.sink(MediaType::audio).ssrc());
  EXPECT_EQ(reports[0].blocks.size(), 2u);
  EXPECT_EQ(reports[1].sender, session.sink(MediaType::video).ssrc());
  EXPECT_TRUE(reports[1].blocks.empty());
  EXPECT_EQ(reports[1].info.packets, 1u);
  EXPECT_EQ(reports[1].info.payload_bytes, vp8(1).payload.size());
  EXPECT_EQ(reports[1].info.ntp, rtp::NtpTime::of(shard.clock().at(now())));
  const auto names = messages<rtp::SourceDescription>(said);
  EXPECT_EQ(names[0].cname_of(reports[0].sender), kCname);
  EXPECT_EQ(names[1].cname_of(reports[1].sender), kCname);
}

TEST_F(RtpSessionRtcp, ReportsTellTheDelaySinceTheLastSenderReport) {
  session.start(now());
  receive_audio(1);
  rtp::SenderInfo info;
  info.ntp = rtp::NtpTime{0x8765'4321'abcd'0000};
  receive_rtcp([&](rtp::RtcpBuilder& builder) { builder.sender_report(rtp::Ssrc{kAudioSsrc}, info); });
  const auto said = next_report();
  const auto reports = messages<rtp::ReceiverReport>(said);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].blocks[0].last_sender_report, 0x4321abcdu);
  // In units of 1/65536 s (RFC 3550 §6.4.1).
  EXPECT_NEAR(reports[0].blocks[0].delay_since_last_sender_report, 65536 * ((now() - kStart) / 1.0s), 1);
}

TEST_F(RtpSessionRtcp, FeedbackGoesAloneWhereReducedSizeIsNegotiated) {
  receive_video(1, true);
  receive_video(3);
  const auto said = advance_to(10ms);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(types_of(said[0]), (std::vector<int>{kTransport}));
  const auto nacks = messages<rtp::Nack>(said);
  ASSERT_EQ(nacks.size(), 1u);
  EXPECT_EQ(nacks[0].media().value, kVideoSsrc);
  EXPECT_EQ(nacks[0].sender(), session.sink(MediaType::video).ssrc());
  EXPECT_EQ((*nacks[0].begin()).value, 2);
}

// RFC 3550 §6.1
TEST_F(RtpSessionRtcp, FeedbackGoesBehindAReportAndANameElse) {
  reduced_size(false);
  configure();
  receive_video(1, true);
  receive_video(3);
  const auto said = advance_to(10ms);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(types_of(said[0]), (std::vector<int>{kReceiverReport, kDescription, kTransport}));
}

TEST_F(RtpSessionRtcp, ALineWithoutReducedSizeHoldsForTheWholeBundle) {
  audio_media.rtcp_rsize = false;
  configure();
  receive_video(1, true);
  receive_video(3);
  const auto said = advance_to(10ms);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(types_of(said[0]).front(), kReceiverReport);
  // A refused one has no say.
  audio_media.refusal = sdp::Refusal::port_zero;
  configure();
  receive_video(5);
  EXPECT_EQ(types_of(advance_to(20ms).at(0)).front(), kTransport);
}

TEST_F(RtpSessionRtcp, KeepsQuietOnAClosedLine) {
  session.start(now());
  peer.line.close();
  receive_video(1, true);
  receive_video(3);
  EXPECT_TRUE(advance_to(2s).empty());
  session.say_goodbye(shard.outbox());
  EXPECT_TRUE(shard.outbox().empty());
}

TEST_F(RtpSessionRtcp, AsksByFirWherePliIsNotNegotiated) {
  feedback_of_video({"ccm fir"});
  configure();
  loop_back();
  receive_video(1);
  const auto said = advance_to(0s);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(types_of(said[0]), (std::vector<int>{kPayload}));
  const auto requests = messages<rtp::FullIntraRequest>(said);
  ASSERT_EQ(requests.size(), 1u);
  ASSERT_EQ(requests[0].commands.size(), 1u);
  EXPECT_EQ(requests[0].commands[0].media.value, kVideoSsrc);
}

TEST_F(RtpSessionRtcp, AsksForNothingThatIsNotNegotiated) {
  feedback_of_video({});
  configure();
  loop_back();
  receive_video(1);
  receive_video(3);
  EXPECT_TRUE(advance_to(1s).empty());
}

TEST_F(RtpSessionRtcp, AnOpenLineLetsVideoAskForItsKeyFrame) {
  peer.line.close();
  loop_back();
  receive_video(1);
  EXPECT_TRUE(advance_to(100ms).empty());
  peer.line.open(peer.path);
  session.start(now());
  EXPECT_EQ(messages<rtp::PictureLossIndication>(advance_to(100ms)).size(), 1u);
}

TEST_F(RtpSessionRtcp, AnswersANackOfTheStreamItNames) {
  loop_back();
  receive_audio(1);
  receive_video(1, true);
  end_run();
  const rtp::Ssrc video = session.sink(MediaType::video).ssrc();
  const rtp::SequenceNumber sent = peer.rtp.at(1).header.sequence;
  at(500ms);
  const auto nack = [&](rtp::Ssrc media) {
    return receive_rtcp([&](rtp::RtcpBuilder& builder) { builder.nack(rtp::Ssrc{1}, media, {&sent, 1}); });
  };
  EXPECT_EQ(nack(video), DropReason::none);
  EXPECT_EQ(peer.repeated, 1);
  EXPECT_EQ(nack(rtp::Ssrc{0xdead}), DropReason::none);
  EXPECT_EQ(peer.repeated, 1);
}

TEST_F(RtpSessionRtcp, PassesPictureLossAndReportsToTheirStreams) {
  loop_back();
  receive_video(1, true);
  end_run();
  const rtp::Ssrc video = session.sink(MediaType::video).ssrc();
  rtp::ReportBlock block;
  block.ssrc = video;
  block.fraction_lost = 64;
  at(2s);
  receive_rtcp([&](rtp::RtcpBuilder& builder) {
    builder.receiver_report(rtp::Ssrc{1}, {&block, 1});
    builder.picture_loss(rtp::Ssrc{1}, video);
    builder.full_intra(rtp::Ssrc{1}, video, 1);
    builder.picture_loss(rtp::Ssrc{1}, rtp::Ssrc{0xdead});
  });
  const rtp::SendStats stats = session.sink(MediaType::video).stream()->stats();
  EXPECT_EQ(stats.fraction_lost, 64);
  EXPECT_EQ(stats.plis, 1u);
  EXPECT_EQ(stats.firs, 1u);
  EXPECT_EQ(messages<rtp::PictureLossIndication>(advance_to(2s)).size(), 1u);
}

TEST_F(RtpSessionRtcp, CountsMalformedRtcpAndUsesWhatStandsBefore) {
  loop_back();
  receive_video(1, true);
  end_run();
  std::array<std::uint8_t, 200> memory;
  rtp::RtcpBuilder builder(memory);
  builder.picture_loss(rtp::Ssrc{1}, session.sink(MediaType::video).ssrc());
  Octets compound(builder.written().begin(), builder.written().end());
  compound.insert(compound.end(), {0x80, 200, 0xff, 0xff});
  EXPECT_EQ(session.receive_rtcp(compound, now(), shard.outbox()), DropReason::bad_rtcp);
  EXPECT_EQ(session.sink(MediaType::video).stream()->stats().plis, 1u);
  EXPECT_EQ(session.receive_rtcp({}, now(), shard.outbox()), DropReason::none);
}

TEST_F(RtpSessionRtcp, AGoodbyeEndsTheStreamsThatItNames) {
  receive_audio(1);
  receive_video(1, true);
  const std::array ssrcs{rtp::Ssrc{kVideoSsrc}, rtp::Ssrc{0xdead}};
  receive_rtcp([&](rtp::RtcpBuilder& builder) { builder.goodbye(ssrcs); });
  EXPECT_EQ(streams(MediaType::audio), 1u);
  EXPECT_EQ(streams(MediaType::video), 0u);
  // The SSRC is free: another line may have it now.
  EXPECT_EQ(receive(opus(2, kVideoSsrc)), DropReason::none);
  EXPECT_EQ(streams(MediaType::audio), 2u);
}

TEST_F(RtpSessionRtcp, SaysGoodbyeForBothStreams) {
  session.say_goodbye(shard.outbox());
  peer.take_all(shard.outbox());
  ASSERT_EQ(peer.rtcp.size(), 1u);
  EXPECT_EQ(types_of(peer.rtcp[0]), (std::vector<int>{kReceiverReport, kDescription, kGoodbye}));
  const auto goodbyes = messages<rtp::Goodbye>(peer.rtcp);
  ASSERT_EQ(goodbyes[0].sources.size(), 2u);
  EXPECT_EQ(goodbyes[0].sources[0], session.sink(MediaType::audio).ssrc());
  EXPECT_EQ(goodbyes[0].sources[1], session.sink(MediaType::video).ssrc());
}

TEST_F(RtpSessionRtcp, HasNothingToSayGoodbyeForWhenItNeverSent) {
  audio_media.direction = video_media.direction = sdp::Direction::recvonly;
  RtpSession receiver(shard, element, peer.line, kCname);
  receiver.configure({audio_media, video_media});
  receiver.say_goodbye(shard.outbox());
  EXPECT_TRUE(shard.outbox().empty());
}

TEST_F(RtpSessionRtcp, ReportsArrivalsWhereTransportCcIsNegotiated) {
  feedback_of_video({"nack", "transport-cc"});
  configure();
  for (std::uint16_t i = 0; i < 5; ++i) {
    at(i * 10ms);
    PacketSpec spec = i % 2 == 0 ? vp8(static_cast<std::uint16_t>(1 + i / 2), i == 0, kVideoSsrc) : opus(i);
    spec.extension = extension_block({{kTransportCcId, {0x12, static_cast<std::uint8_t>(i)}}});
    ASSERT_EQ(receive(spec), DropReason::none);
  }
  const auto said = advance_to(200ms);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(types_of(said[0]), (std::vector<int>{kTransport}));
  const auto reports = messages<rtp::TransportFeedback>(said);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].sender, session.sink(MediaType::video).ssrc());
  EXPECT_EQ(reports[0].base_sequence, 0x1200);
  EXPECT_EQ(reports[0].status_count, 5);
}

// The estimate is about the way here, not about what becomes of a packet.
TEST_F(RtpSessionRtcp, ReportsArrivalsOfWhatIsDropped) {
  feedback_of_video({"nack", "transport-cc"});
  video_media.direction = sdp::Direction::sendonly;
  configure();
  for (std::uint8_t i = 0; i < 3; ++i) {
    PacketSpec spec = vp8(1 + i, i == 0, kVideoSsrc);
    spec.extension = extension_block({{kMidId, {'v'}}, {kTransportCcId, {0x12, i}}});
    ASSERT_EQ(receive(spec), DropReason::direction_not_negotiated);
  }
  const auto reports = messages<rtp::TransportFeedback>(advance_to(200ms));
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].status_count, 3);
}

TEST_F(RtpSessionRtcp, ReportsNoArrivalsElse) {
  for (const bool with_extension : {false, true}) {
    feedback_of_video(with_extension ? std::vector<std::string>{} : std::vector<std::string>{"transport-cc"});
    if (!with_extension) video_media.extensions.pop_back();
    configure();
    PacketSpec spec = vp8(with_extension ? 1 : 2, true, kVideoSsrc);
    spec.extension = extension_block({{kTransportCcId, {0x12, 0x34}}});
    ASSERT_EQ(receive(spec), DropReason::none);
    EXPECT_TRUE(messages<rtp::TransportFeedback>(advance_to(with_extension ? 2s : 1s)).empty());
    video_media = negotiated(sdp::MediaKind::video);
  }
}

}  // namespace
}  // namespace kaskado::pipeline::test
