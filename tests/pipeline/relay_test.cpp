// Media that comes in on one shard and goes out on another.
#include "spread_fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

using Texts = std::vector<std::string>;
using Sequences = std::vector<std::uint16_t>;

class Relay : public SpreadTest {
 protected:
  Relay() {
    camera.configure(source_config({format(96, "VP8")}));
    for (std::size_t i = 0; i < ends.size(); ++i) screens[i]->configure({{format(100, "VP8")}, {}, {}});
  }

  TestElement& add_viewer(const std::string& id) { return add_on(1, id); }
  void watch() {
    link("publisher", "viewer0");
    link("publisher", "viewer1");
  }
  DropReason receive(const PacketSpec& spec) {
    return camera.receive(rtp::test::make_media(shard.packets(), spec, now()), now());
  }
  void pass() {
    camera.end_run(shard.outbox());
    settle();
    for (Subscriber* end : ends) end->take(second.outbox());
    second.outbox().clear();
  }
  void send(std::uint16_t sequence, bool key = false, std::uint32_t ssrc = kSsrc) {
    EXPECT_EQ(receive(vp8(sequence, key, ssrc)), DropReason::none);
    pass();
  }
  // Pictures asked of the publisher since the last call.
  std::size_t pictures_asked() {
    std::array<std::uint8_t, 1200> memory;
    rtp::RtcpBuilder builder(memory);
    camera.advance(now(), builder);
    return messages<rtp::PictureLossIndication>({Octets(builder.written().begin(), builder.written().end())})
        .size();
  }
  Sequences sequences_from_first(const Subscriber& end) const {
    Sequences numbers = end.sequences();
    const std::uint16_t first = numbers.empty() ? std::uint16_t{0} : numbers.front();
    for (std::uint16_t& number : numbers) number = static_cast<std::uint16_t>(number - first);
    return numbers;
  }

  TestElement& publisher = add_here("publisher");
  RtpSource& camera = publisher.add_source(MediaType::video);
  Subscriber end0{1}, end1{2};
  std::vector<Subscriber*> ends{&end0, &end1};
  RtpSink& screen0 = add_viewer("viewer0").add_sink(MediaType::video, end0.line);
  RtpSink& screen1 = add_viewer("viewer1").add_sink(MediaType::video, end1.line);
  std::vector<RtpSink*> screens{&screen0, &screen1};
};

TEST_F(Relay, EachViewerGetsEveryPacketOnceAndInOrder) {
  watch();
  send(1, true);
  for (std::uint16_t i = 2; i < 40; i += 2) {
    receive(vp8(i));
    receive(vp8(static_cast<std::uint16_t>(i + 1)));
    pass();
  }
  for (const Subscriber* end : ends) {
    const Sequences got = sequences_from_first(*end);
    ASSERT_EQ(got.size(), 39u);
    for (std::uint16_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i], i);
  }
  EXPECT_EQ(end0.rtp[7].payload, vp8(8).payload);
}

TEST_F(Relay, APacketIsCopiedOnceHoweverManyFollow) {
  watch();
  for (std::uint16_t i = 1; i <= 10; ++i) send(i, i == 1);
  EXPECT_EQ(second.packets().in_use(), 10u);
  EXPECT_EQ(third.packets().in_use(), 0u);
}

TEST_F(Relay, NobodyWhoFollowsNoCopy) {
  for (std::uint16_t i = 1; i <= 3; ++i) send(i, i == 1);
  EXPECT_EQ(network.waiting(), 0u);
  watch();
  unlink("publisher", "viewer0");
  unlink("publisher", "viewer1");
  EXPECT_EQ(camera.relayed_remb_bps(now()), 0u);
  receive(vp8(4));
  camera.end_run(shard.outbox());
  EXPECT_EQ(network.waiting(), 0u);
  EXPECT_EQ(second.packets().in_use(), 0u);
}

TEST_F(Relay, ANackIsAnsweredHereAlone) {
  watch();
  for (std::uint16_t i = 1; i <= 5; ++i) send(i, i == 1);
  const std::uint16_t lost = end1.rtp[2].header.sequence.value;
  end0.forget();
  const Octets item{static_cast<std::uint8_t>(lost >> 8), static_cast<std::uint8_t>(lost), 0, 0};
  screen1.receive_nack(rtp::Nack({1}, screen1.ssrc(), item), now(), second.outbox());
  end1.take(second.outbox());
  EXPECT_EQ(end1.repeated, 1);
  EXPECT_EQ(network.waiting(), 0u);
}

TEST_F(Relay, AKeyFrameIsAskedOfThePublisherOnce) {
  send(1, true);
  pictures_asked();
  at(2s);
  watch();
  send(2);
  EXPECT_EQ(pictures_asked(), 1u);
  at(3s);
  for (int i = 0; i < 20; ++i) screens[static_cast<std::size_t>(i % 2)]->receive_picture_loss(now());
  EXPECT_EQ(network.waiting(), 1u);
  settle();
  EXPECT_EQ(pictures_asked(), 1u);
  // Not come: asked for again.
  at(3s + RelayedSource::kLeastKeyFrameWait);
  screen0.receive_picture_loss(now());
  EXPECT_EQ(network.waiting(), 1u);
}

TEST_F(Relay, AStreamThatStartsWithAKeyFrameNeedsNoOther) {
  watch();
  send(1, true);
  EXPECT_EQ(pictures_asked(), 0u);
  send(1, true, 0xb);
  EXPECT_EQ(pictures_asked(), 0u);
  EXPECT_EQ(sequences_from_first(end0), (Sequences{0, 1}));
}

