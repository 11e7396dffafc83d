// What a subscriber gets of sources with layers, and what is sent again as a stream of its own.
#include <gtest/gtest.h>

#include <map>
#include <optional>

#include "base/random.hpp"
#include "rtp/send_stream.hpp"
#include "rtp_test_support.hpp"

namespace kaskado::rtp {
namespace {

using base::DropReason;
using test::at;
using test::hex;
using test::Octets;
using namespace std::chrono_literals;

constexpr std::array<SendPayload, 1> kPayloads{{{PayloadType{96}, PayloadType{100}}}};

struct Out {
  RtpHeader header;
  std::uint64_t index = 0;
  Octets payload;
  VideoLayer layer;

  std::uint16_t picture() const { return picture_id(layer, payload); }
  std::uint8_t tl0() const { return payload[layer.tl0_offset]; }
};

// A sender of layered video: one packet a frame unless told otherwise.
struct Camera {
  std::uint32_t stream = 1;
  std::uint64_t sequence = 1000;
  std::uint16_t picture = 50;
  std::uint8_t tl0 = 7;
  std::uint32_t timestamp = 90'000;
};

class SendLayers : public ::testing::Test {
 protected:
  static Octets vp8(const Camera& camera, int temporal, bool sync, bool key, bool first) {
    return {static_cast<std::uint8_t>(first ? 0x90 : 0x80), 0xf0, static_cast<std::uint8_t>(0x80 | camera.picture >> 8),
            static_cast<std::uint8_t>(camera.picture), camera.tl0,
            static_cast<std::uint8_t>(temporal << 6 | (sync ? 0x20 : 0)), static_cast<std::uint8_t>(key ? 0 : 1)};
  }
  static Octets vp9(const Camera& camera, int spatial, int temporal, bool key, bool up) {
    return {static_cast<std::uint8_t>(0x80 | (key ? 0 : 0x40) | 0x20 | 0x08 | 0x04), static_cast<std::uint8_t>(0x80 | camera.picture >> 8),
            static_cast<std::uint8_t>(camera.picture), static_cast<std::uint8_t>(temporal << 5 | (up ? 0x10 : 0) | spatial << 1),
            camera.tl0, 0x00};
  }
  MediaPacket packet(Camera& camera, VideoCodec codec, Octets payload, bool key, bool marker) {
    MediaPacket media = test::make_media(pool_, {.sequence = static_cast<std::uint16_t>(camera.sequence), .timestamp = camera.timestamp, .marker = marker, .payload = std::move(payload)},
                                         at(std::chrono::milliseconds(when_)), {});
    media.source = {camera.stream, 0};
    media.extended_sequence = camera.sequence++;
    media.starts_key_frame = key;
    media.layer = read_video_layer(codec, media.payload());
    return media;
  }
  std::optional<Out> stamp(const MediaPacket& media) { return read(media, stream_.stamp(media, slot_)); }
  std::optional<Out> read(const MediaPacket& media, const Stamped& stamped) {
    drop_ = stamped.drop;
    if (stamped.drop != DropReason::none) return std::nullopt;
    Octets bytes(slot_.begin(), slot_.begin() + stamped.header_bytes);
    const base::Bytes payload = stamped.payload(media, slot_);
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    Out out{.header = *parse_rtp(bytes), .index = stamped.packet_index, .payload = Octets(payload.begin(), payload.end())};
    out.layer = read_video_layer(media.layer.consecutive_ids ? VideoCodec::vp8 : VideoCodec::vp9, out.payload);
    return out;
  }
  // One frame of one packet, and what becomes of it.
  std::optional<Out> frame(Camera& camera, int temporal, bool sync = false, bool key = false) {
    if (temporal == 0) ++camera.tl0;
    ++camera.picture;
    camera.timestamp += 3000;
    when_ += 33;
    return stamp(packet(camera, VideoCodec::vp8, vp8(camera, temporal, sync, key, true), key, true));
  }
  std::vector<std::optional<Out>> picture(Camera& camera, int temporal, bool key, bool up, int layers = 3) {
    ++camera.picture;
    camera.timestamp += 3000;
    when_ += 33;
    std::vector<std::optional<Out>> outs;
    for (int s = 0; s < layers; ++s)
      outs.push_back(stamp(packet(camera, VideoCodec::vp9, vp9(camera, s, temporal, key, up), key && s == 0, s + 1 == layers)));
    return outs;
  }

