#include "container/demuxer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

#include "codec/bitstream/nal_units.hpp"
#include "codec/foreign_codec.hpp"
#include "container/byte_pipe.hpp"

namespace kaskado::container {
namespace {

using namespace std::chrono_literals;
using codec::CodecId;

// Time that stands still unless a test moves it.
struct Time {
  base::Instant now{1000s};
  DemuxerSettings settings() {
    return {.clock = [this] { return now; }};
  }
};

std::string path_of(const std::string& name) {
  return std::string(KASKADO_TEST_DATA) + "/" + name;
}

std::vector<std::uint8_t> content_of(const std::string& name) {
  std::ifstream file(path_of(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::unique_ptr<Demuxer> open_named(const std::string& name, Time& time) {
  auto bytes = open_file(path_of(name));
  EXPECT_TRUE(bytes) << name;
  auto demuxer = Demuxer::open(std::move(bytes).value(), time.settings());
  EXPECT_TRUE(demuxer) << name << (demuxer ? "" : ": " + demuxer.error().message);
  return demuxer ? std::move(demuxer).value() : nullptr;
}

std::vector<TrackFrame> read_all(Demuxer& demuxer) {
  std::vector<TrackFrame> frames;
  for (;;) {
    auto frame = demuxer.read();
    EXPECT_TRUE(frame);
    if (!frame || !*frame) return frames;
    frames.push_back(std::move(**frame));
  }
}

std::vector<TrackFrame> of_kind(const Demuxer& demuxer, const std::vector<TrackFrame>& frames,
                                Track::Kind kind) {
  std::vector<TrackFrame> found;
  std::ranges::copy_if(frames, std::back_inserter(found),
                       [&](const TrackFrame& frame) { return demuxer.tracks()[frame.track].kind == kind; });
  return found;
}

const Track* track_of(const Demuxer& demuxer, Track::Kind kind) {
  const auto found = std::ranges::find(demuxer.tracks(), kind, &Track::kind);
  return found == demuxer.tracks().end() ? nullptr : &*found;
}

struct Sample {
  std::string file;
  std::string video, audio;  // empty: none
  base::Duration length;
};

class DemuxerFiles : public ::testing::TestWithParam<Sample> {};

TEST_P(DemuxerFiles, GivesEveryFrameWithItsTime) {
  Time time;
  const Sample& sample = GetParam();
  const auto demuxer = open_named(sample.file, time);
  ASSERT_TRUE(demuxer);
  const Track* const video = track_of(*demuxer, Track::Kind::video);
  const Track* const audio = track_of(*demuxer, Track::Kind::audio);
  EXPECT_EQ(video ? video->codec : "", sample.video);
  EXPECT_EQ(audio ? audio->codec : "", sample.audio);
  EXPECT_EQ(video ? video->width : 160, 160);
  EXPECT_EQ(video ? video->height : 120, 120);
  EXPECT_FALSE(demuxer->is_live());
  const auto frames = read_all(*demuxer);
  for (const Track::Kind kind : {Track::Kind::video, Track::Kind::audio}) {
    const auto own = of_kind(*demuxer, frames, kind);
    if (own.empty()) continue;
    EXPECT_TRUE(own.front().key_frame);
    EXPECT_TRUE(std::ranges::is_sorted(own, {}, &TrackFrame::decode_time));
    base::Duration end{};
    for (const TrackFrame& frame : own) {
      EXPECT_GE(frame.time, frame.decode_time);
      end = std::max(end, frame.time + frame.duration);
    }
    EXPECT_NEAR(base::to_seconds(end), base::to_seconds(sample.length), 0.2) << sample.file;
    const auto pictures = static_cast<std::size_t>(25 * base::to_seconds(sample.length));
    EXPECT_TRUE(kind == Track::Kind::audio || own.size() == pictures) << own.size() << " pictures";
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, DemuxerFiles,
    ::testing::Values(Sample{"vp8_opus.webm", "vp8", "opus", 2s},
                      Sample{"bframes_aac.mp4", "h264", "aac", 2s},
                      Sample{"baseline_aac.mp4", "h264", "aac", 1s},
                      Sample{"mpeg2.ts", "mpeg2video", "mp2", 1s}, Sample{"hevc.mkv", "hevc", "", 1s},
                      Sample{"av1.webm", "av1", "", 1s}, Sample{"ulaw.wav", "", "pcm_mulaw", 1s},
                      Sample{"tone.mp3", "", "mp3", 1s}, Sample{"mpeg4_mp3.avi", "mpeg4", "mp3", 1s}));

TEST(Demuxer, GivesH264AsAByteStreamWithItsParameterSets) {
  Time time;
  for (const char* file : {"bframes_aac.mp4", "baseline_aac.mp4"}) {
    const auto demuxer = open_named(file, time);
    ASSERT_TRUE(demuxer);
    EXPECT_EQ(track_of(*demuxer, Track::Kind::video)->reordered, std::string_view(file) == "bframes_aac.mp4");
    for (const TrackFrame& frame : of_kind(*demuxer, read_all(*demuxer), Track::Kind::video)) {
      const bool has_sps = codec::find_nal(*frame.bytes, [](std::uint8_t header) {
                             return codec::h264::type_of(header) == codec::h264::kSps;
                           }).has_value();
      EXPECT_EQ(has_sps, frame.key_frame);
      EXPECT_EQ(std::memcmp(frame.bytes->data(), "\0\0", 2), 0);
    }
  }
}

TEST(Demuxer, CutsSoundWithoutFramesIntoPiecesOf20Ms) {
  Time time;
  const auto demuxer = open_named("ulaw.wav", time);
  ASSERT_TRUE(demuxer);
  const auto frames = read_all(*demuxer);
  ASSERT_GE(frames.size(), 50u);
  std::size_t bytes = 0;
  for (const TrackFrame& frame : frames) {
    EXPECT_LE(frame.duration, 20ms);
    EXPECT_NEAR(base::to_seconds(frame.time), static_cast<double>(bytes) / 8000, 1e-6);
    bytes += frame.bytes->size();
  }
  EXPECT_EQ(bytes, 8000u);
}

TEST(Demuxer, SeeksToTheKeyFrameBefore) {
  Time time;
  const auto demuxer = open_named("vp8_opus.webm", time);
  ASSERT_TRUE(demuxer);
  ASSERT_TRUE(demuxer->can_seek());
  EXPECT_NEAR(base::to_seconds(demuxer->duration().value_or(0s)), 2, 0.1);
  read_all(*demuxer);
  ASSERT_TRUE(demuxer->seek(1500ms));
  const auto video = of_kind(*demuxer, read_all(*demuxer), Track::Kind::video);
  ASSERT_FALSE(video.empty());
  EXPECT_TRUE(video.front().key_frame);
  EXPECT_NEAR(base::to_seconds(video.front().time), 1, 0.02);
  ASSERT_TRUE(demuxer->seek(0s));
  const auto again = of_kind(*demuxer, read_all(*demuxer), Track::Kind::video);
  EXPECT_NEAR(base::to_seconds(again.front().time), 0, 0.02);
}

// A pipe holds all of it, so nobody has to wait.
TEST(Demuxer, ReadsWhatComesInPieces) {
  Time time;
  const auto content = content_of("vp8_opus.webm");
  const auto pipe = std::make_shared<BytePipe>(nullptr);
  ASSERT_EQ(pipe->write(content), content.size());
  pipe->finish();
  auto demuxer = Demuxer::open(pipe, time.settings());
  ASSERT_TRUE(demuxer) << demuxer.error().message;
  EXPECT_FALSE((*demuxer)->can_seek());
  EXPECT_EQ(of_kind(**demuxer, read_all(**demuxer), Track::Kind::video).size(), 50u);
}

TEST(Demuxer, TellsWhyAnUploadBrokeOff) {
  Time time;
  const auto content = content_of("vp8_opus.webm");
  const auto pipe = std::make_shared<BytePipe>(nullptr);
  pipe->write(base::Bytes(content).first(content.size() / 2));
  pipe->fail("the sender is gone");
  auto demuxer = Demuxer::open(pipe, time.settings());
  ASSERT_TRUE(demuxer);
  for (;;) {
    const auto frame = (*demuxer)->read();
    if (frame && *frame) continue;
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error().message, "the sender is gone");
    break;
  }
}

TEST(Demuxer, RefusesWhatIsNoContainer) {
  Time time;
  for (const std::vector<std::uint8_t>& content :
       {std::vector<std::uint8_t>{}, std::vector<std::uint8_t>(5000, 0xaa),
        std::vector<std::uint8_t>(3, 'x')}) {
    const auto pipe = std::make_shared<BytePipe>(nullptr);
    pipe->write(content);
    pipe->finish();
    const auto demuxer = Demuxer::open(pipe, time.settings());
    ASSERT_FALSE(demuxer);
    EXPECT_FALSE(demuxer.error().message.empty());
  }
}

TEST(Demuxer, OpensNothingThatAFileNames) {
  Time time;
  const std::string playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://" +
                               path_of("vp8_opus.webm") + "\n#EXT-X-ENDLIST\n";
  const std::string concat = "ffconcat version 1.0\nfile '" + path_of("vp8_opus.webm") + "'\n";
  for (const std::string& text : {playlist, concat}) {
    const auto pipe = std::make_shared<BytePipe>(nullptr);
    pipe->write(base::as_bytes(text));
    pipe->finish();
    EXPECT_FALSE(Demuxer::open(pipe, time.settings()));
  }
}

TEST(Demuxer, CutFilesEndEarly) {
  Time time;
  for (const char* file : {"vp8_opus.webm", "mpeg2.ts", "baseline_aac.mp4", "mpeg4_mp3.avi"}) {
    const auto content = content_of(file);
    for (const std::size_t part : {1u, 2u, 3u}) {
      const auto pipe = std::make_shared<BytePipe>(nullptr);
      pipe->write(base::Bytes(content).first(content.size() * part / 4));
      pipe->finish();
      auto demuxer = Demuxer::open(pipe, time.settings());
      if (!demuxer) continue;
      std::size_t frames = 0;
      for (auto frame = (*demuxer)->read(); frame && *frame; frame = (*demuxer)->read()) ++frames;
      EXPECT_LT(frames, 200u);
    }
  }
}

TEST(Demuxer, EndsWhenItIsCancelled) {
  Time time;
  DemuxerSettings settings = time.settings();
  const auto cancellation = std::make_shared<Cancellation>();
  settings.cancellation = cancellation;
  auto demuxer = Demuxer::open(std::move(open_file(path_of("mpeg2.ts"))).value(), settings);
  ASSERT_TRUE(demuxer);
  cancellation->cancel();
  // What has been read before may still come.
  int frames = 0;
  while (true) {
    const auto frame = (*demuxer)->read();
    if (!frame) break;
    ASSERT_TRUE(*frame);
    ASSERT_LT(++frames, 60);
  }
}

// A source that has a new minute pass with each read.
class SlowSource final : public ByteSource {
 public:
  explicit SlowSource(Time& time) : time_(time) {}
  base::Result<std::size_t> read(base::MutableBytes room) override {
    std::ranges::fill(room, std::uint8_t{0x47});
    ++reads;
    return room.size();
  }
  bool can_seek() const override {
    time_.now += 1min;
    return false;
  }
  int reads = 0;

 private:
  Time& time_;
};

TEST(Demuxer, WorksForNoLongerThanItMay) {
  Time time;
  DemuxerSettings settings = time.settings();
  int asked = 0;
  settings.clock = [&] { return time.now + (asked++) * 100ms; };
  const auto source = std::make_shared<SlowSource>(time);
  const auto demuxer = Demuxer::open(source, settings);
  ASSERT_FALSE(demuxer);
  EXPECT_LT(source->reads, 300);
}

TEST(OpenFile, RefusesWhatIsNoFile) {
  EXPECT_FALSE(open_file("/nonexistent.webm"));
  EXPECT_FALSE(open_file("/tmp"));
  EXPECT_FALSE(open_file("/dev/zero"));
}

TEST(ForeignCodecs, DecodeWhatFilesHold) {
  Time time;
  for (const auto& [file, seconds] :
       {std::pair{"bframes_aac.mp4", 2.0}, std::pair{"tone.mp3", 1.0}, std::pair{"mpeg2.ts", 1.0}}) {
    const auto demuxer = open_named(file, time);
    ASSERT_TRUE(demuxer);
    const Track& track = *track_of(*demuxer, Track::Kind::audio);
    auto decoder = codec::make_foreign_decoder(codec::ForeignFormat{.codec = track.codec,
                                                                    .extradata = track.extradata,
                                                                    .sample_rate = track.sample_rate,
                                                                    .channels = track.channels});
    ASSERT_TRUE(decoder) << decoder.error().message;
    EXPECT_EQ((*decoder)->format(), (codec::AudioFormat{.sample_rate = 48000, .channels = 1}));
    std::vector<std::int16_t> samples;
    for (const TrackFrame& frame : of_kind(*demuxer, read_all(*demuxer), Track::Kind::audio))
      EXPECT_TRUE((*decoder)->decode(*frame.bytes, samples));
    EXPECT_NEAR(static_cast<double>(samples.size()) / 48000, seconds, 0.15) << file;
    EXPECT_GT(*std::ranges::max_element(samples), 2000) << file;
  }
}

TEST(ForeignCodecs, UnknownOnesAreRefusedByName) {
  const auto decoder = codec::make_foreign_decoder(codec::ForeignFormat{.codec = "no_such_codec"});
  ASSERT_FALSE(decoder);
  EXPECT_NE(decoder.error().message.find("no_such_codec"), std::string::npos);
}

}  // namespace
}  // namespace kaskado::container
