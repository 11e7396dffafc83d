// Several m-lines of one kind on one transport.
#include "rtp_session_fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

constexpr Pad kSecond{MediaType::video, 1};
constexpr std::uint32_t kSecondSsrc = 0x5ec0d;

class RtpSessionLines : public RtpSessionTest {
 protected:
  RtpSessionLines() {
    second_media.index = 2;
    second_media.mid = "w";
    second_media.number = 1;
    configure();
  }

  void configure() { session.configure({audio_media, video_media, second_media}); }
  PacketSpec second(std::uint16_t sequence, bool named = false) {
    PacketSpec spec = vp8(sequence, true, kSecondSsrc);
    if (named) spec.extension = mid_block("w");
    return spec;
  }
  PacketSpec first(std::uint16_t sequence) {
    PacketSpec spec = vp8(sequence, true, kVideoSsrc);
    spec.extension = mid_block("v");
    return spec;
  }
  void loop_back() {
    for (const Pad pad : session.pads()) session.sink(pad).bind(&session.source(pad));
  }
  // What has gone out of a sink.
  std::size_t sent_by(Pad pad) {
    const rtp::Ssrc ssrc = session.sink(pad).ssrc();
    return static_cast<std::size_t>(
        std::ranges::count_if(peer.rtp, [&](const Heard& heard) { return heard.header.ssrc == ssrc; }));
  }
  // The ids of header extensions in what has gone out of a sink, of the first packet.
  Octets extension_of(Pad pad) {
    const auto found = std::ranges::find_if(
        peer.rtp, [&](const Heard& h) { return h.header.ssrc == session.sink(pad).ssrc(); });
    if (found == peer.rtp.end()) return {};
    return {found->bytes.begin() + rtp::kFixedHeaderBytes,
            found->bytes.begin() + found->header.payload_offset};
  }
  static void take_repairs(sdp::NegotiatedMedia& media) {
    media.codecs[0].rtx_payload_type = media.codecs[0].receive_rtx_payload_type = 97;
    media.codecs[0].codec.feedback = {"nack", "nack pli", "transport-cc"};
  }

  sdp::NegotiatedMedia second_media = negotiated(sdp::MediaKind::video);
};

TEST_F(RtpSessionLines, EachIsAPadOfItsOwn) {
  EXPECT_EQ(session.pads(), (std::vector<Pad>{MediaType::audio, MediaType::video, kSecond}));
  EXPECT_NE(&session.source(kSecond), &session.source(MediaType::video));
  EXPECT_NE(session.sink(kSecond).ssrc(), session.sink(MediaType::video).ssrc());
}

TEST_F(RtpSessionLines, AMidTellsThemApart) {
  EXPECT_EQ(receive(second(1)), DropReason::unknown_ssrc) << "both have the payload type";
  EXPECT_EQ(receive(second(1, true)), DropReason::none);
  EXPECT_EQ(receive(second(2)), DropReason::none);
  EXPECT_EQ(receive(first(1)), DropReason::none);
  EXPECT_EQ(session.source(kSecond).active()->stats(now()).packets, 2u);
  EXPECT_EQ(session.source(MediaType::video).active()->stats(now()).packets, 1u);
}

TEST_F(RtpSessionLines, SoDoTheSsrcsOfTheDescription) {
  video_media.remote_ssrcs = {{kVideoSsrc, "user", "", {}}};
  second_media.remote_ssrcs = {{kSecondSsrc, "user", "", {}}};
  configure();
  EXPECT_EQ(receive(second(1)), DropReason::none);
  EXPECT_EQ(receive_video(1, true), DropReason::none);
  EXPECT_EQ(session.source(kSecond).streams().size(), 1u);
  EXPECT_EQ(streams(MediaType::video), 1u);
}

TEST_F(RtpSessionLines, EachIsSentAsItself) {
  loop_back();
  receive(first(1));
  receive(second(1, true));
  receive(second(2));
  end_run();
  EXPECT_EQ(sent_by(MediaType::video), 1u);
  EXPECT_EQ(sent_by(kSecond), 2u);
  EXPECT_EQ(extension_of(kSecond), mid_block("w"));
  EXPECT_EQ(extension_of(MediaType::video), mid_block("v"));
}