TEST_F(Relay, TheSmallestRembGoesToThePublisher) {
  watch();
  send(1, true);
  screen0.receive_remb(900'000, now());
  settle();
  EXPECT_EQ(camera.relayed_remb_bps(now()), 900'000u);
  screen1.receive_remb(300'000, now());
  EXPECT_EQ(settle(), 0u);
  at(RelayedSource::kRembInterval);
  screen0.receive_remb(800'000, now());
  settle();
  EXPECT_EQ(camera.relayed_remb_bps(now()), 300'000u);
  unlink("publisher", "viewer0");
  unlink("publisher", "viewer1");
  EXPECT_EQ(camera.relayed_remb_bps(now()), 0u);
}

TEST_F(Relay, ReportsTellTheSendersTime) {
  Subscriber end2{3};
  TestElement& local = add_here("viewer2");
  RtpSink& near = local.add_sink(MediaType::video, end2.line);
  near.configure({{format(100, "VP8")}, {}, {}});
  watch();
  link("publisher", "viewer2");
  send(1, true);
  rtp::SenderInfo info;
  info.ntp = rtp::NtpTime::of(base::WallTime{1'700'000'000'000'000'000});
  info.rtp = {500'000};
  camera.receive_sender_report({kSsrc}, info, now());
  settle();
  at(1s);
  send(2);
  const auto offset = [&](const RtpSink& sink, const Subscriber& end) {
    return sink.sender_info(now())->rtp.value - end.rtp.front().header.timestamp.value;
  };
  end2.take(shard.outbox());
  EXPECT_EQ(offset(screen0, end0), offset(near, end2));
  EXPECT_EQ(offset(screen0, end0), 500'000u - 3000u + 90'000u);
}

TEST_F(Relay, ViewersAreToldWhenMediaFlows) {
  watch();
  take_events();
  send(1, true);
  EXPECT_EQ(take_events("pipe/viewer0"), (Texts{"MediaFlowInStateChanged FLOWING VIDEO"}));
  at(RtpSource::kSilence);
  EXPECT_EQ(pictures_asked(), 0u);
  settle();
  EXPECT_EQ(take_events("pipe/viewer0"), (Texts{"MediaFlowInStateChanged NOT_FLOWING VIDEO"}));
  EXPECT_EQ(second.packets().in_use(), 0u);
}

TEST_F(Relay, WhatCameBeforeARestartStillGoesOut) {
  watch();
  send(1, true);
  receive(vp8(2));
  receive(vp8(40'000));
  receive(vp8(40'001, true));
  pass();
  EXPECT_EQ(sequences_from_first(end0), (Sequences{0, 1, 2}));
}

TEST_F(Relay, FormatsGoWithTheStream) {
  watch();
  send(1, true);
  camera.configure(source_config({format(97, "VP8")}));
  PacketSpec spec = vp8(2, true);
  spec.payload_type = 97;
  EXPECT_EQ(receive(spec), DropReason::none);
  pass();
  EXPECT_EQ(sequences_from_first(end0), (Sequences{0, 1}));
  EXPECT_EQ(end0.rtp.back().header.payload_type.value, 100u);
}

TEST_F(Relay, AFullRingDropsAndIsCounted) {
  watch();
  send(1, true);
  std::uint16_t sequence = 2;
  for (; sequence < RelayRing::kSlots + 102; ++sequence) {
    receive(vp8(sequence));
    camera.end_run(shard.outbox());
  }
  EXPECT_EQ(shard.drops().of(DropReason::relay_full), 100u);
  EXPECT_EQ(network.waiting(), 1u);
  flush = [&](base::Outbox& outbox) {
    for (Subscriber* end : ends) end->take(outbox);
    outbox.clear();
  };
  pass();
  EXPECT_EQ(end0.rtp.size(), RelayRing::kSlots + 1);
  send(sequence);
  EXPECT_EQ(end0.rtp.size(), RelayRing::kSlots + 2);
}

TEST_F(Relay, ANewStreamIsAnnouncedWhenThereIsRoomAgain) {
  watch();
  send(1, true);
  for (std::uint16_t sequence = 2; sequence < RelayRing::kSlots + 2; ++sequence) {
    receive(vp8(sequence));
    camera.end_run(shard.outbox());
  }
  receive(vp8(1, true, 0xb));
  camera.end_run(shard.outbox());
  flush = [&](base::Outbox& outbox) {
    for (Subscriber* end : ends) end->take(outbox);
    outbox.clear();
  };
  pass();
  const std::size_t before = end0.rtp.size();
  send(2, true, 0xb);
  EXPECT_EQ(end0.rtp.size(), before + 1);
}

TEST_F(Relay, ASourceThatGoesEndsTheStream) {
  watch();
  send(1, true);
  publisher.drop_source(MediaType::video);
  settle();
  RtpSource& other = publisher.add_source(MediaType::video);
  other.configure(source_config({format(96, "VP8")}));
  other.receive(rtp::test::make_media(shard.packets(), vp8(7, true), now()), now());
  other.end_run(shard.outbox());
  settle();
  end0.take(second.outbox());
  EXPECT_EQ(sequences_from_first(end0), (Sequences{0, 1}));
}

}  // namespace
}  // namespace kaskado::pipeline::test
