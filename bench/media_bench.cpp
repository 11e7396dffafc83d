// What a packet costs on the shard before its frame goes to a strand, and how long a frame is on its way from
// one codec to another.
#include <benchmark/benchmark.h>

#include <array>
#include <cstring>
#include <memory>
#include <semaphore>
#include <vector>

#include "base/latency_histogram.hpp"
#include "codec/synthetic.hpp"
#include "loop/compute_pool.hpp"
#include "loop/loop.hpp"
#include "media/jitter_buffer.hpp"
#include "media/video_decode_stage.hpp"
#include "media/video_encode_stage.hpp"

namespace kaskado::media {
namespace {

using codec::CodecId;
using namespace std::chrono_literals;

// Packets of a stream, by the thousand: `per_frame` to a picture, each of 1100 bytes of VP8; or Opus.
class Stream {
 public:
  Stream(CodecId codec, std::uint32_t per_frame) : video_(codec::is_video(codec)), per_frame_(per_frame) {
    for (auto& packet : packets_) packet = pool_.acquire();
    const JitterBufferPayload payload{{96}, {.codec = codec}, video_ ? 90'000u : 48'000u, 1};
    buffer_ = JitterBuffer::create({.payloads = {&payload, 1}});
  }
  // `lose`: one of so many packets never comes.
  void next(std::uint64_t lose) {
    const std::uint64_t number = number_++, part = number % per_frame_;
    now_ += part == 0 ? base::Duration{20ms} : base::Duration{50us};
    if (lose != 0 && number % lose == lose - 1) return;
    base::PacketRef packet = packets_[number % packets_.size()];
    std::memset(packet->bytes, 0, 16);
    packet->length = video_ ? 1100 : 80;
    packet->bytes[0] = video_ ? (part == 0 ? 0x10 : 0) : 0x78;
    packet->bytes[1] = number / per_frame_ % 30 == 0 ? 0x10 : 0x11;
    std::memcpy(packet->bytes + 4, "\x9d\x01\x2a\x40\x01\xf0\x00", 7);  // a key frame's start, of 320×240
    packet->arrived = now_;
    rtp::MediaPacket media;
    media.header.payload_length = packet->length;
    media.packet = std::move(packet);
    media.header.timestamp = {static_cast<std::uint32_t>(number / per_frame_ * (video_ ? 1800 : 960))};
    media.header.payload_type = {96};
    media.header.marker = part + 1 == per_frame_;
    media.starts_key_frame = video_ && part == 0 && number / per_frame_ % 30 == 0;
    media.source = {1, 0};
    media.extended_sequence = 0x10000 + number;
    buffer_->insert(media, now_);
    while (auto frame = buffer_->take()) benchmark::DoNotOptimize(frame);
  }
  JitterBufferStats stats() const { return buffer_->stats(); }

 private:
  bool video_;
  std::uint32_t per_frame_;
  base::PacketPool pool_{4096};
  std::array<base::PacketRef, 2048> packets_;
  std::unique_ptr<JitterBuffer> buffer_;
  std::uint64_t number_ = 0;
  base::Instant now_{10s};
};

void report(benchmark::State& state, const Stream& stream) {
  state.SetItemsProcessed(state.iterations());
  state.counters["frames_of_packets"] =
      static_cast<double>(stream.stats().frames) / static_cast<double>(state.iterations());
}

void BM_PacketOfPictures(benchmark::State& state) {
  Stream stream(CodecId::vp8, static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) stream.next(static_cast<std::uint64_t>(state.range(1)));
  report(state, stream);
}
BENCHMARK(BM_PacketOfPictures)
    ->ArgNames({"packets", "lose_1_of"})
    ->Args({1, 0})
    ->Args({8, 0})
    ->Args({100, 0})
    ->Args({8, 97});

void BM_PacketOfSound(benchmark::State& state) {
  Stream stream(CodecId::opus, 1);
  for (auto _ : state) stream.next(static_cast<std::uint64_t>(state.range(0)));
  report(state, stream);
}
BENCHMARK(BM_PacketOfSound)->ArgName("lose_1_of")->Arg(0)->Arg(97);

// From the first stage's take() to the last one's output, of VP8 that becomes H264, one frame after the
// other.
void BM_TranscodeLatency(benchmark::State& state) {
  const int width = static_cast<int>(state.range(0)), height = width * 9 / 16;
  constexpr int kFrames = 30;
  std::vector<codec::EncodedFrame> frames;
  auto encoder = codec::VideoEncoder::create(
      {.codec = CodecId::vp8, .width = width, .height = height, .bitrate_bps = 1'000'000});
  if (!encoder) return state.SkipWithError(encoder.error().message.c_str());
  for (int i = 0; i < kFrames; ++i) {
    codec::Picture picture(width, height);
    codec::draw_pattern(picture, i);
    auto encoded = (*encoder)->encode(picture, i * 33ms, i == 0);
    if (encoded && encoded->bytes)
      frames.push_back({.codec = CodecId::vp8, .bytes = encoded->bytes, .key_frame = encoded->key_frame});
  }
  base::LatencyHistogram latencies;
  const auto pool = std::make_shared<loop::ComputePool>();
  std::counting_semaphore<> done{0};
  const auto encode = VideoEncodeStage::create({.strand = base::Strand::create(pool),
                                                .clock = loop::monotonic_now,
                                                .codec = CodecId::h264,
                                                .bitrate_bps = 3'000'000,
                                                .output = [&](codec::EncodedFrame frame) {
                                                  latencies.record(loop::monotonic_now() - frame.arrived);
                                                  done.release();
                                                }});
  const auto decode = VideoDecodeStage::create(
      {.strand = base::Strand::create(pool), .clock = loop::monotonic_now, .wish_key_frame = [] {}});
  decode->add(encode);
  std::size_t next = 0;
  for (auto _ : state) {
    codec::EncodedFrame frame = frames[next++ % frames.size()];
    frame.time = base::Instant{next * 33ms + 1s};
    frame.arrived = loop::monotonic_now();
    decode->take(frame);
    // Rate control may leave a picture out.
    benchmark::DoNotOptimize(done.try_acquire_for(100ms));
  }
  pool->stop();
  state.counters["median_us"] = static_cast<double>(base::to_us(latencies.quantile(0.5)));
  state.counters["p99_us"] = static_cast<double>(base::to_us(latencies.quantile(0.99)));
  state.counters["decode_us"] = static_cast<double>(base::to_us(decode->statistics().work.quantile(0.5)));
  state.counters["encode_us"] = static_cast<double>(base::to_us(encode->statistics().work.quantile(0.5)));
}
BENCHMARK(BM_TranscodeLatency)
    ->ArgName("width")
    ->Arg(640)
    ->Arg(1280)
    ->Iterations(90)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace kaskado::media
