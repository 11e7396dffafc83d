// Whole ways with the real codecs: from pictures and sounds to packets, over a jitter buffer and back,
// several times.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "codec/packetizer.hpp"
#include "codec/synthetic.hpp"
#include "media/audio_decode_stage.hpp"
#include "media/audio_encode_stage.hpp"
#include "media/video_decode_stage.hpp"
#include "media/video_encode_stage.hpp"
#include "rtp/key_frame.hpp"
#include "stage_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;
using codec::CodecId;

// Frames to packets to frames.
class Wire {
 public:
  Wire(StageWorld& world, CodecId codec, std::uint32_t clock_rate, int channels = 1)
      : world_(world),
        payload_{{96}, {.codec = codec}, clock_rate, channels},
        packetizer_(codec::Packetizer::create({.codec = codec})) {
    buffer_ = JitterBuffer::create({.payloads = {&payload_, 1}});
  }
  void send(const codec::EncodedFrame& frame) {
    packetizer_->begin(frame, 1200);
    for (bool last = false; !last;) {
      base::PacketRef packet = pool_.acquire();
      const auto fragment = packetizer_->next({packet->bytes, 1200});
      ASSERT_TRUE(fragment);
      last = fragment->last;
      packet->length = static_cast<std::uint16_t>(fragment->bytes);
      packet->arrived = world_.now;
      rtp::MediaPacket media;
      media.header.timestamp = {static_cast<std::uint32_t>(frame.rtp_time)};
      media.header.payload_type = {96};
      media.header.marker = last;
      media.header.payload_length = packet->length;
      media.packet = std::move(packet);
      media.starts_key_frame = rtp::starts_key_frame(key_frames_of(frame.codec), media.payload());
      media.source = {1, 0};
      media.extended_sequence = ++sequence_;
      if (!lose.erase(sequence_)) buffer_->insert(media, world_.now);
    }
  }
  template <typename Take>
  void receive(Take take) {
    buffer_->advance(world_.now);
    while (auto frame = buffer_->take()) take(std::move(*frame));
  }
  JitterBuffer& buffer() { return *buffer_; }
  std::uint64_t sequence() const { return sequence_; }

  std::set<std::uint64_t> lose;

 private:
  static rtp::VideoCodec key_frames_of(CodecId codec) {
    return codec == CodecId::vp8    ? rtp::VideoCodec::vp8
           : codec == CodecId::h264 ? rtp::VideoCodec::h264
                                    : rtp::VideoCodec::none;
  }

  StageWorld& world_;
  base::PacketPool pool_{2048};
  JitterBufferPayload payload_;
  std::unique_ptr<codec::Packetizer> packetizer_;
  std::unique_ptr<JitterBuffer> buffer_;
  std::uint64_t sequence_ = 65'500;
};

