// What our decoders and encoders cost beside the bare calls of their libraries with the same settings, on the
// same frames in turns. Times are medians of this thread's CPU time, in µs a frame, and
//   of_bare = ours / bare    (1: we add nothing)
// Pictures are 1280×720 at 30 a second and 1.5 Mb/s; sound is Opus at 32 kb/s, 20 ms a frame.
#include <benchmark/benchmark.h>
#include <opus/opus.h>
#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>
#include <wels/codec_api.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <vector>

#include "../tests/codec/synthetic.hpp"
#include "codec/audio_codec.hpp"
#include "codec/openh264/encoder_settings.hpp"
#include "codec/video_codec.hpp"
#include "codec/vpx/encoder_settings.hpp"

namespace kaskado::codec {
namespace {

constexpr int kWidth = 1280;
constexpr int kHeight = 720;
constexpr int kRate = 30;
constexpr int kPictures = 30;

// Of this thread's CPU time, so that a busy machine does not show.
double now_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

class Series {
 public:
  template <typename Call>
  double add(Call call) {
    const double start = now_us();
    call();
    times_.push_back(now_us() - start);
    return times_.back();
  }
  std::size_t count() const { return times_.size(); }
  double median() {
    const auto middle = times_.begin() + static_cast<std::ptrdiff_t>(times_.size() / 2);
    std::nth_element(times_.begin(), middle, times_.end());
    return *middle;
  }

 private:
  std::vector<double> times_;
};

// Times both, by turns each first, as the second finds caches warm. Gives our time.
template <typename Ours, typename Bare>
double time_both(Series& ours, Ours our_call, Series& bare, Bare bare_call) {
  const bool bare_first = ours.count() % 2 == 0;
  if (bare_first) bare.add(bare_call);
  const double took = ours.add(our_call);
  if (!bare_first) bare.add(bare_call);
  return took;
}

void report(benchmark::State& state, Series& ours, Series& bare) {
  state.counters["ours_us"] = ours.median();
  state.counters["bare_us"] = bare.median();
  state.counters["of_bare"] = ours.median() / bare.median();
}

VideoEncoderSettings settings(CodecId codec) {
  return {.codec = codec,
          .width = kWidth,
          .height = kHeight,
          .bitrate_bps = 1'500'000,
          .frames_per_second = kRate};
}

// A second of the pattern.
const std::vector<Picture>& pictures() {
  static const std::vector<Picture> drawn = [] {
    std::vector<Picture> made;
    for (int number = 0; number < kPictures; ++number)
      draw_pattern(made.emplace_back(kWidth, kHeight), number);
    return made;
  }();
  return drawn;
}

base::Duration time_of(int number) {
  return std::chrono::nanoseconds(1'000'000'000LL * number / kRate);
}

// The same frames by the bare libraries. Each has the setup that our encoders have.
class BareVpx {
 public:
  BareVpx() {
    vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &config_, 0);
    configure(settings(CodecId::vp8), config_);
    vpx_codec_enc_init(&encoder_, vpx_codec_vp8_cx(), &config_, 0);
    control(settings(CodecId::vp8), config_, encoder_);
    vpx_codec_dec_init(&decoder_, vpx_codec_vp8_dx(), nullptr, 0);
  }
  ~BareVpx() {
    vpx_codec_destroy(&encoder_);
    vpx_codec_destroy(&decoder_);
  }
  BareVpx(const BareVpx&) = delete;

  void encode(const Picture& picture, int number) {
    auto* const y = const_cast<std::uint8_t*>(picture.y());
    vpx_image_t image{};
    vpx_img_wrap(&image, VPX_IMG_FMT_I420, kWidth, kHeight, 1, y);
    image.planes[1] = const_cast<std::uint8_t*>(picture.u());
    image.planes[2] = const_cast<std::uint8_t*>(picture.v());
    image.stride[0] = picture.stride_y();
    image.stride[1] = image.stride[2] = picture.stride_uv();
    vpx_codec_encode(&encoder_, &image, number * 3000, 3000, 0, VPX_DL_REALTIME);
    vpx_codec_iter_t iterator = nullptr;
    while (const auto* packet = vpx_codec_get_cx_data(&encoder_, &iterator)) benchmark::DoNotOptimize(packet);
  }
  void decode(base::Bytes frame) {
    vpx_codec_decode(&decoder_, frame.data(), static_cast<unsigned>(frame.size()), nullptr, 0);
    vpx_codec_iter_t iterator = nullptr;
    while (const auto* image = vpx_codec_get_frame(&decoder_, &iterator)) benchmark::DoNotOptimize(image);
  }

 private:
  vpx_codec_enc_cfg_t config_{};
  vpx_codec_ctx_t encoder_{};
  vpx_codec_ctx_t decoder_{};
};

class BareOpenH264 {
 public:
  BareOpenH264() {
    int silent = WELS_LOG_QUIET;
    WelsCreateSVCEncoder(&encoder_);
    encoder_->SetOption(ENCODER_OPTION_TRACE_LEVEL, &silent);
    SEncParamExt parameters;
    encoder_->GetDefaultParams(&parameters);
    configure(settings(CodecId::h264), kWidth, kHeight, parameters);
    encoder_->InitializeExt(&parameters);
    WelsCreateDecoder(&decoder_);
    decoder_->SetOption(DECODER_OPTION_TRACE_LEVEL, &silent);
    SDecodingParam decoding{};
    decoding.sVideoProperty.eVideoBsType = VIDEO_BITSTREAM_AVC;
    decoder_->Initialize(&decoding);
  }
  ~BareOpenH264() {
    encoder_->Uninitialize();
    WelsDestroySVCEncoder(encoder_);
    decoder_->Uninitialize();
    WelsDestroyDecoder(decoder_);
  }
  BareOpenH264(const BareOpenH264&) = delete;

