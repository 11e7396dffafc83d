// What bench/frames has done beside the server: coded pictures to send, what bare calls of the libraries
// cost, and whether what has come back is right.
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <map>
#include <string>
#include <vector>

#include "bare_codecs.hpp"
#include "clocks.hpp"
#include "ivf.hpp"
#include "test_picture.hpp"
#include "verdict.hpp"

namespace kaskado::bench {
namespace {

constexpr const char* kUsage =
    R"(usage: frames_tool make  codec VP8|H264 width N height N source N frames N bitrate N file FILE
       frames_tool bare  file FILE codec VP8|H264 bitrate N seconds S paced 0|1
       frames_tool judge file FILE sent LOG[,LOG…] columns N rows N from NS to NS

make writes an IVF file of the test picture at 30 a second. bare decodes it over and over and encodes the pictures by
bare calls of the libraries, and prints the CPU time of both in µs a picture. judge says what a viewer has recorded.
)";

constexpr double kFramesPerSecond = 30;
using Options = std::map<std::string, std::string>;

int number(const Options& options, const char* name, int otherwise = 0) {
  const auto found = options.find(name);
  return found == options.end() ? otherwise : std::atoi(found->second.c_str());
}
std::int64_t big_number(const Options& options, const char* name) {
  const auto found = options.find(name);
  return found == options.end() ? 0 : std::atoll(found->second.c_str());
}
std::string text(const Options& options, const char* name) {
  const auto found = options.find(name);
  return found == options.end() ? std::string() : found->second;
}
codec::CodecId codec_in(const Options& options) {
  return text(options, "codec") == "H264" ? codec::CodecId::h264 : codec::CodecId::vp8;
}

int fail(const std::string& why) {
  std::fprintf(stderr, "frames_tool: %s\n", why.c_str());
  return 1;
}

base::Duration time_of(std::int64_t picture) {
  return base::Duration{static_cast<std::int64_t>(static_cast<double>(picture) * 1e9 / kFramesPerSecond)};
}

int make(const Options& options) {
  const int width = number(options, "width"), height = number(options, "height");
  auto encoder = codec::VideoEncoder::create({.codec = codec_in(options),
                                              .width = width,
                                              .height = height,
                                              .bitrate_bps = number(options, "bitrate"),
                                              .frames_per_second = kFramesPerSecond});
  if (!encoder) return fail(encoder.error().message);
  auto file = IvfWriter::open(text(options, "file"), codec_in(options), width, height);
  if (!file) return fail(file.error().message);
  codec::Picture picture(width, height);
  for (int i = 0; i < number(options, "frames"); ++i) {
    draw_test_picture(picture, {static_cast<unsigned>(number(options, "source")), static_cast<unsigned>(i)});
    const auto encoded = (*encoder)->encode(picture, time_of(i), i == 0);
    if (!encoded) return fail(encoded.error().message);
    if (encoded->bytes && !file->add(*encoded->bytes, static_cast<std::uint64_t>(i)))
      return fail("cannot write");
  }
  return file->flush() ? 0 : fail("cannot write");
}

double cpu_us() {
  return static_cast<double>(read_clock_ns(CLOCK_PROCESS_CPUTIME_ID)) / 1e3;
}

void sleep_until(base::Instant at) {
  const auto ns = at.time_since_epoch().count();
  const timespec until{ns / 1'000'000'000, ns % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

// The first round of the file is not measured: caches are cold then, and the key frame stands for nothing
// that lasts.
int bare(const Options& options) {
  const auto file = IvfFile::read(text(options, "file"));
  if (!file) return fail(file.error().message);
  const auto decoder = BareDecoder::create(file->codec);
  const auto encoder = BareEncoder::create({.codec = codec_in(options),
                                            .width = file->width,
                                            .height = file->height,
                                            .bitrate_bps = number(options, "bitrate"),
                                            .frames_per_second = kFramesPerSecond});
  const bool paced = number(options, "paced") != 0;
  constexpr std::int64_t kWarmUp = 30;
  const std::int64_t pictures =
      kWarmUp + static_cast<std::int64_t>(number(options, "seconds", 5) * kFramesPerSecond);
  double decoding = 0, encoding = 0, bytes = 0;
  const base::Instant start = now();
  for (std::int64_t i = 0; i < pictures; ++i) {
    if (paced) sleep_until(start + time_of(i));
    BarePicture picture;
    const double begin = cpu_us();
    const bool decoded =
        decoder->decode(*file->frames[static_cast<std::size_t>(i) % file->frames.size()].bytes, picture);
    const double between = cpu_us();
    if (!decoded) return fail("a frame that cannot be decoded");
    const std::size_t written = encoder->encode(picture, time_of(i));
    const double end = cpu_us();
    if (i < kWarmUp) continue;
    decoding += between - begin;
    encoding += end - between;
    bytes += static_cast<double>(written);
  }
  const auto measured = static_cast<double>(pictures - kWarmUp);
  std::printf("{\"decodeUs\":%.1f,\"encodeUs\":%.1f,\"pictures\":%.0f,\"bitrateBps\":%.0f}\n",
              decoding / measured, encoding / measured, measured, bytes * 8 * kFramesPerSecond / measured);
  return 0;
}

int tell_verdict(const Options& options) {
  Judging judging{.recorded = text(options, "file"),
                  .sent_logs = {},
                  .columns = number(options, "columns", 1),
                  .rows = number(options, "rows", 1),
                  .from_ns = big_number(options, "from"),
                  .to_ns = options.contains("to") ? big_number(options, "to") : INT64_MAX};
  const std::string logs = text(options, "sent");
  for (std::size_t start = 0; start < logs.size();) {
    const std::size_t end = std::min(logs.find(',', start), logs.size());
    judging.sent_logs.push_back(logs.substr(start, end - start));
    start = end + 1;
  }
  const auto verdict = judge(judging);
  if (!verdict) return fail(verdict.error().message);
  const auto ms = [&](double share) {
    return static_cast<double>(verdict->latency.percentile(share).count()) / 1e6;
  };
  std::printf("{\"pictures\":%" PRIu64 ",\"undecodable\":%" PRIu64 ",\"unreadable\":%" PRIu64
              ",\"unsent\":%" PRIu64 ",\"different\":%" PRIu64 ",\"stale\":%" PRIu64
              ",\"leastPsnrDb\":%.1f,"
              "\"latencyMs\":{\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"max\":%.3f}}\n",
              verdict->pictures, verdict->undecodable, verdict->unreadable, verdict->unsent,
              verdict->different, verdict->stale, verdict->least_psnr_db, ms(0.5), ms(0.9), ms(0.99),
              static_cast<double>(verdict->latency.greatest().count()) / 1e6);
  return 0;
}

int run(int count, char** arguments) {
  Options options;
  for (int i = 2; i + 1 < count; i += 2) options[arguments[i]] = arguments[i + 1];
  const std::string what = count > 1 ? arguments[1] : "";
  if (count % 2 == 0) {
    if (what == "make") return make(options);
    if (what == "bare") return bare(options);
    if (what == "judge") return tell_verdict(options);
  }
  std::fputs(kUsage, stderr);
  return 2;
}

}  // namespace
}  // namespace kaskado::bench

int main(int count, char** arguments) {
  return kaskado::bench::run(count, arguments);
}