struct VideoWay : ::testing::Test, StageWorld {
  // One codec after the other, each encoded, sent and decoded.
  struct Leg {
    std::unique_ptr<Wire> wire;
    std::shared_ptr<VideoEncodeStage> encode;
    std::shared_ptr<VideoDecodeStage> decode;
  };
  void build(const std::vector<CodecId>& codecs) {
    for (const CodecId codec : codecs) {
      Leg leg{.wire = std::make_unique<Wire>(*this, codec, 90'000)};
      Wire& wire = *leg.wire;
      leg.encode =
          VideoEncodeStage::create({.strand = base::Strand::create(executor),
                                    .clock = clock,
                                    .codec = codec,
                                    .bitrate_bps = 2'000'000,
                                    .output = [&wire](codec::EncodedFrame frame) { wire.send(frame); }});
      VideoEncodeStage& encoder = *leg.encode;
      leg.decode = VideoDecodeStage::create({.strand = base::Strand::create(executor),
                                             .clock = clock,
                                             .wish_key_frame = [&encoder] { encoder.wish_key_frame(); }});
      if (!legs.empty()) legs.back().decode->add(leg.encode);
      legs.push_back(std::move(leg));
    }
    legs.back().decode->add(sink);
  }
  void show(int number) {
    auto picture = std::make_shared<codec::Picture>(320, 240);
    codec::draw_pattern(*picture, number);
    now = at(number * 40ms);
    shown[now] = picture;
    legs[0].encode->take({.picture = picture, .time = now, .arrived = now});
    for (Leg& leg : legs) {
      run();
      leg.wire->receive([&](codec::EncodedFrame frame) { leg.decode->take(std::move(frame)); });
      if (leg.wire->buffer().take_key_frame_wish()) leg.encode->wish_key_frame();
    }
    run();
  }

  std::vector<Leg> legs;
  std::map<base::Instant, codec::PictureRef> shown;
  std::shared_ptr<KeepingSink<VideoFrame>> sink = std::make_shared<KeepingSink<VideoFrame>>();
};

TEST_F(VideoWay, Vp8BecomesH264AndVp8AgainAndStaysThePicture) {
  build({CodecId::vp8, CodecId::h264, CodecId::vp8});
  for (int i = 0; i < 40; ++i) show(i);
  ASSERT_GE(sink->frames.size(), 38u);
  double worst = 100;
  for (const VideoFrame& frame : sink->frames) {
    // 1/90 ms lies between a time and its RTP time.
    const auto original = std::prev(shown.upper_bound(frame.time + 1ms));
    ASSERT_LT(std::chrono::abs(original->first - frame.time), 1ms);
    worst = std::min(worst, codec::psnr(*original->second, *frame.picture));
  }
  EXPECT_GE(worst, 30);
}

TEST_F(VideoWay, GoesOnWithAKeyFrameBehindALoss) {
  build({CodecId::vp8, CodecId::h264});
  for (int i = 0; i < 80; ++i) {
    if (i == 10 || i == 40)
      legs[i == 10 ? 0 : 1].wire->lose.insert(legs[i == 10 ? 0 : 1].wire->sequence() + 1);
    show(i);
  }
  const JitterBufferStats first = legs[0].wire->buffer().stats(), second = legs[1].wire->buffer().stats();
  EXPECT_EQ(first.key_frame_wishes, 1u);
  EXPECT_EQ(second.key_frame_wishes, 1u);
  EXPECT_GE(sink->frames.size(), 55u);
  for (const VideoFrame& frame : sink->frames)
    EXPECT_GE(codec::psnr(*std::prev(shown.upper_bound(frame.time + 1ms))->second, *frame.picture), 30);
  EXPECT_EQ(legs[0].decode->statistics().errors + legs[1].decode->statistics().errors, 0u);
}

struct SoundWay : ::testing::Test, StageWorld {
  struct Leg {
    std::unique_ptr<Wire> wire;
    std::shared_ptr<AudioEncodeStage> encode;
    std::shared_ptr<AudioDecodeStage> decode;
  };
  void build(const std::vector<std::pair<CodecId, int>>& codecs) {
    for (const auto& [codec, rate] : codecs) {
      Leg leg{.wire = std::make_unique<Wire>(*this, codec, static_cast<std::uint32_t>(rate))};
      Wire& wire = *leg.wire;
      leg.encode = AudioEncodeStage::create(
          {.strand = base::Strand::create(executor),
           .clock = clock,
           .encoder = {.codec = codec, .format = {.sample_rate = rate, .channels = 1}, .bitrate_bps = 32'000, .expected_loss_percent = 20},
           .output = [&wire](codec::EncodedFrame frame) { wire.send(frame); }});
      leg.decode = AudioDecodeStage::create({.strand = base::Strand::create(executor), .clock = clock});
      if (!legs.empty()) legs.back().decode->add(leg.encode);
      legs.push_back(std::move(leg));
    }
    legs.back().decode->add(sink);
  }
  void play(int number) {
    const auto samples = codec::sine(kTone_Hz, kSampleRate, number * 960, 960);
    now = at(number * 20ms);
    legs[0].encode->take({.samples = std::make_shared<const std::vector<std::int16_t>>(samples),
                          .channels = 1,
                          .time = now,
                          .arrived = now});
    for (Leg& leg : legs) {
      run();
      leg.wire->receive([&](codec::EncodedFrame frame) { leg.decode->take(std::move(frame)); });
    }
    run();
  }
  std::vector<std::int16_t> heard() const {
    std::vector<std::int16_t> all;
    for (const AudioFrame& frame : sink->frames)
      all.insert(all.end(), frame.samples->begin(), frame.samples->end());
    return all;
  }
  static constexpr double kTone_Hz = 500;

  std::vector<Leg> legs;
  std::shared_ptr<KeepingSink<AudioFrame>> sink = std::make_shared<KeepingSink<AudioFrame>>();
};

TEST_F(SoundWay, OpusBecomesPcmuAndOpusAgainAndStaysTheTone) {
  build({{CodecId::opus, 48'000}, {CodecId::pcmu, 8'000}, {CodecId::opus, 48'000}});
  for (int i = 0; i < 200; ++i) play(i);
  const auto all = heard();
  EXPECT_GE(all.size(), 190u * 960);
  EXPECT_GT(codec::tone_to_noise(std::span(all).subspan(48'000, 96'000), kTone_Hz, kSampleRate), 25);
  for (std::size_t i = 1; i < sink->frames.size(); ++i)
    EXPECT_NEAR(base::to_us(sink->frames[i].time - sink->frames[i - 1].time - sink->frames[i - 1].duration()),
                0, 300);
}

TEST_F(SoundWay, MakesUpForLostPackets) {
  build({{CodecId::opus, 48'000}, {CodecId::pcmu, 8'000}});
  for (int i = 0; i < 200; ++i) {
    if (i % 20 == 10) legs[0].wire->lose.insert(legs[0].wire->sequence() + 1);
    play(i);
  }
  const auto all = heard();
  EXPECT_EQ(legs[0].wire->buffer().stats().lost_packets, 10u);
  EXPECT_EQ(legs[1].wire->buffer().stats().lost_packets, 0u);
  EXPECT_GE(all.size(), 190u * 960);
  double least = 1e18, most = 0;
  for (std::size_t i = 48'000; i + 480 <= 144'000; i += 480) {
    const double energy = codec::energy(std::span(all).subspan(i, 480));
    least = std::min(least, energy), most = std::max(most, energy);
  }
  EXPECT_GT(least, most / 200) << "libopus fades, but there is sound in their place";
}

}  // namespace
}  // namespace kaskado::media
