// Recorders on virtual time, with real coders and real files, which are read back.
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "container/demuxer.hpp"
#include "elements/api.hpp"
#include "elements/recorder_endpoint.hpp"
#include "pipeline/coded_media.hpp"

namespace kaskado::elements::test {
namespace {

namespace fs = std::filesystem;
using codec::CodecId;
using container::Track;
using pipeline::MediaType;
using pipeline::Value;
using pipeline::test::Camera;
using pipeline::test::format;
using pipeline::test::Microphone;
using pipeline::test::TestElement;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

// What a file holds.
struct Contents {
  std::string problem;
  std::vector<std::string> codecs;
  std::vector<container::TrackFrame> frames;
  std::vector<Track> tracks;

  std::vector<base::Duration> times(Track::Kind kind) const {
    std::vector<base::Duration> found;
    for (const auto& frame : frames) {
      if (tracks[frame.track].kind == kind) found.push_back(frame.time);
    }
    return found;
  }
  std::vector<base::Duration> pictures() const { return times(Track::Kind::video); }
  std::vector<base::Duration> sounds() const { return times(Track::Kind::audio); }
};

Contents read(const std::string& path) {
  Contents contents;
  auto file = container::open_file(path);
  if (!file) return {.problem = file.error().message};
  auto demuxer = container::Demuxer::open(*file, {.clock = [] { return base::Instant{}; }});
  if (!demuxer) return {.problem = demuxer.error().message};
  contents.tracks = (*demuxer)->tracks();
  for (const Track& track : contents.tracks) contents.codecs.push_back(track.codec);
  for (;;) {
    auto frame = (*demuxer)->read();
    if (!frame) contents.problem = frame.error().message;
    if (!frame || !*frame) return contents;
    contents.frames.push_back(**frame);
  }
}

double seconds(base::Duration time) {
  return base::to_seconds(time);
}

class RecorderEndpointTest : public pipeline::test::CodedMediaTest {
 protected:
  RecorderEndpointTest() {
    shard.reach_by([this](std::function<void(pipeline::Shard&)> command) {
      shard.compute().post_back(std::move(command));
    });
    std::string name = (fs::temp_directory_path() / "kaskado-XXXXXX").string();
    folder = mkdtemp(name.data());
  }
  ~RecorderEndpointTest() override { fs::remove_all(folder); }

  std::string path(const std::string& name = "recording") const { return (folder / name).string(); }
  RecorderEndpoint& make(const std::string& profile, const std::string& uri = {},
                         const std::string& id = "rec") {
    const auto made = shard.objects().create(
        kRecorderEndpointClass, id, {Value("pipe"), uri.empty() ? "file://" + path() : uri, profile, false});
    EXPECT_TRUE(made.ok()) << made.error().message;
    return dynamic_cast<RecorderEndpoint&>(*shard.objects().find(id));
  }
  TestElement& make_peer(const std::string& id, CodecId video = CodecId::vp8, CodecId audio = CodecId::opus) {
    TestElement& peer = add(id);
    peer.add_source(MediaType::video)
        .configure(pipeline::test::source_config(
            {video == CodecId::h264 ? pipeline::test::h264() : format(102, "VP8")}));
    peer.add_source(MediaType::audio)
        .configure(pipeline::test::source_config(
            {audio == CodecId::opus ? pipeline::test::opus(0) : pipeline::test::pcmu()}));
    cameras.push_back(std::make_unique<Camera>(*peer.source(MediaType::video), video, 102, 10u + ssrcs++));
    microphones.push_back(
        std::make_unique<Microphone>(*peer.source(MediaType::audio), audio, 0, 440, 10u + ssrcs++));
    return peer;
  }
  void start_all() {
    for (const auto& camera : cameras) start(*camera);
    for (const auto& microphone : microphones) start(*microphone);
  }
  // With a key frame now and then, as of a sender that is asked for them.
  void run(base::Duration span) {
    constexpr base::Duration kBetweenKeyFrames = 400ms;
    for (; span > 0ms; span -= kBetweenKeyFrames) {
      for (const auto& camera : cameras) camera->wish_key_frame();
      CodedMediaTest::run(std::min(span, kBetweenKeyFrames));
    }
  }
  void finish(RecorderEndpoint& recorder) {
    EXPECT_TRUE(recorder.stop().ok());
    run(1s);
  }
  // Two tracks, about as long as this, in order and together.
  void expect_whole(const Contents& contents, double length_s) {
    EXPECT_EQ(contents.problem, "");
    const auto pictures = contents.pictures(), sounds = contents.sounds();
    ASSERT_FALSE(pictures.empty());
    ASSERT_FALSE(sounds.empty());
    for (const auto& times : {pictures, sounds}) {
      EXPECT_TRUE(std::ranges::is_sorted(times));
      EXPECT_NEAR(seconds(times.back()), length_s, 0.1);
    }
  }

