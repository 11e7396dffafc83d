// What is written can be read back, whenever it breaks off.
#include "container/muxer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "codec/audio_codec.hpp"
#include "codec/synthetic.hpp"
#include "codec/video_codec.hpp"
#include "container/demuxer.hpp"
#include "media/recording/track_of.hpp"

namespace kaskado::container {
namespace {

using codec::CodecId;
using namespace std::chrono_literals;
using Octets = std::vector<std::uint8_t>;

// A file in memory.
class MemorySink final : public ByteSink {
 public:
  explicit MemorySink(bool seekable) : seekable_(seekable) {}
  base::Result<void> write(base::Bytes more) override {
    if (bytes.size() + more.size() > most) return base::Error{"No space left on device"};
    bytes.resize(std::max(bytes.size(), position_ + more.size()));
    std::ranges::copy(more, bytes.begin() + static_cast<std::ptrdiff_t>(position_));
    position_ += more.size();
    return {};
  }
  bool can_seek() const override { return seekable_; }
  base::Result<void> seek(std::uint64_t position) override {
    position_ = position;
    return {};
  }

  Octets bytes;
  std::size_t most = SIZE_MAX;

 private:
  const bool seekable_;
  std::size_t position_ = 0;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(Octets bytes) : bytes_(std::move(bytes)) {}
  base::Result<std::size_t> read(base::MutableBytes room) override {
    const std::size_t count = std::min(room.size(), bytes_.size() - position_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(position_), count, room.begin());
    position_ += count;
    return count;
  }
  std::optional<std::uint64_t> size() const override { return bytes_.size(); }
  bool can_seek() const override { return true; }
  bool seek(std::uint64_t position) override {
    position_ = std::min<std::size_t>(position, bytes_.size());
    return true;
  }

 private:
  const Octets bytes_;
  std::size_t position_ = 0;
};

struct Contents {
  std::string problem;
  std::vector<std::string> codecs;
  std::vector<TrackFrame> frames;
  std::optional<base::Duration> duration;