  void encode(const Picture& picture, int number) {
    SSourcePicture source{};
    source.iColorFormat = videoFormatI420;
    source.iPicWidth = kWidth;
    source.iPicHeight = kHeight;
    source.iStride[0] = picture.stride_y();
    source.iStride[1] = source.iStride[2] = picture.stride_uv();
    source.pData[0] = const_cast<std::uint8_t*>(picture.y());
    source.pData[1] = const_cast<std::uint8_t*>(picture.u());
    source.pData[2] = const_cast<std::uint8_t*>(picture.v());
    source.uiTimeStamp = base::to_ms(time_of(number));
    SFrameBSInfo written{};
    encoder_->EncodeFrame(&source, &written);
    benchmark::DoNotOptimize(written);
  }
  void decode(base::Bytes frame) {
    std::array<std::uint8_t*, 3> planes{};
    SBufferInfo info{};
    decoder_->DecodeFrameNoDelay(frame.data(), static_cast<int>(frame.size()), planes.data(), &info);
    benchmark::DoNotOptimize(info);
  }

 private:
  ISVCEncoder* encoder_ = nullptr;
  ISVCDecoder* decoder_ = nullptr;
};

template <CodecId kCodec, typename Bare>
void encode(benchmark::State& state) {
  auto encoder = VideoEncoder::create(settings(kCodec));
  Bare bare;
  if (!encoder) return state.SkipWithError(encoder.error().message.c_str());
  Series ours, theirs;
  int number = 0;
  pictures();
  for ([[maybe_unused]] auto _ : state) {
    const Picture& picture = pictures()[static_cast<std::size_t>(number % kPictures)];
    const auto encode_ours = [&] {
      benchmark::DoNotOptimize((*encoder)->encode(picture, time_of(number), false));
    };
    const double took = time_both(ours, encode_ours, theirs, [&] { bare.encode(picture, number); });
    state.SetIterationTime(took * 1e-6);
    ++number;
  }
  report(state, ours, theirs);
}

template <CodecId kCodec, typename Bare>
void decode(benchmark::State& state) {
  auto encoder = VideoEncoder::create(settings(kCodec));
  auto decoder = VideoDecoder::create(kCodec, std::make_shared<PicturePool>());
  if (!encoder || !decoder) return state.SkipWithError("no codec");
  std::vector<SharedBytes> frames;
  for (int number = 0; number < kPictures; ++number) {
    const auto encoded =
        (*encoder)->encode(pictures()[static_cast<std::size_t>(number)], time_of(number), number == 0);
    if (encoded && encoded->bytes) frames.push_back(encoded->bytes);
  }
  Bare bare;
  Series ours, theirs;
  std::vector<VideoDecoder::Decoded> shown;
  std::size_t at = 0;
  for ([[maybe_unused]] auto _ : state) {
    const base::Bytes frame(*frames[at++ % frames.size()]);
    shown.clear();
    const double took = time_both(
        ours, [&] { benchmark::DoNotOptimize((*decoder)->decode(frame, 0, shown)); }, theirs,
        [&] { bare.decode(frame); });
    if (shown.size() != 1) state.SkipWithError("a frame was not decoded");
    state.SetIterationTime(took * 1e-6);
  }
  report(state, ours, theirs);
}

BENCHMARK(encode<CodecId::vp8, BareVpx>)
    ->Name("encode/720p/VP8")
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(encode<CodecId::h264, BareOpenH264>)
    ->Name("encode/720p/H264")
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(decode<CodecId::vp8, BareVpx>)
    ->Name("decode/720p/VP8")
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(decode<CodecId::h264, BareOpenH264>)
    ->Name("decode/720p/H264")
    ->UseManualTime()
    ->Unit(benchmark::kMicrosecond);

// Half a second of a voice.
std::vector<std::vector<std::int16_t>> sounds() {
  std::vector<std::vector<std::int16_t>> frames;
  for (int number = 0; number < 25; ++number) frames.push_back(voice(number * 960, 960));
  return frames;
}

void encode_opus(benchmark::State& state) {
  auto encoder =
      AudioEncoder::create({.codec = CodecId::opus, .format = {48000, 1}, .expected_loss_percent = 5});
  int error = 0;
  OpusEncoder* const bare = opus_encoder_create(48000, 1, OPUS_APPLICATION_VOIP, &error);
  opus_encoder_ctl(bare, OPUS_SET_BITRATE(32'000));
  opus_encoder_ctl(bare, OPUS_SET_COMPLEXITY(5));
  opus_encoder_ctl(bare, OPUS_SET_INBAND_FEC(1));
  opus_encoder_ctl(bare, OPUS_SET_PACKET_LOSS_PERC(5));
  const auto frames = sounds();
  Series ours, theirs;
  std::vector<std::uint8_t> written;
  std::array<std::uint8_t, 1276> room{};
  std::size_t at = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto& frame = frames[at++ % frames.size()];
    const auto encode_bare = [&] {
      benchmark::DoNotOptimize(
          opus_encode(bare, frame.data(), 960, room.data(), static_cast<opus_int32>(room.size())));
    };
    written.clear();
    const auto encode_ours = [&] { benchmark::DoNotOptimize((*encoder)->encode(frame, written)); };
    state.SetIterationTime(time_both(ours, encode_ours, theirs, encode_bare) * 1e-6);
  }
  opus_encoder_destroy(bare);
  report(state, ours, theirs);
}

void decode_opus(benchmark::State& state) {
  auto encoder = AudioEncoder::create({.codec = CodecId::opus, .format = {48000, 1}});
  auto decoder = AudioDecoder::create(CodecId::opus, {48000, 1});
  std::vector<std::vector<std::uint8_t>> packets;
  for (const auto& frame : sounds()) (void)(*encoder)->encode(frame, packets.emplace_back());
  int error = 0;
  OpusDecoder* const bare = opus_decoder_create(48000, 1, &error);
  Series ours, theirs;
  std::vector<std::int16_t> heard;
  std::array<std::int16_t, 5760> room{};
  std::size_t at = 0;
  for ([[maybe_unused]] auto _ : state) {
    const auto& packet = packets[at++ % packets.size()];
    const auto decode_bare = [&] {
      benchmark::DoNotOptimize(opus_decode(bare, packet.data(), static_cast<opus_int32>(packet.size()),
                                           room.data(), static_cast<int>(room.size()), 0));
    };
    heard.clear();
    const auto decode_ours = [&] { benchmark::DoNotOptimize((*decoder)->decode(packet, heard)); };
    state.SetIterationTime(time_both(ours, decode_ours, theirs, decode_bare) * 1e-6);
  }
  opus_decoder_destroy(bare);
  report(state, ours, theirs);
}

BENCHMARK(encode_opus)->Name("encode/Opus")->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(decode_opus)->Name("decode/Opus")->UseManualTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace kaskado::codec