  fs::path folder;
  std::vector<std::unique_ptr<Camera>> cameras;
  std::vector<std::unique_ptr<Microphone>> microphones;
  unsigned ssrcs = 0;
};

TEST_F(RecorderEndpointTest, KeepsWhatFitsAsItComes) {
  TestElement& peer = make_peer("peer");
  RecorderEndpoint& recorder = make("WEBM");
  connect(peer, recorder);
  start_all();
  run(1s);
  EXPECT_TRUE(recorder.record().ok());
  run(3s);
  finish(recorder);
  const Contents contents = read(path());
  EXPECT_EQ(contents.codecs, (Texts{"vp8", "opus"}));
  expect_whole(contents, 3);
  EXPECT_TRUE(contents.frames.front().key_frame);
  EXPECT_EQ(contents.tracks[0].width, 320);
  EXPECT_FALSE(peer.is_media_transcoding(MediaType::video, "default").value());
  EXPECT_FALSE(peer.is_media_transcoding(MediaType::audio, "default").value());
  EXPECT_GE(contents.pictures().size(), 80u);
  EXPECT_GE(contents.sounds().size(), 140u);
}

TEST_F(RecorderEndpointTest, TellsWhatItDoes) {
  TestElement& peer = make_peer("peer");
  RecorderEndpoint& recorder = make("WEBM");
  connect(peer, recorder, MediaType::video);
  EXPECT_TRUE(recorder.record().ok());
  take_events();
  EXPECT_EQ(recorder.get_state().value(), UriEndpointState::stop) << "there is nothing to record";
  start_all();
  run(500ms);
  const auto begun = take_events("rec");
  EXPECT_EQ(begun,
            (Texts{"MediaFlowInStateChanged FLOWING VIDEO", "UriEndpointStateChanged START", "Recording"}));
  EXPECT_TRUE(recorder.record().ok());
  EXPECT_EQ(take_events("rec"), Texts{});
  EXPECT_TRUE(recorder.pause().ok());
  EXPECT_EQ(take_events("rec"), (Texts{"UriEndpointStateChanged PAUSE", "Paused"}));
  EXPECT_TRUE(recorder.pause().ok());
  EXPECT_EQ(take_events("rec"), Texts{});
  EXPECT_TRUE(recorder.record().ok());
  EXPECT_EQ(take_events("rec"), (Texts{"UriEndpointStateChanged START", "Recording"}));
  EXPECT_TRUE(recorder.stop().ok());
  EXPECT_EQ(take_events("rec"), Texts{});
  run(500ms);
  EXPECT_EQ(take_events("rec"), (Texts{"Stopped", "UriEndpointStateChanged STOP"}));
  EXPECT_TRUE(recorder.stop().ok());
  run(500ms);
  EXPECT_EQ(take_events("rec"), Texts{});
}

TEST_F(RecorderEndpointTest, AnswersWhenTheFileIsComplete) {
  TestElement& peer = make_peer("peer");
  RecorderEndpoint& recorder = make("WEBM");
  int answers = 0;
  const auto answer = [&](const pipeline::ApiResult<void>& result) { answers += result.ok(); };
  recorder.stop_and_wait(answer);
  EXPECT_EQ(answers, 1) << "nothing to wait for";
  connect(peer, recorder);
  start_all();
  EXPECT_TRUE(recorder.record().ok());
  run(2s);
  recorder.stop_and_wait(answer);
  recorder.stop_and_wait(answer);
  EXPECT_EQ(answers, 1);
  while (answers == 1) run(5ms);
  EXPECT_EQ(answers, 3);
  expect_whole(read(path()), 2);
}

TEST_F(RecorderEndpointTest, PausesAreNotInTheFile) {
  TestElement& peer = make_peer("peer");
  RecorderEndpoint& recorder = make("MKV");
  connect(peer, recorder);
  start_all();
  EXPECT_TRUE(recorder.record().ok());
  run(2s);
  EXPECT_TRUE(recorder.pause().ok());
  run(5s);
  EXPECT_TRUE(recorder.record().ok());
  run(2s);
  finish(recorder);
  expect_whole(read(path()), 4);
}

TEST_F(RecorderEndpointTest, GoesOnWithAnotherSourceInTheCodecOfItsTrack) {
  TestElement &first = make_peer("first"), &second = make_peer("second", CodecId::h264, CodecId::pcmu);
  RecorderEndpoint& recorder = make("MKV");
  connect(first, recorder);
  start_all();
  EXPECT_TRUE(recorder.record().ok());
  run(2s);
  connect(second, recorder);
  run(2s);
  finish(recorder);
  const Contents contents = read(path());
  EXPECT_EQ(contents.codecs, (Texts{"vp8", "opus"}));
  expect_whole(contents, 4);
  const auto pictures = contents.pictures();
  for (std::size_t i = 1; i < pictures.size(); ++i) EXPECT_LT(pictures[i] - pictures[i - 1], 700ms) << i;
}

TEST_F(RecorderEndpointTest, ATrackThatIsAbsentIsWaitedForAndThenLeftOut) {
  TestElement& peer = make_peer("peer");
  RecorderEndpoint& recorder = make("WEBM");
  connect(peer, recorder);
  start(*microphones[0]);
  EXPECT_TRUE(recorder.record().ok());
  run(4s);
  finish(recorder);
  const Contents contents = read(path());
  EXPECT_EQ(contents.codecs, (Texts{"opus"}));
  EXPECT_NEAR(seconds(contents.sounds().back()), 4, 0.1);
}

TEST_F(RecorderEndpointTest, SaysWhyItCannotWrite) {
  TestElement& peer = make_peer("peer");
  RecorderEndpoint& recorder = make("WEBM", "file://" + path("nowhere/x.webm"));
  connect(peer, recorder);
  start_all();
  EXPECT_TRUE(recorder.record().ok());
  run(1s);
  std::string description;
  Texts told;
  for (const pipeline::Event& event : std::exchange(events, {})) {
    if (event.source != "rec") continue;
    told.push_back(pipeline::test::text_of(event));
    if (event.info->name == "Error") description = *event.data.find("description")->string();
  }
  EXPECT_EQ(description, "'" + path("nowhere/x.webm") + "' cannot be written: No such file or directory");
  ASSERT_GE(told.size(), 3u);
  EXPECT_EQ(Texts(told.end() - 3, told.end()), (Texts{"Error", "Stopped", "UriEndpointStateChanged STOP"}));
}

TEST_F(RecorderEndpointTest, WritesWithinTheConfiguredFoldersOnly) {
  configuration.recorder_roots = {path("allowed")};
  fs::create_directory(path("allowed"));
  TestElement& peer = make_peer("peer");
  RecorderEndpoint& inside = make("WEBM", "file://" + path("allowed/x.webm"), "inside");
  RecorderEndpoint& outside = make("WEBM", "file://" + path("allowed/../x.webm"), "outside");
  for (RecorderEndpoint* each : {&inside, &outside}) {
    connect(peer, *each);
    EXPECT_TRUE(each->record().ok());
  }
  start_all();
  run(1s);
  EXPECT_TRUE(is_told("Error", "outside"));
  EXPECT_FALSE(fs::exists(path("x.webm")));
  finish(inside);
  EXPECT_EQ(read(path("allowed/x.webm")).problem, "");
}

TEST_F(RecorderEndpointTest, WhatIsReleasedIsWrittenToItsEnd) {
  TestElement& peer = make_peer("peer");
  RecorderEndpoint& recorder = make("MP4");
  connect(peer, recorder);
  start_all();
  EXPECT_TRUE(recorder.record().ok());
  run(3s);
  shard.objects().release("rec");
  compute.settle();
  const Contents contents = read(path());
  EXPECT_EQ(contents.codecs, (Texts{"h264", "opus"}));
  expect_whole(contents, 3);
}

TEST_F(RecorderEndpointTest, RecordsAgainFromTheBeginning) {
  TestElement& peer = make_peer("peer");
  RecorderEndpoint& recorder = make("WEBM");
  connect(peer, recorder);
  start_all();
  for (const int length_s : {3, 1}) {
    EXPECT_TRUE(recorder.record().ok());
    run(length_s * 1s);
    finish(recorder);
    expect_whole(read(path()), length_s);
  }
}

TEST_F(RecorderEndpointTest, EndsWithTheStreamWhereItWasAskedTo) {
  TestElement& peer = make_peer("peer");
  RecorderEndpoint& recorder = make("WEBM");
  ASSERT_TRUE(shard.objects()
                  .create(kRecorderEndpointClass, "ending", {Value("pipe"), path("ending"), "WEBM", true})
                  .ok());
  auto& ending = dynamic_cast<RecorderEndpoint&>(*shard.objects().find("ending"));
  TestElement& between = add_passing("between");
  connect(peer, between);
  for (RecorderEndpoint* each : {&recorder, &ending}) {
    connect(between, *each);
    EXPECT_TRUE(each->record().ok());
  }
  start_all();
  run(1s);
  peer.tell_end_of_stream(MediaType::video);
  run(1s);
  EXPECT_EQ(ending.get_state().value(), UriEndpointState::stop);
  EXPECT_EQ(recorder.get_state().value(), UriEndpointState::start);
  expect_whole(read(path("ending")), 1);
}

// Pictures are sent at multiples of 33.3 ms, and sound at multiples of 20 ms, from one beginning on: in the
// file each has to stand where it was sent, whatever was lost between.
TEST_F(RecorderEndpointTest, SoundAndPicturesStayTogetherOverLossAndPauses) {
  TestElement& peer = make_peer("peer");
  base::SeededRandom losses{5};
  const auto two_percent = [&] { return losses.u32() % 50 == 0; };
  cameras[0]->loses = two_percent;
  microphones[0]->loses = two_percent;
  RecorderEndpoint& recorder = make("MKV");
  connect(peer, recorder);
  start_all();
  EXPECT_TRUE(recorder.record().ok());
  for (int i = 0; i < 4; ++i) {
    run(5s);
    if (i % 2 == 1) continue;
    // A multiple of both intervals, so that it changes nothing of what is expected.
    EXPECT_TRUE(recorder.pause().ok());
    run(2s);
    EXPECT_TRUE(recorder.record().ok());
  }
  finish(recorder);
  const Contents contents = read(path());
  const auto off = [](base::Duration time, base::Duration interval) {
    const base::Duration rest = time % interval;
    return std::min(rest, interval - rest);
  };
  EXPECT_GT(contents.pictures().size(), 400u);
  EXPECT_GT(contents.sounds().size(), 900u);
  for (const base::Duration time : contents.sounds())
    EXPECT_LT(off(time, Microphone::kInterval), 8ms) << base::to_ms(time);
  for (const base::Duration time : contents.pictures())
    EXPECT_LT(off(time, Camera::kInterval), 8ms) << base::to_ms(time);
}

struct ProfileCase {
  const char* profile;
  CodecId video;
  CodecId audio;
  Texts codecs;
};

class RecordingProfileTest : public RecorderEndpointTest, public testing::WithParamInterface<ProfileCase> {};

TEST_P(RecordingProfileTest, HoldsWhatItShould) {
  const ProfileCase& given = GetParam();
  TestElement& peer = make_peer("peer", given.video, given.audio);
  RecorderEndpoint& recorder = make(given.profile);
  connect(peer, recorder);
  start_all();
  run(1s);
  EXPECT_TRUE(recorder.record().ok());
  run(3s);
  finish(recorder);
  const Contents contents = read(path());
  EXPECT_EQ(contents.problem, "");
  EXPECT_EQ(contents.codecs, given.codecs);
  for (const auto& times : {contents.pictures(), contents.sounds()}) {
    if (times.empty()) continue;
    EXPECT_TRUE(std::ranges::is_sorted(times));
    EXPECT_NEAR(seconds(times.back()), 3, 0.15);
    EXPECT_LT(seconds(times.front()), 0.5);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, RecordingProfileTest,
    testing::Values(ProfileCase{"WEBM", CodecId::h264, CodecId::pcmu, {"vp8", "opus"}},
                    ProfileCase{"WEBM_VIDEO_ONLY", CodecId::vp8, CodecId::opus, {"vp8"}},
                    ProfileCase{"WEBM_AUDIO_ONLY", CodecId::vp8, CodecId::opus, {"opus"}},
                    ProfileCase{"MKV", CodecId::h264, CodecId::pcmu, {"h264", "pcm_mulaw"}},
                    ProfileCase{"MKV_VIDEO_ONLY", CodecId::h264, CodecId::opus, {"h264"}},
                    ProfileCase{"MKV_AUDIO_ONLY", CodecId::vp8, CodecId::pcmu, {"pcm_mulaw"}},
                    ProfileCase{"MP4", CodecId::h264, CodecId::opus, {"h264", "opus"}},
                    ProfileCase{"MP4", CodecId::vp8, CodecId::pcmu, {"h264", "opus"}},
                    ProfileCase{"MP4_VIDEO_ONLY", CodecId::h264, CodecId::opus, {"h264"}},
                    ProfileCase{"MP4_AUDIO_ONLY", CodecId::h264, CodecId::opus, {"opus"}},
                    ProfileCase{"FLV", CodecId::h264, CodecId::opus, {"h264", "aac"}},
                    ProfileCase{"FLV", CodecId::vp8, CodecId::pcmu, {"h264", "aac"}},
                    ProfileCase{"KURENTO_SPLIT_RECORDER", CodecId::h264, CodecId::opus, {"h264", "opus"}},
                    ProfileCase{"JPEG_VIDEO_ONLY", CodecId::vp8, CodecId::opus, {"mjpeg"}}),
    [](const testing::TestParamInfo<ProfileCase>& given) {
      return std::string(given.param.profile) + "_" + std::to_string(given.index);
    });

}  // namespace
}  // namespace kaskado::elements::test