  base::Duration last(std::size_t track) const {
    base::Duration latest = -1s;
    for (const TrackFrame& frame : frames) {
      if (frame.track == track) latest = std::max(latest, frame.time);
    }
    return latest;
  }
};

Contents read(Octets bytes) {
  Contents contents;
  auto demuxer = Demuxer::open(std::make_shared<MemorySource>(std::move(bytes)),
                               {.clock = [] { return base::Instant{}; }});
  if (!demuxer) return {.problem = demuxer.error().message};
  for (const Track& track : (*demuxer)->tracks()) contents.codecs.push_back(track.codec);
  contents.duration = (*demuxer)->duration();
  for (;;) {
    auto frame = (*demuxer)->read();
    if (!frame || !*frame) return contents;
    contents.frames.push_back(**frame);
  }
}

// Pictures of 320x240, 30 a second, with a key frame now and then, and sound of 20 ms.
struct Media {
  std::vector<codec::EncodedFrame> pictures;
  std::vector<codec::EncodedFrame> sounds;
};

const Media& media(CodecId video) {
  static std::map<CodecId, Media> made;
  Media& own = made[video];
  if (!own.pictures.empty()) return own;
  auto pictures =
      std::move(codec::VideoEncoder::create({.codec = video, .width = 320, .height = 240})).value();
  auto sounds =
      std::move(codec::AudioEncoder::create({.codec = CodecId::opus, .format = {48'000, 2}})).value();
  codec::Picture picture(320, 240);
  for (int i = 0; i < 300; ++i) {
    codec::draw_pattern(picture, i);
    auto encoded = pictures->encode(picture, i * 33'333us, i % 100 == 0);
    if (encoded && encoded->bytes)
      own.pictures.push_back(
          {.codec = video, .bytes = encoded->bytes, .key_frame = encoded->key_frame, .rtp_time = i});
  }
  for (int i = 0; i < 499; ++i) {
    auto bytes = std::make_shared<Octets>();
    EXPECT_TRUE(sounds->encode(codec::sine(440, 48'000, i * 960, 960, 2), *bytes).ok());
    own.sounds.push_back(
        {.codec = CodecId::opus, .bytes = bytes, .key_frame = true, .clock_rate = 48'000, .channels = 2});
  }
  return own;
}

struct Case {
  const char* name;
  ContainerFormat format;
  CodecId video;
};

class MuxerTest : public testing::TestWithParam<Case> {
 protected:
  // Ten seconds, as far as the sink takes them; `tell` is called with the time behind each frame.
  template <typename Tell>
  base::Result<void> write(const std::shared_ptr<MemorySink>& sink, Tell tell) {
    const Media& given = media(GetParam().video);
    auto muxer = Muxer::create(
        {.format = GetParam().format,
         .tracks = {*media::track_of(given.pictures.front()), *media::track_of(given.sounds.front())}},
        sink);
    if (!muxer) return muxer.error();
    std::size_t sound = 0;
    for (const codec::EncodedFrame& picture : given.pictures) {
      const base::Duration time = picture.rtp_time * 33'333us;
      for (; sound < given.sounds.size() && sound * 20ms <= time; ++sound) {
        const base::Duration at = sound * 20ms;
        const auto written = (*muxer)->write({1, given.sounds[sound].bytes, at, at, 20ms, true});
        if (!written) return written;
      }
      const auto written = (*muxer)->write({0, picture.bytes, time, time, 33ms, picture.key_frame});
      if (!written) return written;
      tell(time);
    }
    return (*muxer)->finish();
  }
};

TEST_P(MuxerTest, IsReadBackAsItWas) {
  for (const bool seekable : {true, false}) {
    const auto sink = std::make_shared<MemorySink>(seekable);
    const auto written = write(sink, [](base::Duration) {});
    ASSERT_TRUE(written.ok()) << written.error().message;
    const Contents contents = read(sink->bytes);
    EXPECT_EQ(contents.problem, "");
    EXPECT_EQ(contents.codecs, (std::vector<std::string>{codec_name(GetParam().video), "opus"}));
    EXPECT_EQ(contents.frames.size(), media(GetParam().video).pictures.size() + 499);
    EXPECT_NEAR(base::to_seconds(contents.last(0)), 9.967, 0.01);
    EXPECT_NEAR(base::to_seconds(contents.last(1)), 9.98, 0.03);
    if (!seekable) continue;
    ASSERT_TRUE(contents.duration);
    EXPECT_NEAR(base::to_seconds(*contents.duration), 10, 0.05);
  }
}

TEST_P(MuxerTest, CanBePlayedUpToTwoSecondsBeforeItBreaksOff) {
  const auto sink = std::make_shared<MemorySink>(true);
  std::vector<std::pair<base::Duration, Octets>> cuts;
  ASSERT_TRUE(write(sink, [&](base::Duration time) {
                if (cuts.size() < 12 && time > 2500ms + 600ms * cuts.size())
                  cuts.emplace_back(time, sink->bytes);
              }).ok());
  ASSERT_EQ(cuts.size(), 12u);
  for (const auto& [time, bytes] : cuts) {
    const Contents contents = read(bytes);
    ASSERT_EQ(contents.problem, "") << base::to_ms(time);
    ASSERT_EQ(contents.codecs.size(), 2u);
    EXPECT_GT(contents.last(0), time - 2s);
    EXPECT_GT(contents.last(1), time - 2s);
  }
}

TEST_P(MuxerTest, WhatThereIsStaysGoodWhenTheDiskIsFull) {
  const auto sink = std::make_shared<MemorySink>(true);
  sink->most = 150'000;
  base::Duration reached{};
  const auto full = write(sink, [&](base::Duration time) { reached = time; });
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().message, "No space left on device");
  const Contents contents = read(sink->bytes);
  EXPECT_EQ(contents.problem, "");
  EXPECT_GT(contents.last(0), reached - 2s);
}

INSTANTIATE_TEST_SUITE_P(Formats, MuxerTest,
                         testing::Values(Case{"webm", ContainerFormat::webm, CodecId::vp8},
                                         Case{"webm_vp9", ContainerFormat::webm, CodecId::vp9},
                                         Case{"matroska", ContainerFormat::matroska, CodecId::h264},
                                         Case{"mp4", ContainerFormat::mp4, CodecId::h264},
                                         Case{"mp4_vp9", ContainerFormat::mp4, CodecId::vp9}),
                         [](const auto& given) { return given.param.name; });

// A track may be silent for any time, and the tracks stay together all the same.
TEST(Muxer, TimesOfFragmentsAreThoseOfTheirFrames) {
  const Media& given = media(CodecId::h264);
  const auto sink = std::make_shared<MemorySink>(true);
  auto muxer = Muxer::create(
      {.format = ContainerFormat::mp4,
       .tracks = {*media::track_of(given.pictures.front()), *media::track_of(given.sounds.front())}},
      sink);
  ASSERT_TRUE(muxer.ok());
  for (int i = 0; i < 500; ++i) {
    const base::Duration at = i * 20ms;
    ASSERT_TRUE(
        (*muxer)->write({1, given.sounds[static_cast<std::size_t>(i % 499)].bytes, at, at, 20ms, true}).ok());
    if (at != 300ms && at != 7300ms) continue;
    ASSERT_TRUE((*muxer)->write({0, given.pictures.front().bytes, at, at, 33ms, true}).ok());
  }
  ASSERT_TRUE((*muxer)->finish().ok());
  const Contents contents = read(sink->bytes);
  std::vector<std::int64_t> times;
  for (const TrackFrame& frame : contents.frames) {
    if (frame.track == 0) times.push_back(base::to_ms(frame.time));
  }
  EXPECT_EQ(times, (std::vector<std::int64_t>{300, 7300}));
}

TEST(Muxer, PicturesOfJpegHaveTheirTurns) {
  const auto jpeg = [](std::uint8_t name) { return std::make_shared<const Octets>(Octets{name}); };
  Track track{.codec = "mjpeg"};
  const auto sink = std::make_shared<MemorySink>(true);
  auto muxer = Muxer::create({.format = ContainerFormat::mjpeg, .tracks = {track}}, sink);
  ASSERT_TRUE(muxer.ok());
  const std::pair<std::uint8_t, base::Duration> shown[] = {
      {'a', 0ms}, {'b', 33ms}, {'c', 66ms}, {'d', 100ms}, {'e', 240ms}};
  for (const auto& [name, at] : shown) EXPECT_TRUE((*muxer)->write({0, jpeg(name), at, at, 33ms, true}).ok());
  EXPECT_TRUE((*muxer)->finish().ok());
  EXPECT_EQ(base::as_text(sink->bytes), "abcddde");
}

TEST(Muxer, SaysWhatItCannotHold) {
  Track track{.codec = "nonsense"};
  const auto muxer =
      Muxer::create({.format = ContainerFormat::webm, .tracks = {track}}, std::make_shared<MemorySink>(true));
  ASSERT_FALSE(muxer.ok());
  EXPECT_EQ(muxer.error().message, "'nonsense' is no codec that can be written");
}

}  // namespace
}  // namespace kaskado::container