TEST_F(RtpSessionLines, EachTakesItsOwnFeedback) {
  loop_back();
  receive(first(1));
  receive(second(1, true));
  end_run();
  at(2s);
  receive_rtcp(
      [&](rtp::RtcpBuilder& builder) { builder.picture_loss(rtp::Ssrc{1}, session.sink(kSecond).ssrc()); });
  EXPECT_EQ(session.sink(kSecond).stream()->stats().plis, 1u);
  EXPECT_EQ(session.sink(MediaType::video).stream()->stats().plis, 0u);
  const auto asked = messages<rtp::PictureLossIndication>(advance_to(2s));
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].media.value, kSecondSsrc);
}

TEST_F(RtpSessionLines, AllAreReported) {
  session.start(now());
  loop_back();
  receive(first(1));
  receive(second(1, true));
  end_run();
  const auto said = next_report();
  const auto reports = messages<rtp::SenderReport>(said);
  ASSERT_EQ(reports.size(), 2u);
  EXPECT_EQ(reports[0].sender, session.sink(MediaType::video).ssrc());
  EXPECT_EQ(reports[1].sender, session.sink(kSecond).ssrc());
  EXPECT_EQ(reports[0].blocks.size(), 2u);
  session.say_goodbye(shard.outbox());
  peer.rtcp.clear();
  peer.take_all(shard.outbox());
  EXPECT_EQ(messages<rtp::Goodbye>(peer.rtcp).at(0).sources.size(), 3u);
}

TEST_F(RtpSessionLines, OneThatIsTakenAwayFallsSilentAndMayComeBack) {
  loop_back();
  const rtp::Ssrc ssrc = session.sink(kSecond).ssrc();
  receive(second(1, true));
  second_media.refusal = sdp::Refusal::port_zero;
  configure();
  EXPECT_EQ(receive(second(2, true)), DropReason::unknown_ssrc);
  EXPECT_TRUE(session.source(kSecond).streams().empty());
  EXPECT_EQ(receive(first(1)), DropReason::none);
  second_media.refusal = sdp::Refusal::none;
  second_media.mid = "x";
  configure();
  PacketSpec again = second(3);
  again.extension = mid_block("x");
  EXPECT_EQ(receive(again), DropReason::none);
  end_run();
  EXPECT_EQ(session.sink(kSecond).ssrc(), ssrc);
  EXPECT_EQ(extension_of(kSecond), mid_block("x"));
}

// Of two with the same number, as of all where nobody numbers them.
TEST_F(RtpSessionLines, WithoutANumberOfItsOwnItIsLeftOut) {
  second_media.number = 0;
  configure();
  EXPECT_EQ(receive(second(1, true)), DropReason::unknown_ssrc);
  EXPECT_EQ(receive(first(1)), DropReason::none);
}

TEST_F(RtpSessionLines, ALineThatIsAloneReportsByItsOwnName) {
  feedback_of_video({});
  RtpSession lonely(shard, element, peer.line, kCname);
  second_media.rtcp_rsize = false;
  lonely.configure({second_media});
  lonely.start(now());
  PacketSpec spec = second(1);
  ASSERT_EQ(lonely.receive_rtp(rtp::test::make_packet(shard.packets(), spec, now()), now()),
            DropReason::none);
  peer.rtcp.clear();
  shard.set_now(lonely.deadline());
  lonely.advance(now(), shard.outbox());
  peer.take_all(shard.outbox());
  const auto reports = messages<rtp::ReceiverReport>(peer.rtcp);
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].sender, lonely.sink(kSecond).ssrc());
}

// What a line may take.

