// Several encodings of one m-line (RFC 8853): who gets which, and how it turns from one to another.
#include "rtp_session_fixture.hpp"
#include "spread_fixture.hpp"

namespace kaskado::pipeline::test {
namespace {

constexpr std::uint8_t kRidId = 5, kRepairedRidId = 6;

sdp::NegotiatedMedia simulcast_media() {
  sdp::NegotiatedMedia media = negotiated(sdp::MediaKind::video);
  media.codecs[0].codec.feedback = {"nack", "nack pli", "goog-remb"};
  media.codecs[0].receive_rtx_payload_type = 97;
  media.codecs[0].rtx_payload_type = 97;
  media.extensions.push_back({kRidId, {}, std::string(rtp::uri_of(rtp::ExtensionKind::rid)), {}});
  media.extensions.push_back({kRepairedRidId, {}, std::string(rtp::uri_of(rtp::ExtensionKind::repaired_rid)), {}});
  for (const char* rid : {"l", "m", "h"}) media.remote_rids.push_back({rid, true, ""});
  media.simulcast = sdp::Simulcast{.receive = {{{"l"}}, {{"m"}}, {{"h"}}}};
  return media;
}

// A browser's camera in three sizes at thirty pictures a second, with picture ids and TL0PICIDX of each encoding's own.
class Cameras {
 public:
  struct Encoding {
    std::string rid;
    std::uint32_t ssrc;
    std::size_t bytes;  // of a picture
    std::uint16_t sequence = 100;
    std::uint16_t picture = 1;
    std::uint32_t timestamp = 7;
    bool sends = true;
  };

  PacketSpec next(Encoding& encoding, bool key, std::uint8_t id) {
    PacketSpec spec;
    spec.sequence = encoding.sequence++;
    spec.timestamp = encoding.timestamp += 3000;
    spec.ssrc = encoding.ssrc;
    spec.marker = true;
    spec.extension = extension_block({{id, {encoding.rid.begin(), encoding.rid.end()}}});
    ++encoding.picture;
    spec.payload = {0x90, 0x80, static_cast<std::uint8_t>(0x80 | encoding.picture >> 8), static_cast<std::uint8_t>(encoding.picture),
                    static_cast<std::uint8_t>(key ? 0 : 1), static_cast<std::uint8_t>(encoding.rid[0])};
    spec.payload.resize(encoding.bytes);
    return spec;
  }

  // 120, 430 and 1200 kbit/s.
  std::array<Encoding, 3> encodings{{{"l", 0x10, 500}, {"m", 0x20, 800, 4000, 9000}, {"h", 0x30, 1100, 60'000, 20'000}}};
};

// Which encoding a packet that came to a viewer was of.
char rid_of(const Heard& heard) { return static_cast<char>(heard.payload.at(5)); }
std::uint16_t picture_of(const Heard& heard) { return base::load_u16(heard.payload.data() + 2) & 0x7fff; }

void expect_unbroken(const Subscriber& subscriber) {
  for (std::size_t i = 1; i < subscriber.rtp.size(); ++i) {
    const Heard& before = subscriber.rtp[i - 1];
    const Heard& heard = subscriber.rtp[i];
    ASSERT_EQ(heard.header.sequence.value, static_cast<std::uint16_t>(before.header.sequence.value + 1));
    ASSERT_GE(static_cast<std::int32_t>(heard.header.timestamp.value - before.header.timestamp.value), 0);
    const bool same_picture = (heard.payload[0] & 0x10) == 0;
    ASSERT_EQ(picture_of(heard), (picture_of(before) + (same_picture ? 0 : 1)) & 0x7fff) << i;
    ASSERT_TRUE(rid_of(heard) == rid_of(before) || (heard.payload[4] & 1) == 0) << "it turns at a key frame";
  }
}

class Simulcast : public RtpSessionTest {
 protected:
  Simulcast() {
    video_media = simulcast_media();
    configure();
  }

