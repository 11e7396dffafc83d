// Redundant audio (RFC 2198): taken apart where it comes in, made where a peer prefers it.
#include "rtp_session_fixture.hpp"
#include "rtp/red.hpp"

namespace kaskado::pipeline::test {
namespace {

class RedundantSound : public RtpSessionTest {
 protected:
  RedundantSound() {
    sdp::NegotiatedCodec red;
    red.codec = format(63, "red", 48'000, "111/111").codec;
    red.receive_payload_type = 63;
    audio_media.codecs.push_back(red);
    configure();
    sink.configure({.formats = {format(111, "opus", 48'000)}, .extensions = {}, .mid = {}});
    sink.bind(&session.source(MediaType::audio));
  }

  // A packet that brings the two before it once more.
  DropReason red(std::uint16_t sequence) {
    PacketSpec spec = opus(sequence);
    spec.payload_type = 63;
    spec.timestamp = sequence * 960u;
    spec.payload.clear();
    for (const int back : {2, 1}) {
      std::array<std::uint8_t, 4> header;
      rtp::write_red_header({111}, static_cast<std::uint32_t>(back) * 960, 2, header.data());
      spec.payload.insert(spec.payload.end(), header.begin(), header.end());
    }
    spec.payload.push_back(111);
    for (const int back : {2, 1, 0}) spec.payload.insert(spec.payload.end(), {0x55, static_cast<std::uint8_t>(sequence - back)});
    const DropReason drop = receive(spec);
    session.end_run(shard.outbox());
    viewer.take_all(shard.outbox());
    return drop;
  }
  rtp::ReceiveStats stats() { return session.source(MediaType::audio).active()->stats(now()); }

  Subscriber viewer{5};
  RtpSink sink{shard, viewer.line, MediaType::audio};
};

TEST_F(RedundantSound, GoesOutAsItWasBefore) {
  EXPECT_EQ(red(10), DropReason::none);
  EXPECT_EQ(red(11), DropReason::none);
  ASSERT_EQ(viewer.rtp.size(), 2u);
  EXPECT_EQ(viewer.rtp[1].header.payload_type.value, 111);
  EXPECT_EQ(viewer.rtp[1].payload, (Octets{0x55, 11}));
  EXPECT_EQ(stats().packets, 2u);
  EXPECT_EQ(stats().duplicates, 0u);
}

TEST_F(RedundantSound, WhatWasLostComesWithWhatFollows) {
  red(10);
  EXPECT_EQ(red(13), DropReason::none);
  ASSERT_EQ(viewer.rtp.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(viewer.rtp[i].payload, (Octets{0x55, static_cast<std::uint8_t>(10 + i)}));
    EXPECT_EQ(viewer.rtp[i].header.sequence.value, viewer.rtp[0].header.sequence.value + i);
    EXPECT_EQ(viewer.rtp[i].header.timestamp.value, viewer.rtp[0].header.timestamp.value + i * 960);
  }
  EXPECT_EQ(stats().packets_lost, 0);
  // More than is brought again stays lost.
  red(17);
  EXPECT_EQ(stats().packets_lost, 1);
  EXPECT_EQ(viewer.rtp.size(), 7u);
}

TEST_F(RedundantSound, ThatIsMalformedIsDropped) {
  PacketSpec spec = opus(1);
  spec.payload_type = 63;
  spec.payload = {0xef, 0, 0};
  EXPECT_EQ(receive(spec), DropReason::bad_payload);
}

TEST_F(RedundantSound, IsMadeForAPeerThatNamesItFirst) {
  std::swap(audio_media.codecs[0], audio_media.codecs[1]);
  configure();
  session.sink(MediaType::audio).bind(&session.source(MediaType::audio));
  for (std::uint16_t sequence = 1; sequence <= 3; ++sequence) {
    receive_audio(sequence);
    end_run();
  }
  ASSERT_EQ(peer.rtp.size(), 3u);
  EXPECT_EQ(peer.rtp[2].header.payload_type.value, 63);
  const auto blocks = rtp::RedBlocks::parse(peer.rtp[2].payload);
  ASSERT_TRUE(blocks);
  EXPECT_EQ(blocks->redundant().size(), 1u);
}

}  // namespace
}  // namespace kaskado::pipeline::test
