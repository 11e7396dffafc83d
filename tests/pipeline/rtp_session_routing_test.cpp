// Which m-line a received packet belongs to (RFC 8843 §9.2), and what is dropped.
#include "rtp_session_fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

using RtpSessionRouting = RtpSessionTest;

TEST_F(RtpSessionRouting, TakesThePayloadTypeWhereOnlyOneLineHasIt) {
  EXPECT_EQ(receive_audio(1), DropReason::none);
  EXPECT_EQ(receive_video(1, true), DropReason::none);
  EXPECT_EQ(streams(MediaType::audio), 1u);
  EXPECT_EQ(streams(MediaType::video), 1u);
}

TEST_F(RtpSessionRouting, DropsWhatNoLineKnows) {
  PacketSpec spec = vp8(1, true);
  spec.payload_type = 50;
  EXPECT_EQ(receive(spec), DropReason::unknown_ssrc);
  EXPECT_FALSE(session.last_received());
}

// It may not be guessed: the mid or the a=ssrc lines have to say it.
TEST_F(RtpSessionRouting, DropsAPayloadTypeThatTwoLinesHave) {
  audio_media.codecs[0].receive_payload_type = 96;
  configure();
  EXPECT_EQ(receive_video(1, true), DropReason::unknown_ssrc);
  PacketSpec spec = vp8(2, true, kVideoSsrc);
  spec.extension = mid_block("a");
  EXPECT_EQ(receive(spec), DropReason::none);
  EXPECT_EQ(streams(MediaType::audio), 1u);
  EXPECT_EQ(streams(MediaType::video), 0u);
}

TEST_F(RtpSessionRouting, TheMidTeachesTheSsrc) {
  audio_media.codecs[0].receive_payload_type = 96;
  configure();
  PacketSpec named = vp8(1, true, 77);
  named.extension = mid_block("v");
  EXPECT_EQ(receive(named), DropReason::none);
  EXPECT_EQ(receive(vp8(2, false, 77)), DropReason::none);
  EXPECT_EQ(streams(MediaType::video), 1u);
  EXPECT_EQ(session.source(MediaType::video).active()->stats(now()).packets, 2u);
}

// "the most recent one counts": the SSRC goes with its newest mid.
TEST_F(RtpSessionRouting, AnotherMidTakesTheSsrcAlong) {
  audio_media.codecs[0].receive_payload_type = 96;
  configure();
  PacketSpec named = vp8(1, true, 77);
  named.extension = mid_block("v");
  receive(named);
  named.extension = mid_block("a");
  named.sequence = 2;
  EXPECT_EQ(receive(named), DropReason::none);
  EXPECT_EQ(receive(vp8(3, false, 77)), DropReason::none);
  EXPECT_EQ(session.source(MediaType::audio).active()->stats(now()).packets, 2u);
  EXPECT_EQ(session.source(MediaType::video).active()->stats(now()).packets, 1u);
}

TEST_F(RtpSessionRouting, AnUnknownMidDropsThePacketWhateverItsSsrc) {
  receive_video(1, true);
  PacketSpec spec = vp8(2, false, kVideoSsrc);
  spec.extension = mid_block("x");
  EXPECT_EQ(receive(spec), DropReason::unknown_ssrc);
  EXPECT_EQ(receive_video(3), DropReason::none);
}

TEST_F(RtpSessionRouting, TheDescriptionTellsSsrcs) {
  audio_media.codecs[0].receive_payload_type = 96;
  audio_media.remote_ssrcs = {{0xa, "user", "", {}}};
  video_media.remote_ssrcs = {{0xb, "user", "", {}}};
  configure();
  EXPECT_EQ(receive(vp8(1, false, 0xa)), DropReason::none);
  EXPECT_EQ(receive(vp8(1, true, 0xb)), DropReason::none);
  EXPECT_EQ(streams(MediaType::audio), 1u);
  EXPECT_EQ(streams(MediaType::video), 1u);
}

TEST_F(RtpSessionRouting, APeerThatNamesManySsrcsIsMatchedByMidAllTheSame) {
  for (std::uint32_t ssrc = 1000; ssrc < 2000; ++ssrc) {
    PacketSpec spec = opus(1, ssrc);
    spec.extension = mid_block("a");
    ASSERT_EQ(receive(spec), DropReason::none);
  }
  EXPECT_EQ(streams(MediaType::audio), RtpSource::kMaxStreams);
  EXPECT_EQ(receive_video(1, true), DropReason::none);
}

// So that a peer cannot fill the table: beyond the bound, each packet has to say where it belongs.
TEST_F(RtpSessionRouting, RemembersABoundedNumberOfSsrcs) {
  audio_media.codecs[0].receive_payload_type = 96;  // which therefore tells nothing
  configure();
  int remembered = 0;
  for (std::uint32_t ssrc = 1000; ssrc < 1200; ++ssrc) {
    PacketSpec spec = vp8(1, true, ssrc);
    spec.extension = mid_block("v");
    ASSERT_EQ(receive(spec), DropReason::none);
    remembered += receive(vp8(2, false, ssrc)) == DropReason::none;
  }
  EXPECT_EQ(remembered, 64);
}