  RtpSink& add_viewer(Subscriber& subscriber, std::uint64_t remb_bps) {
    auto& sink = viewers.emplace_back(std::make_unique<RtpSink>(shard, subscriber.line, MediaType::video));
    sink->configure({.formats = {format(96, "VP8")}, .extensions = {}, .mid = {}});
    sink->receive_remb(remb_bps, now());
    sink->bind(&session.source(MediaType::video));
    ends.push_back({sink.get(), &subscriber, remb_bps});
    return *sink;
  }
  void take(Subscriber& subscriber) { subscriber.take(shard.outbox()); }
  // The encodings send for as long, and viewers say what they take.
  void show(base::Duration span) {
    const base::Instant end = now() + span;
    while (now() < end) {
      shard.set_now(now() + 33ms);
      for (std::size_t i = 0; i < cameras.encodings.size(); ++i) {
        Cameras::Encoding& encoding = cameras.encodings[i];
        if (!encoding.sends) continue;
        const bool key = std::exchange(key_frame_asked[i], false);
        const int packets = i == 2 ? 4 : i == 1 ? 2 : 1;
        for (int part = 0; part < packets; ++part) {
          PacketSpec spec = cameras.next(encoding, key && part == 0, kRidId);
          if (part != 0) spec.timestamp = encoding.timestamp -= 3000, spec.payload[0] = 0x80, --encoding.picture, base::store_u16(&spec.payload[2], static_cast<std::uint16_t>(0x8000 | encoding.picture));
          spec.marker = part + 1 == packets;
          EXPECT_EQ(receive(spec), DropReason::none);
        }
      }
      session.end_run(shard.outbox());
      if (session.deadline() <= now()) session.advance(now(), shard.outbox());
      for (auto& [sink, subscriber, remb_bps] : ends) {
        if (remb_bps != 0) sink->receive_remb(remb_bps, now());
        subscriber->take(shard.outbox());
      }
      peer.take_all(shard.outbox());
      for (const auto& pli : messages<rtp::PictureLossIndication>(peer.rtcp)) {
        for (std::size_t i = 0; i < 3; ++i) {
          if (pli.media.value != cameras.encodings[i].ssrc) continue;
          key_frame_asked[i] = true;
          ++key_frames_asked[i];
        }
      }
      peer.rtcp.clear();
    }
  }
  struct End {
    RtpSink* sink;
    Subscriber* subscriber;
    std::uint64_t remb_bps;
  };
  Cameras cameras;
  std::array<bool, 3> key_frame_asked{true, true, true};
  std::array<int, 3> key_frames_asked{};
  Subscriber low{11}, middle{12}, high{13};
  std::vector<std::unique_ptr<RtpSink>> viewers;
  std::vector<End> ends;
};

TEST_F(Simulcast, EachViewerGetsTheEncodingThatFits) {
  add_viewer(low, 150'000);
  add_viewer(middle, 500'000);
  add_viewer(high, 2'500'000);
  show(5s);
  EXPECT_EQ(rid_of(low.rtp.back()), 'l');
  EXPECT_EQ(rid_of(middle.rtp.back()), 'm');
  EXPECT_EQ(rid_of(high.rtp.back()), 'h');
  for (const Subscriber* each : {&low, &middle, &high}) expect_unbroken(*each);
  low.forget(), middle.forget(), high.forget();
  show(5s);
  for (const Heard& heard : low.rtp) ASSERT_EQ(rid_of(heard), 'l');
  for (const Heard& heard : middle.rtp) ASSERT_EQ(rid_of(heard), 'm');
  for (const Heard& heard : high.rtp) ASSERT_EQ(rid_of(heard), 'h');
}

TEST_F(Simulcast, ThePublisherIsNotSlowedDownForTheSlowest) {
  add_viewer(low, 150'000);
  show(4s);
  EXPECT_EQ(session.source(MediaType::video).relayed_remb_bps(now()), 0u);
}

TEST_F(Simulcast, AViewerTurnsWithItsPath) {
  add_viewer(high, 2'500'000);
  show(4s);
  ASSERT_EQ(rid_of(high.rtp.back()), 'h');
  ends[0].remb_bps = 200'000;
  show(1s);
  EXPECT_EQ(rid_of(high.rtp.back()), 'l');
  ends[0].remb_bps = 600'000;
  show(2s);
  EXPECT_EQ(rid_of(high.rtp.back()), 'm');
  expect_unbroken(high);
  // One that joins, two that turn: no more key frames than those are asked for.
  EXPECT_LE(key_frames_asked[0] + key_frames_asked[1] + key_frames_asked[2], 5);
}

TEST_F(Simulcast, WhatStaysAwayIsLeftForWhatComes) {
  add_viewer(high, 2'500'000);
  show(4s);
  cameras.encodings[2].sends = false;
  show(2s);
  EXPECT_EQ(rid_of(high.rtp.back()), 'm');
  cameras.encodings[2].sends = true;
  key_frame_asked[2] = true;
  show(3s);
  EXPECT_EQ(rid_of(high.rtp.back()), 'h');
  expect_unbroken(high);
}

TEST_F(Simulcast, WithoutAnEstimateItIsTheBest) {
  add_viewer(high, 0);
  ends[0].remb_bps = 0;
  show(4s);
  EXPECT_EQ(rid_of(high.rtp.back()), 'h');
}

TEST_F(Simulcast, TheLimitsOfTheDescriptionAndOfTheApplicationHold) {
  RtpSink& sink = add_viewer(high, 0);
  ends[0].remb_bps = 0;
  sink.configure({.formats = {format(96, "VP8")}, .extensions = {}, .mid = {}, .retransmissions = {}, .most_bps = 500'000});
  show(5s);
  EXPECT_EQ(rid_of(high.rtp.back()), 'm');
  sink.set_send_limits({.max_bps = 200'000});
  show(2s);
  EXPECT_EQ(rid_of(high.rtp.back()), 'l');
  sink.set_send_limits({});
  sink.set_estimate(450'000);
  show(3s);
  EXPECT_EQ(rid_of(high.rtp.back()), 'm');
}

TEST_F(Simulcast, WhatAClientWantsAtMostHolds) {
  RtpSink& sink = add_viewer(high, 2'500'000);
  show(5s);
  sink.set_layer_bounds({.encoding = 1});
  show(2s);
  EXPECT_EQ(rid_of(high.rtp.back()), 'm');
  sink.set_layer_bounds({.encoding = 0});
  show(1s);
  EXPECT_EQ(rid_of(high.rtp.back()), 'l');
  sink.set_layer_bounds({});
  show(3s);
  EXPECT_EQ(rid_of(high.rtp.back()), 'h');
  expect_unbroken(high);
}

TEST_F(Simulcast, NacksAreAnsweredFromTheEncodingThatIsSent) {
  RtpSink& sink = add_viewer(middle, 500'000);
  show(4s);
  std::array<std::uint8_t, 200> memory;
  rtp::RtcpBuilder builder(memory);
  const std::array<rtp::SequenceNumber, 1> lost{middle.rtp[middle.rtp.size() - 3].header.sequence};
  builder.nack(rtp::Ssrc{1}, sink.ssrc(), lost);
  rtp::RtcpReader reader(builder.written());
  sink.receive_nack(std::get<rtp::Nack>(*reader.next()), now(), shard.outbox());
  take(middle);
  EXPECT_EQ(middle.repeated, 1);
}

TEST_F(Simulcast, TheOldFormNamesSsrcs) {
  video_media.simulcast.reset();
  video_media.remote_rids.clear();
  for (const std::uint32_t ssrc : {0x10u, 0x20u, 0x30u}) video_media.remote_ssrcs.push_back({.ssrc = ssrc});
  video_media.remote_ssrc_groups = {{"SIM", {0x10, 0x20, 0x30}}};
  configure();
  add_viewer(low, 150'000);
  add_viewer(high, 2'500'000);
  show(4s);
  EXPECT_EQ(rid_of(low.rtp.back()), 'l');
  EXPECT_EQ(rid_of(high.rtp.back()), 'h');
}

TEST_F(Simulcast, GoesOnAsOneStreamWhereTheNextOfferHasOne) {
  add_viewer(high, 2'500'000);
  show(4s);
  video_media.simulcast.reset();
  video_media.remote_rids.clear();
  configure();
  cameras.encodings[1].sends = cameras.encodings[2].sends = false;
  key_frame_asked[0] = true;
  show(1s);
  EXPECT_EQ(rid_of(high.rtp.back()), 'l');
  EXPECT_FALSE(viewers[0]->layer());
}

TEST_F(Simulcast, AStreamWithoutANameIsNoneOfThem) {
  show(1s);
  PacketSpec spec = vp8(1, true, 0x99);
  EXPECT_EQ(receive(spec), DropReason::unknown_ssrc);
  EXPECT_EQ(streams(MediaType::video), 3u);
}

// RFC 4588 with RFC 8852 §3.2.
TEST_F(Simulcast, RetransmissionsRepairTheEncodingThatTheyName) {
  add_viewer(middle, 500'000);
  show(4s);
  middle.forget();
  Cameras::Encoding& encoding = cameras.encodings[1];
  const PacketSpec lost = cameras.next(encoding, false, kRidId);
  PacketSpec again = lost;
  again.ssrc = 0x21;
  again.payload_type = 97;
  again.sequence = 7;
  again.extension = extension_block({{kRepairedRidId, {'m'}}});
  again.payload.insert(again.payload.begin(), {static_cast<std::uint8_t>(lost.sequence >> 8), static_cast<std::uint8_t>(lost.sequence)});
  EXPECT_EQ(receive(cameras.next(encoding, false, kRidId)), DropReason::none);
  EXPECT_EQ(receive(again), DropReason::none);
  EXPECT_EQ(receive(again), DropReason::duplicate_packet);
  again.extension.clear();  // from now on its SSRC says it
  again.sequence = 8;
  EXPECT_EQ(receive(again), DropReason::duplicate_packet);
  session.end_run(shard.outbox());
  take(middle);
  ASSERT_EQ(middle.rtp.size(), 2u);
  EXPECT_EQ(middle.rtp[1].header.sequence.value, static_cast<std::uint16_t>(middle.rtp[0].header.sequence.value - 1));
  EXPECT_EQ(middle.rtp[1].payload.size(), lost.payload.size());
  EXPECT_EQ(rid_of(middle.rtp[1]), 'm');
  EXPECT_EQ(streams(MediaType::video), 3u);
}

TEST_F(Simulcast, RetransmissionsOfNothingAreDropped) {
  show(1s);
  PacketSpec spec = vp8(1, false, 0x21);
  spec.payload_type = 97;
  spec.extension = extension_block({{kRepairedRidId, {'x'}}});
  EXPECT_EQ(receive(spec), DropReason::unknown_ssrc);
  spec.extension = extension_block({{kRepairedRidId, {'m'}}});
  spec.payload = {0};
  EXPECT_EQ(receive(spec), DropReason::padding_only);
}

TEST_F(RtpSessionTest, RetransmissionsAreToldByTheDescriptionOrByTheOnlyStream) {
  video_media.codecs[0].receive_rtx_payload_type = 97;
  configure();
  receive_video(10, true);
  receive_video(12);
  PacketSpec again = vp8(11, false, 0x555);
  again.payload_type = 97;
  again.sequence = 1;
  again.payload.insert(again.payload.begin(), {0, 11});
  EXPECT_EQ(receive(again), DropReason::none);
  EXPECT_EQ(session.source(MediaType::video).active()->stats(now()).packets, 3u);
  video_media.remote_ssrcs = {{.ssrc = kVideoSsrc}, {.ssrc = 0x556}};
  video_media.remote_ssrc_groups = {{"FID", {kVideoSsrc, 0x556}}};
  configure();
  again.ssrc = 0x556;
  EXPECT_EQ(receive(again), DropReason::duplicate_packet);
  EXPECT_EQ(streams(MediaType::video), 1u);
}

// Elsewhere than where the media comes in, one copy of each encoding that somebody there follows.
class SpreadSimulcast : public SpreadTest {
 protected:
  SpreadSimulcast() {
    RtpSourceConfig config = source_config({format(96, "VP8")});
    config.encodings = 3;
    source.configure(std::move(config));
  }
  ~SpreadSimulcast() override {
    for (Shard* each : all) each->release_all();
    settle();
    for (Shard* each : all) EXPECT_EQ(each->packets().in_use(), 0u);
  }
  RtpSink& add_viewer(std::size_t on, const std::string& id, Subscriber& subscriber) {
    RtpSink& sink = add_on(on, id).add_sink(MediaType::video, subscriber.line);
    sink.configure({.formats = {format(96, "VP8")}, .extensions = {}, .mid = {}});
    link("source", id, MediaType::video);
    return sink;
  }
  void show(base::Duration span) {
    for (const base::Duration end = time + span; time < end;) {
      time += 33ms;
      at(time);
      for (std::size_t i = 0; i < 3; ++i) {
        const bool key = std::exchange(key_frame_asked[i], false);
        for (std::size_t part = 0; part < (i == 2 ? 4u : i + 1); ++part) {
          PacketSpec spec = cameras.next(cameras.encodings[i], key && part == 0, kRidId);
          auto media = rtp::test::make_media(shard.packets(), spec, now());
          EXPECT_EQ(source.receive(std::move(media), now(), i), DropReason::none);
        }
      }
      source.end_run(shard.outbox());
      std::array<std::uint8_t, 1200> memory;
      rtp::RtcpBuilder builder(memory);
      source.advance(now(), builder);
      for (const auto& pli : messages<rtp::PictureLossIndication>({Octets(builder.written().begin(), builder.written().end())})) {
        for (std::size_t i = 0; i < 3; ++i) key_frame_asked[i] |= pli.media.value == cameras.encodings[i].ssrc;
      }
      settle();
      for (Subscriber* each : {&one, &other, &here}) {
        for (Shard* on : all) each->take(on->outbox());
      }
      for (Shard* each : all) each->outbox().clear();
    }
  }

  RtpSource& source = add_here("source").add_source(MediaType::video);
  Cameras cameras;
  std::array<bool, 3> key_frame_asked{true, true, true};
  Subscriber one{1}, other{2}, here{3};
  base::Duration time{};
};

TEST_F(SpreadSimulcast, EachViewerGetsTheEncodingThatFits) {
  RtpSink& slow = add_viewer(1, "slow", one);
  RtpSink& fast = add_viewer(1, "fast", other);
  slow.set_estimate(150'000);
  fast.set_estimate(2'500'000);
  show(5s);
  ASSERT_FALSE(one.rtp.empty());
  ASSERT_FALSE(other.rtp.empty());
  EXPECT_EQ(rid_of(one.rtp.back()), 'l');
  EXPECT_EQ(rid_of(other.rtp.back()), 'h');
  fast.set_estimate(460'000);
  show(3s);
  EXPECT_EQ(rid_of(other.rtp.back()), 'm');
  expect_unbroken(other);
}

TEST_F(SpreadSimulcast, OnlyWhatSomebodyFollowsIsRelayed) {
  add_viewer(1, "slow", one).set_estimate(150'000);
  show(5s);
  const std::uint64_t before = second.packets().in_use();
  show(2s);
  // Its history holds what comes: some sixty packets of the lowest encoding, and not four hundred of all.
  EXPECT_LT(second.packets().in_use(), before + 30);
  EXPECT_LT(second.packets().in_use(), 120u);
}

TEST_F(SpreadSimulcast, WhatIsNoSimulcastAnyMoreIsFollowedAsOneStream) {
  add_viewer(1, "fast", other).set_estimate(2'500'000);
  show(5s);
  ASSERT_EQ(rid_of(other.rtp.back()), 'h');
  source.configure(source_config({format(96, "VP8")}));
  settle();
  at(time += 1s);
  PacketSpec spec = cameras.next(cameras.encodings[0], true, kRidId);
  EXPECT_EQ(source.receive(rtp::test::make_media(shard.packets(), spec, now()), now()), DropReason::none);
  source.end_run(shard.outbox());
  settle();
  other.take_all(second.outbox());
  EXPECT_EQ(rid_of(other.rtp.back()), 'l');
}

}  // namespace
}  // namespace kaskado::pipeline::test