TEST_F(RtpSessionLines, ARembIsSharedByThoseThatItNamesAndThatSend) {
  loop_back();
  receive(first(1));
  receive(second(1, true));
  const std::array both{session.sink(MediaType::video).ssrc(), session.sink(kSecond).ssrc()};
  const auto say = [&] {
    receive_rtcp([&](rtp::RtcpBuilder& builder) { builder.remb(rtp::Ssrc{1}, 600'000, both); });
  };
  say();
  EXPECT_EQ(session.source(MediaType::video).relayed_remb_bps(now()), 300'000u);
  EXPECT_EQ(session.source(kSecond).relayed_remb_bps(now()), 300'000u);
  session.sink(kSecond).bind(nullptr);
  say();
  EXPECT_EQ(session.source(MediaType::video).relayed_remb_bps(now()), 600'000u);
}

TEST_F(RtpSessionLines, ThePublisherIsToldWhatItsVideosMayTakeTogether) {
  for (sdp::NegotiatedMedia* media : {&video_media, &second_media})
    media->codecs[0].codec.feedback = {"goog-remb", "transport-cc"};
  configure();
  loop_back();
  receive(first(1));
  receive(second(1, true));
  session.set_receive_limits({.max_bps = 400'000});
  // The last that was written, and of how many streams.
  const auto last = [&] {
    const auto said = advance_to(now() - kStart + 600ms);
    const auto rembs = messages<rtp::Remb>(said);
    return rembs.empty()
               ? std::pair<std::uint64_t, std::size_t>{}
               : std::pair<std::uint64_t, std::size_t>{rembs.back().bitrate_bps, rembs.back().media.size()};
  };
  EXPECT_EQ(last(), std::pair(std::uint64_t{800'000}, std::size_t{2})) << "the limit of each";
  session.sink(MediaType::video).receive_remb(100'000, now());
  EXPECT_EQ(last().first, 800'000u) << "nobody bounds the other";
  session.sink(MediaType::video).receive_remb(100'000, now());
  session.sink(kSecond).receive_remb(250'000, now());
  EXPECT_EQ(last().first, 350'000u);
}

TEST_F(RtpSessionLines, LimitsHoldForOneThatComesLater) {
  session.set_send_limits({.min_bps = 1, .max_bps = 70'000});
  EXPECT_EQ(session.sink({MediaType::video, 2}).send_limits().max_bps, 70'000u);
  session.set_send_limits({.max_bps = 80'000});
  EXPECT_EQ(session.sink(kSecond).send_limits().max_bps, 80'000u);
}

// Numbers of the transport.

TEST_F(RtpSessionLines, AllVideosAreNumberedWhereRepairsGoApart) {
  for (sdp::NegotiatedMedia* media : {&video_media, &second_media}) take_repairs(*media);
  configure();
  loop_back();
  receive(first(1));
  receive(second(1, true));
  end_run();
  for (const Pad pad : {Pad(MediaType::video), kSecond}) {
    ASSERT_GE(extension_of(pad).size(), 8u);
    EXPECT_EQ(extension_of(pad)[4] >> 4, kTransportCcId);
    EXPECT_EQ(extension_of(pad)[7] >> 4, kMidId);
  }
}

// RFC 3711 §9.1: the same index twice with another header gives the key stream away. The number of a packet
// is remembered for the first video only.
TEST_F(RtpSessionLines, AFurtherVideoThatIsSentAgainAsItselfHasNoNumber) {
  for (sdp::NegotiatedMedia* media : {&video_media, &second_media})
    media->codecs[0].codec.feedback = {"nack", "transport-cc"};
  configure();
  loop_back();
  receive(first(1));
  receive(second(1, true));
  end_run();
  ASSERT_GE(extension_of(MediaType::video).size(), 8u);
  EXPECT_EQ(extension_of(MediaType::video)[4] >> 4, kTransportCcId);
  EXPECT_EQ(extension_of(kSecond), mid_block("w"));
  ASSERT_EQ(sent_by(kSecond), 1u);
  const std::array lost{peer.rtp.back().header.sequence};
  ASSERT_EQ(peer.rtp.back().header.ssrc, session.sink(kSecond).ssrc());
  at(1s);
  receive_rtcp(
      [&](rtp::RtcpBuilder& builder) { builder.nack(rtp::Ssrc{1}, session.sink(kSecond).ssrc(), lost); });
  EXPECT_EQ(peer.repeated, 1) << "the same packet once more";
}

}  // namespace
}  // namespace kaskado::pipeline::test