TEST_F(RtpSessionRouting, DropsWhatWasNotNegotiatedToCome) {
  video_media.direction = sdp::Direction::sendonly;
  configure();
  EXPECT_EQ(receive_audio(1), DropReason::none);
  PacketSpec spec = vp8(1, true, kVideoSsrc);
  EXPECT_EQ(receive(spec), DropReason::unknown_ssrc);
  spec.extension = mid_block("v");
  EXPECT_EQ(receive(spec), DropReason::direction_not_negotiated);
  EXPECT_EQ(receive_video(2), DropReason::direction_not_negotiated);  // it is known by now
  EXPECT_EQ(streams(MediaType::video), 0u);
}

TEST_F(RtpSessionRouting, ARefusedLineReceivesNothing) {
  receive_video(1, true);
  video_media.refusal = sdp::Refusal::no_common_codec;
  configure();
  EXPECT_EQ(streams(MediaType::video), 0u);
  EXPECT_EQ(receive_video(2, true), DropReason::unknown_ssrc);
  EXPECT_EQ(receive_audio(1), DropReason::none);
}

TEST_F(RtpSessionRouting, LeavesFurtherLinesOfOneTypeOut) {
  sdp::NegotiatedMedia second = negotiated(sdp::MediaKind::video);
  second.mid = "w";
  second.codecs[0].receive_payload_type = 99;
  session.configure({audio_media, video_media, second});
  PacketSpec spec = vp8(1, true, 77);
  spec.payload_type = 99;
  EXPECT_EQ(receive(spec), DropReason::unknown_ssrc);
  spec.extension = mid_block("w");
  EXPECT_EQ(receive(spec), DropReason::unknown_ssrc);
}

TEST_F(RtpSessionRouting, CountsWhatIsNoRtpOrComesTwice) {
  base::PacketRef packet = rtp::test::make_packet(shard.packets(), vp8(1, true), now());
  packet->length = 11;
  EXPECT_EQ(session.receive_rtp(std::move(packet), now()), DropReason::bad_rtp);
  receive_video(1, true);
  EXPECT_EQ(receive_video(1, true), DropReason::duplicate_packet);
  PacketSpec other = opus(2, kVideoSsrc);  // the SSRC is the video's
  EXPECT_EQ(receive(other), DropReason::unknown_payload_type);
}

TEST_F(RtpSessionRouting, ReceivesAnAnswererThatRenumberedAndSendsAsItWants) {
  video_media.codecs[0].codec.payload_type = 120;
  video_media.codecs[0].receive_payload_type = 96;
  configure();
  loop_back();
  EXPECT_EQ(receive_video(1, true), DropReason::none);
  end_run();
  ASSERT_EQ(peer.rtp.size(), 1u);
  EXPECT_EQ(peer.rtp[0].header.payload_type.value, 120);
}

TEST_F(RtpSessionRouting, SendsTheMidOfItsLine) {
  loop_back();
  receive_audio(1);
  receive_video(1, true);
  end_run();
  ASSERT_EQ(peer.rtp.size(), 2u);
  rtp::ExtensionMap map;
  map.set(rtp::ExtensionKind::mid, kMidId);
  std::vector<std::string> mids;
  for (const Heard& heard : peer.rtp) {
    const auto values = rtp::read_extensions(heard.bytes, heard.header, map);
    mids.emplace_back(rtp::text_of(rtp::ExtensionKind::mid, values, heard.bytes.data()));
  }
  EXPECT_EQ(mids, (std::vector<std::string>{"a", "v"}));
}

TEST_F(RtpSessionRouting, SendsNothingOnALineThatOnlyReceives) {
  loop_back();
  video_media.direction = sdp::Direction::recvonly;
  configure();
  receive_audio(1);
  receive_video(1, true);
  end_run();
  ASSERT_EQ(peer.rtp.size(), 1u);
  EXPECT_EQ(peer.rtp[0].header.ssrc, session.sink(MediaType::audio).ssrc());
}

// A new description may only change what it names: streams of lines that stay as they are go on.
TEST_F(RtpSessionRouting, ANewDescriptionOfTheSameMediaDisturbsNothing) {
  loop_back();
  receive_video(1, true);
  end_run();
  configure();
  receive_video(2);
  end_run();
  ASSERT_EQ(peer.rtp.size(), 2u);
  EXPECT_EQ(peer.sequences()[1], peer.sequences()[0] + 1);
}

TEST_F(RtpSessionRouting, KnowsWhenItHeardLast) {
  EXPECT_FALSE(session.last_received());
  at(3s);
  receive_audio(1);
  EXPECT_EQ(session.last_received(), kStart + 3s);
  at(4s);
  receive_rtcp([](rtp::RtcpBuilder& builder) { builder.receiver_report(rtp::Ssrc{1}); });
  EXPECT_EQ(session.last_received(), kStart + 4s);
}

// Whoever says goodbye may come back by the SSRC that was signalled, where nothing else tells its m-line.
TEST_F(RtpSessionRouting, AGoodbyeLeavesWhatWasSignalled) {
  audio_media.codecs[0].receive_payload_type = 96;
  audio_media.remote_ssrcs = {{.ssrc = kAudioSsrc}};
  configure();
  EXPECT_EQ(receive(vp8(1, false, kAudioSsrc)), DropReason::none);
  const std::array<rtp::Ssrc, 1> gone{rtp::Ssrc{kAudioSsrc}};
  receive_rtcp([&](rtp::RtcpBuilder& builder) { builder.goodbye(gone); });
  EXPECT_EQ(streams(MediaType::audio), 0u);
  EXPECT_EQ(receive(vp8(2, false, kAudioSsrc)), DropReason::none);
  EXPECT_EQ(streams(MediaType::audio), 1u);
}

}  // namespace
}  // namespace kaskado::pipeline::test
