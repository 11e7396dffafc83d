// Frames of any content and time into recordings of each container. The first two bytes pick the container,
// the codecs and what becomes of gaps; then a frame is flags, how far the time moves, and its bytes behind
// their length.
#include <array>
#include <memory>

#include "base/bytes.hpp"
#include "fuzz/support/require.hpp"
#include "media/recording/recording.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::media;
using codec::CodecId;
using container::ContainerFormat;
using fuzz::require;

constexpr std::array kFormats{ContainerFormat::webm, ContainerFormat::matroska, ContainerFormat::mp4,
                              ContainerFormat::flv, ContainerFormat::mjpeg};
constexpr std::array kVideo{CodecId::vp8,  CodecId::vp9, CodecId::h264,
                            CodecId::h265, CodecId::av1, CodecId::jpeg};
constexpr std::array kAudio{CodecId::opus, CodecId::pcmu, CodecId::aac};
constexpr int kMostFrames = 64;
enum Flags : std::uint8_t { kSound = 1, kKeyFrame = 2, kBack = 4, kFar = 8 };

class Nowhere final : public container::ByteSink {
 public:
  explicit Nowhere(bool seekable) : seekable_(seekable) {}
  base::Result<void> write(base::Bytes bytes) override {
    written_ += bytes.size();
    return written_ > (1u << 20) ? base::Result<void>(base::Error{"full"}) : base::Result<void>{};
  }
  bool can_seek() const override { return seekable_; }
  base::Result<void> seek(std::uint64_t) override { return {}; }

 private:
  const bool seekable_;
  std::size_t written_ = 0;
};

void run(base::ByteReader& reader) {
  const std::uint8_t form = reader.u8(), codecs = reader.u8();
  const CodecId video = kVideo[codecs % kVideo.size()], audio = kAudio[codecs / 8 % kAudio.size()];
  Recording recording({.format = kFormats[form % kFormats.size()],
                       .gaps_fix = static_cast<GapsFix>(form / 8 % 3),
                       .make_muxer = [form](container::MuxerSettings settings) {
                         return container::Muxer::create(std::move(settings),
                                                         std::make_shared<Nowhere>((form & 0x80) != 0));
                       }});
  recording.expect({.video = (form & 0x40) == 0, .audio = true});
  base::Duration time{};
  for (int i = 0; i < kMostFrames && reader.remaining() > 4; ++i) {
    const std::uint8_t flags = reader.u8();
    const auto step = std::chrono::milliseconds(reader.u8()) * (flags & kFar ? 1000 : 1);
    time += flags & kBack ? -step : step;
    const base::Bytes bytes = reader.take(std::min<std::size_t>(reader.u16(), reader.remaining()));
    const bool sound = (flags & kSound) != 0;
    codec::EncodedFrame frame{
        .codec = sound ? audio : video,
        .bytes = std::make_shared<const std::vector<std::uint8_t>>(bytes.begin(), bytes.end()),
        .key_frame = sound || (flags & kKeyFrame) != 0,
        .clock_rate = sound ? (audio == CodecId::pcmu ? 8000u : 48'000u) : 90'000u,
        .duration = std::chrono::milliseconds(sound ? 20 : 0),
        .channels = 2};
    const auto before = recording.statistics();
    if (!recording.take({std::move(frame), time})) return;
    require(recording.statistics().length >= before.length);
  }
  (void)recording.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteReader reader({data, size});
  if (size >= 2) run(reader);
  return 0;
}
