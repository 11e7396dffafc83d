// Stages on a real pool: frames from one thread, sinks that come and go from another.
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "loop/compute_pool.hpp"
#include "loop/loop.hpp"
#include "media/audio_decode_stage.hpp"
#include "media/audio_encode_stage.hpp"
#include "media/video_decode_stage.hpp"
#include "media/video_encode_stage.hpp"

namespace kaskado::media {
namespace {

using namespace std::chrono_literals;
using codec::CodecId;

struct CountingSink final : VideoSink {
  void take(const VideoFrame&) override { ++taken; }
  int taken = 0;  // no atomic: of one strand, and of who has removed it
};

codec::EncodedFrame coded_picture(bool key) {
  static const auto bytes = std::make_shared<const std::vector<std::uint8_t>>(100);
  return {.codec = CodecId::vp8, .bytes = bytes, .key_frame = key, .arrived = loop::monotonic_now()};
}

struct QuickDecoder final : codec::VideoDecoder {
  explicit QuickDecoder(std::shared_ptr<codec::PicturePool> from) : pool(std::move(from)) {}
  base::Result<void> decode(base::Bytes, std::int64_t tag, std::vector<Decoded>& pictures) override {
    const auto picture = pool->acquire(64, 48);
    picture->y()[0] = static_cast<std::uint8_t>(tag);
    pictures.push_back({picture, tag});
    return {};
  }
  std::shared_ptr<codec::PicturePool> pool;
};

struct QuickEncoder final : codec::VideoEncoder {
  base::Result<codec::EncodedPicture> encode(const codec::Picture& picture, base::Duration,
                                             bool key_frame) override {
    return codec::EncodedPicture{std::make_shared<const std::vector<std::uint8_t>>(1, picture.y()[0]),
                                 key_frame};
  }
  void set_bitrate(int bitrate_bps) override { bitrate = bitrate_bps; }
  int bitrate = 0;
};

VideoEncodeSettings encode_settings(const std::shared_ptr<loop::ComputePool>& pool,
                                    std::atomic<int>& encoded) {
  return {.strand = base::Strand::create(pool),
          .clock = loop::monotonic_now,
          .output = [&encoded](codec::EncodedFrame) { ++encoded; },
          .make_encoder = [](const auto&) -> base::Result<std::unique_ptr<codec::VideoEncoder>> {
            return {std::make_unique<QuickEncoder>()};
          }};
}

TEST(StagesOnThreads, DecodeAndEncodeWhileSinksComeAndGo) {
  const auto pool = std::make_shared<loop::ComputePool>(3);
  std::atomic<int> wishes = 0, encoded = 0;
  auto decode = VideoDecodeStage::create(
      {.strand = base::Strand::create(pool),
       .clock = loop::monotonic_now,
       .wish_key_frame = [&] { ++wishes; },
       .make_decoder = [](CodecId, auto pictures) -> base::Result<std::unique_ptr<codec::VideoDecoder>> {
         return {std::make_unique<QuickDecoder>(pictures)};
       }});
  auto encode = VideoEncodeStage::create(encode_settings(pool, encoded));
  decode->add(encode);
  std::atomic<bool> stop = false;
  std::thread shard([&] {
    // Key frames come when they are wished for, or nothing would get through again.
    for (int i = 0; i < 3000; ++i) {
      auto frame = coded_picture(i == 0 || wishes.exchange(0) > 0);
      frame.time = loop::monotonic_now();
      decode->take(std::move(frame));
      if (i % 7 == 0) encode->wish_key_frame(), encode->set_bitrate(100'000 + i);
      if (i % 50 == 0) encode->set_size(i % 100 ? codec::PictureSize{64, 48} : codec::PictureSize{32, 24});
      std::this_thread::yield();
    }
    stop = true;
  });
  while (!stop) {
    const auto sink = std::make_shared<CountingSink>();
    decode->add(sink);
    std::this_thread::yield();
    decode->remove(sink.get());
    EXPECT_GE(sink->taken, 0);
    EXPECT_GE(decode->statistics().frames_in, decode->statistics().frames_dropped);
    EXPECT_LE(encode->encoded_size().width, 64);
  }
  shard.join();
  const std::weak_ptr<VideoDecodeStage> seen = decode;
  decode.reset();
  pool->stop();
  encode.reset();
  EXPECT_TRUE(seen.expired());
  EXPECT_GT(encoded, 0);
}

TEST(StagesOnThreads, EndWithTheirPoolWhateverWaits) {
  for (int round = 0; round < 20; ++round) {
    const auto pool = std::make_shared<loop::ComputePool>(2);
    std::atomic<int> encoded = 0;
    auto encode = VideoEncodeStage::create(encode_settings(pool, encoded));
    const std::weak_ptr<VideoEncodeStage> seen = encode;
    std::thread source([&] {
      for (int i = 0; i < 200; ++i) {
        encode->take({.picture = std::make_shared<codec::Picture>(16, 16),
                      .time = base::Instant{i * 1ms + 1s},
                      .arrived = loop::monotonic_now()});
      }
    });
    pool->stop();
    const int before = encoded;
    source.join();
    encode.reset();
    EXPECT_EQ(encoded, before);
    EXPECT_TRUE(seen.expired());
  }
}

// The real ones, from Opus to PCMU, of several streams at once.
TEST(StagesOnThreads, TranscodeSoundOfManyStreams) {
  constexpr int kStreams = 4, kFrames = 100;
  const auto pool = std::make_shared<loop::ComputePool>(3);
  struct Stream {
    std::shared_ptr<AudioEncodeStage> to_opus;
    std::shared_ptr<AudioDecodeStage> from_opus;
    std::shared_ptr<AudioEncodeStage> to_pcmu;
    std::atomic<int> frames = 0;
  };
  std::vector<std::unique_ptr<Stream>> streams;
  for (int i = 0; i < kStreams; ++i) {
    auto stream = std::make_unique<Stream>();
    Stream& self = *stream;
    self.to_pcmu = AudioEncodeStage::create(
        {.strand = base::Strand::create(pool, kFrames),
         .clock = loop::monotonic_now,
         .encoder = {.codec = CodecId::pcmu, .format = {.sample_rate = 8'000, .channels = 1}},
         .output = [&self](codec::EncodedFrame) { ++self.frames; },
         .most_waiting = kFrames});
    self.from_opus = AudioDecodeStage::create({.strand = base::Strand::create(pool, kFrames),
                                               .clock = loop::monotonic_now,
                                               .most_waiting = kFrames});
    self.from_opus->add(self.to_pcmu);
    self.to_opus = AudioEncodeStage::create(
        {.strand = base::Strand::create(pool, kFrames),
         .clock = loop::monotonic_now,
         .encoder = {.codec = CodecId::opus, .format = {.sample_rate = 48'000, .channels = 1}},
         .output = [&self](codec::EncodedFrame frame) { self.from_opus->take(std::move(frame)); },
         .most_waiting = kFrames});
    streams.push_back(std::move(stream));
  }
  const auto samples = std::make_shared<const std::vector<std::int16_t>>(960, std::int16_t{500});
  for (int i = 0; i < kFrames; ++i)
    for (const auto& stream : streams)
      stream->to_opus->take({.samples = samples,
                             .channels = 1,
                             .time = base::Instant{i * 20ms + 1s},
                             .arrived = loop::monotonic_now()});
  for (const auto& stream : streams)
    while (stream->to_opus->statistics().work.count() < kFrames) std::this_thread::yield();
  for (const auto& stream : streams) {
    const auto given = stream->to_opus->statistics().frames_out;
    EXPECT_GE(given, kFrames - 1u);
    while (stream->from_opus->statistics().work.count() < given) std::this_thread::yield();
    const auto decoded = stream->from_opus->statistics().frames_out;
    while (stream->to_pcmu->statistics().work.count() < decoded) std::this_thread::yield();
    EXPECT_GE(stream->frames, kFrames - 3);
  }
  pool->stop();
}

}  // namespace
}  // namespace kaskado::media