  base::PacketPool pool_{2048};
  SendStream stream_{SendStreamConfig{.ssrc = Ssrc{1}, .payloads = kPayloads, .first_sequence = {1000}, .first_timestamp = {5000}}};
  std::array<std::uint8_t, 1500> slot_;
  DropReason drop_ = DropReason::none;
  int when_ = 0;
};

TEST_F(SendLayers, TemporalLayersAreLeftOutWithoutAHole) {
  Camera camera;
  stream_.set_layer_limits({LayerLimits::kAll, 0});
  stream_.switch_source({1, 0});
  const auto key = frame(camera, 0, false, true);
  ASSERT_TRUE(key);
  EXPECT_FALSE(frame(camera, 2, true));
  EXPECT_EQ(drop_, DropReason::layer_left_out);
  EXPECT_FALSE(frame(camera, 1, true));
  EXPECT_FALSE(frame(camera, 2));
  const auto next = frame(camera, 0);
  ASSERT_TRUE(next);
  EXPECT_EQ(next->index, key->index + 1);
  EXPECT_EQ(next->picture(), key->picture() + 1);
  EXPECT_EQ(next->tl0(), static_cast<std::uint8_t>(key->tl0() + 1));
  EXPECT_EQ(next->header.timestamp.value, key->header.timestamp.value + 4 * 3000);
}

// RFC 7741 §4.2, Y: a frame of a higher layer is no use before one that depends on the base layer alone.
TEST_F(SendLayers, HigherTemporalLayersBeginWhereTheyCanBeDecoded) {
  Camera camera;
  stream_.set_layer_limits({LayerLimits::kAll, 0});
  stream_.switch_source({1, 0});
  frame(camera, 0, false, true);
  stream_.set_layer_limits({});
  EXPECT_FALSE(frame(camera, 2));
  EXPECT_FALSE(frame(camera, 1));
  EXPECT_TRUE(frame(camera, 0));
  EXPECT_FALSE(frame(camera, 2));
  EXPECT_TRUE(frame(camera, 1, true));
  EXPECT_FALSE(frame(camera, 2));
  EXPECT_TRUE(frame(camera, 2, true));
  EXPECT_TRUE(frame(camera, 2));
}

TEST_F(SendLayers, PicturesGoOnBehindAnotherSource) {
  Camera one, other{.stream = 2, .sequence = 7, .picture = 30'000, .tl0 = 200, .timestamp = 12};
  stream_.set_layer_limits({});
  stream_.switch_source({1, 0});
  frame(one, 0, false, true);
  const auto last = frame(one, 0);
  stream_.switch_source({2, 0}, SwitchMode::at_key_frame);
  EXPECT_FALSE(frame(other, 0));
  EXPECT_TRUE(frame(one, 0));
  const auto first = frame(other, 0, false, true);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->index, last->index + 2);
  EXPECT_EQ(first->picture(), last->picture() + 2);
  EXPECT_EQ(first->tl0(), static_cast<std::uint8_t>(last->tl0() + 2));
  EXPECT_FALSE(frame(one, 0));
  const auto next = frame(other, 0);
  EXPECT_EQ(next->picture(), first->picture() + 1);
}

TEST_F(SendLayers, WhatIsSentAgainIsTheSameBytesWhateverWasLeftOutSince) {
  base::SeededRandom random(11);
  Camera camera;
  PacketHistory history(256, 10s);
  stream_.set_layer_limits({LayerLimits::kAll, 1});
  stream_.switch_source({1, 0});
  std::map<std::uint64_t, std::pair<Octets, Octets>> sent;  // header and payload by index
  for (int i = 0; i < 60; ++i) {
    const int temporal = i == 0 ? 0 : static_cast<int>(random.u32() % 3);
    if (temporal == 0) ++camera.tl0;
    ++camera.picture;
    camera.timestamp += 3000;
    for (int part = 0; part < 3; ++part) {
      const MediaPacket media =
          packet(camera, VideoCodec::vp8, vp8(camera, temporal, false, i == 0, part == 0), i == 0 && part == 0, part == 2);
      history.insert(media);
      if (const auto out = stamp(media)) sent[out->index] = {Octets(slot_.begin(), slot_.begin() + 12), out->payload};
    }
  }
  ASSERT_GT(sent.size(), 90u);
  ASSERT_LT(sent.size(), 180u);
  EXPECT_EQ(sent.rbegin()->first - sent.begin()->first + 1, sent.size());
  for (const auto& [index, bytes] : sent) {
    const MediaPacket* lost = stream_.find_lost({static_cast<std::uint16_t>(index)}, history, at(20s));
    if (!lost) continue;  // its run is too long ago
    const Stamped again = stream_.restamp(*lost, slot_);
    EXPECT_EQ(again.packet_index, index);
    EXPECT_EQ(Octets(slot_.begin(), slot_.begin() + 12), bytes.first);
    const base::Bytes payload = again.payload(*lost, slot_);
    EXPECT_EQ(Octets(payload.begin(), payload.end()), bytes.second);
  }
  EXPECT_TRUE(stream_.find_lost({static_cast<std::uint16_t>(sent.rbegin()->first - 40)}, history, at(30s)));
}

TEST_F(SendLayers, SpatialLayersAreLeftOutAndTheLastOfThePictureIsMarked) {
  Camera camera;
  stream_.set_layer_limits({1, LayerLimits::kAll});
  stream_.switch_source({1, 0});
  auto outs = picture(camera, 0, true, false);
  ASSERT_TRUE(outs[0] && outs[1]);
  EXPECT_FALSE(outs[2]);
  EXPECT_FALSE(outs[0]->header.marker);
  EXPECT_TRUE(outs[1]->header.marker);
  const auto key = *outs[1];
  outs = picture(camera, 0, false, false);
  EXPECT_EQ(outs[0]->index, key.index + 1);
  // Distances between pictures count: VP9's own numbers stay.
  EXPECT_EQ(outs[0]->picture(), key.picture() + 1);
}

TEST_F(SendLayers, MoreSpatialLayersWaitForAKeyFrameAndFewerDoNot) {
  Camera camera;
  stream_.set_layer_limits({0, LayerLimits::kAll});
  stream_.switch_source({1, 0});
  picture(camera, 0, true, false);
  EXPECT_FALSE(stream_.layer_wants_key_frame());
  stream_.set_layer_limits({});
  EXPECT_TRUE(stream_.layer_wants_key_frame());
  auto outs = picture(camera, 0, false, false);
  EXPECT_TRUE(outs[0]);
  EXPECT_FALSE(outs[1]);
  outs = picture(camera, 0, true, false);
  EXPECT_TRUE(outs[1] && outs[2]);
  EXPECT_TRUE(outs[2]->header.marker);
  EXPECT_FALSE(outs[1]->header.marker);
  EXPECT_FALSE(stream_.layer_wants_key_frame());
  stream_.set_layer_limits({1, LayerLimits::kAll});
  outs = picture(camera, 0, false, false);
  EXPECT_TRUE(outs[1]);
  EXPECT_FALSE(outs[2]);
}

TEST_F(SendLayers, TemporalLayersOfVp9OpenAtASwitchingPoint) {
  Camera camera;
  stream_.set_layer_limits({LayerLimits::kAll, 0});
  stream_.switch_source({1, 0});
  picture(camera, 0, true, false, 1);
  EXPECT_FALSE(picture(camera, 1, false, false, 1)[0]);
  stream_.set_layer_limits({});
  EXPECT_FALSE(picture(camera, 1, false, true, 1)[0]);
  EXPECT_TRUE(picture(camera, 0, false, true, 1)[0]);
  EXPECT_TRUE(picture(camera, 1, false, false, 1)[0]);
}

TEST_F(SendLayers, LatePacketsBeforeALeftOutFrameKeepTheirNumbers) {
  Camera camera;
  stream_.set_layer_limits({LayerLimits::kAll, 0});
  stream_.switch_source({1, 0});
  const auto key = frame(camera, 0, false, true);
  ++camera.picture, ++camera.tl0, camera.timestamp += 3000;
  const MediaPacket late = packet(camera, VideoCodec::vp8, vp8(camera, 0, false, false, true), false, true);
  EXPECT_FALSE(frame(camera, 1));
  const auto after = frame(camera, 0);
  const auto before = stamp(late);
  ASSERT_TRUE(before);
  EXPECT_EQ(before->index, key->index + 1);
  EXPECT_EQ(before->picture(), key->picture() + 1);
  EXPECT_EQ(after->index, key->index + 2);
  EXPECT_EQ(after->picture(), key->picture() + 2);
}

TEST_F(SendLayers, WhatIsLostGoesAgainAsAStreamOfItsOwn) {
  Camera camera;
  PacketHistory history(64, 10s);
  const std::array<RetransmissionStream::Payload, 1> payloads{{{PayloadType{100}, PayloadType{101}}}};
  stream_.set_retransmission({.ssrc = Ssrc{77}, .payloads = payloads, .first_sequence = {9}});
  stream_.switch_source({1, 0});
  const MediaPacket media = packet(camera, VideoCodec::vp8, vp8(camera, 0, false, true, true), true, true);
  history.insert(media);
  const auto first = stamp(media);
  for (const std::uint64_t index : {9u, 10u}) {
    const MediaPacket* lost = stream_.find_lost(first->header.sequence, history, at(std::chrono::seconds(index)));
    ASSERT_TRUE(lost);
    const auto again = read(*lost, stream_.restamp(*lost, slot_));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->index, index);
    EXPECT_EQ(again->header.ssrc, Ssrc{77});
    EXPECT_EQ(again->header.payload_type.value, 101);
    EXPECT_EQ(again->header.sequence.value, index);
    EXPECT_TRUE(again->header.marker);
    EXPECT_EQ(again->header.timestamp, first->header.timestamp);
    ASSERT_EQ(again->payload.size(), first->payload.size() + 2);
    EXPECT_EQ(base::load_u16(again->payload.data()), first->header.sequence.value);
    EXPECT_EQ(Octets(again->payload.begin() + 2, again->payload.end()), first->payload);
  }
  EXPECT_EQ(stream_.stats().retransmitted_packets, 2u);
}

}  // namespace
}  // namespace kaskado::rtp
