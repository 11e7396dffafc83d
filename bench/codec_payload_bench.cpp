// Frames into RTP payloads and back: 20 kB of pictures in payloads of 1200 octets, or 20 ms of sound. Time is
// for a frame.
#include <benchmark/benchmark.h>

#include "base/random.hpp"
#include "codec/random_frames.hpp"

namespace kaskado::codec {
namespace {

constexpr std::size_t kPictureBytes = 20'000, kSoundBytes = 160, kMaxPayloadBytes = 1200;

// One slice, or one frame, as encoders for live pictures write it.
EncodedFrame make_frame(CodecId codec) {
  base::SeededRandom random(1);
  const std::size_t size = is_video(codec) ? kPictureBytes : kSoundBytes;
  test::Octets head;
  if (codec == CodecId::h264) head = {0, 0, 0, 1, 0x41};
  if (codec == CodecId::h265) head = {0, 0, 0, 1, 0x02, 0x01};
  if (codec == CodecId::av1) head = {0x32, 0xa0, 0x9c, 0x01};
  if (head.empty()) return test::frame_of(codec, test::random_frame(random, codec, size));
  test::Octets content = test::random_octets(random, size);
  for (std::uint8_t& octet : content) octet = std::max<std::uint8_t>(octet, 4);  // no start codes
  return test::frame_of(codec, test::joined({head, content}));
}

const PayloadFormat kFormats[] = {{CodecId::vp8},          {CodecId::vp9},          {CodecId::h264},
                                  {CodecId::h265},         {CodecId::av1},          {CodecId::h263},
                                  {CodecId::opus},         {CodecId::pcmu},         {CodecId::speex},
                                  {CodecId::amr_nb, true}, {CodecId::amr_nb, false}};

void packetize(benchmark::State& state, PayloadFormat format) {
  const EncodedFrame frame = make_frame(format.codec);
  const auto packetizer = Packetizer::create(format);
  test::Octets room(kMaxPayloadBytes);
  for (auto _ : state) {
    packetizer->begin(frame, kMaxPayloadBytes);
    while (const auto fragment = packetizer->next(room)) benchmark::DoNotOptimize(fragment->bytes);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frame.bytes->size()));
}

void assemble(benchmark::State& state, PayloadFormat format) {
  const EncodedFrame frame = make_frame(format.codec);
  const auto payloads = test::packetize(*Packetizer::create(format), frame, kMaxPayloadBytes).payloads;
  const std::vector<base::Bytes> spans(payloads.begin(), payloads.end());
  const auto depacketizer = Depacketizer::create(format);
  for (auto _ : state) {
    const auto assembled = depacketizer->assemble(spans);
    if (!assembled) state.SkipWithError("not assembled");
    benchmark::DoNotOptimize(assembled);
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(frame.bytes->size()));
}

const int kRegistered = [] {
  for (const PayloadFormat& format : kFormats) {
    const std::string name =
        std::string(encoding_name(format.codec)) + (format.octet_aligned ? "/octet_aligned" : "");
    benchmark::RegisterBenchmark(("packetize/" + name).c_str(), packetize, format);
    benchmark::RegisterBenchmark(("assemble/" + name).c_str(), assemble, format);
  }
  return 0;
}();

}  // namespace
}  // namespace kaskado::codec
