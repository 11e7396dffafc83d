// What a recording makes of frames: which it takes, and which times they get.
#include "media/recording/recording.hpp"

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "recording_fixture.hpp"

namespace kaskado::media::test {
namespace {

using Times = std::vector<double>;

class RecordingTest : public testing::Test {
 protected:
  Recording& start(GapsFix gaps_fix = GapsFix::none,
                   ExpectedTracks expected = {.video = true, .audio = true}) {
    recording.emplace(RecordingSettings{.gaps_fix = gaps_fix, .make_muxer = memory_muxer(written)});
    recording->expect(expected);
    return *recording;
  }
  void take(const RecordedFrame& frame) { ASSERT_TRUE(recording->take(frame).ok()); }

  Written written;
  std::optional<Recording> recording;
};

TEST_F(RecordingTest, BeginsWithTheFirstThatCameWhenAllTracksAreKnown) {
  start();
  take(sound(1000ms));
  take(picture(1010ms));  // not a key frame
  take(sound(1020ms));
  EXPECT_FALSE(written.made);
  take(picture(1043ms, true));
  ASSERT_TRUE(written.made);
  ASSERT_EQ(written.settings.tracks.size(), 2u);
  EXPECT_EQ(written.settings.tracks[0].codec, "vp8");
  EXPECT_EQ(written.settings.tracks[0].width, 320);
  EXPECT_EQ(written.settings.tracks[0].height, 240);
  EXPECT_EQ(written.settings.tracks[1].codec, "opus");
  EXPECT_EQ(written.settings.tracks[1].channels, 2);
  EXPECT_EQ(written.settings.tracks[1].extradata.size(), 19u);
  EXPECT_EQ(written.sounds_ms(), (Times{0, 20}));
  EXPECT_EQ(written.pictures_ms(), (Times{43}));
  EXPECT_EQ(recording->statistics().left_out_frames, 1u);
}

TEST_F(RecordingTest, WaitsForATrackAndThenGoesOnWithoutIt) {
  start();
  for (base::Duration at = 0ms; at < 2000ms; at += 20ms) take(sound(at));
  EXPECT_FALSE(written.made);
  take(sound(2000ms));
  ASSERT_TRUE(written.made);
  ASSERT_EQ(written.settings.tracks.size(), 1u);
  EXPECT_EQ(written.frames.size(), 101u);
  take(picture(2010ms, true));  // too late
  EXPECT_EQ(written.frames.size(), 101u);
}

TEST_F(RecordingTest, AnAbsentTrackIsNoReasonForAnEmptyFile) {
  start();
  take(sound(0ms));
  take(sound(20ms));
  EXPECT_FALSE(written.made);
  EXPECT_TRUE(recording->finish().ok());
  EXPECT_EQ(written.sounds_ms(), (Times{0, 20}));
  EXPECT_TRUE(written.finished);
}

TEST_F(RecordingTest, NothingIsWrittenOfNothing) {
  start();
  take(picture(0ms));  // that cannot be decoded
  EXPECT_TRUE(recording->finish().ok());
  EXPECT_FALSE(written.made);
}

TEST_F(RecordingTest, WaitsForNoTrackThatIsNotExpected) {
  start(GapsFix::none, {.video = true});
  take(picture(0ms, true));
  EXPECT_TRUE(written.made);
}

TEST_F(RecordingTest, WhatWaitsIsBounded) {
  recording.emplace(RecordingSettings{.make_muxer = memory_muxer(written), .most_waiting_bytes = 30});
  recording->expect({.video = true, .audio = true});
  for (int i = 0; i < 10; ++i) take(sound(i * 1ms));
  EXPECT_FALSE(written.made);
  take(sound(11ms));
  EXPECT_TRUE(written.made);
}

TEST_F(RecordingTest, SoundThatFollowsStandsEndToEndAndNeverFarFromItsTime) {
  start(GapsFix::none, {.audio = true});
  base::SeededRandom random{3};
  base::Duration latest{};
  for (int i = 0; i < 50 * 3600; ++i) {
    // An hour, by a clock that is 100 ppm fast, with jitter of 1 ms.
    const base::Duration true_time = i * 20ms + i * 2us;
    take(sound(true_time + std::chrono::microseconds(random.u32() % 1000)));
    ASSERT_LE(std::chrono::abs(written.frames.back().time - true_time), 6ms);
    ASSERT_TRUE(i == 0 || written.frames.back().time > latest);
    latest = written.frames.back().time;
  }
  int seams = 0;
  for (std::size_t i = 1; i < written.frames.size(); ++i)
    seams += written.frames[i].time != written.frames[i - 1].time + 20ms;
  EXPECT_LT(seams, 200);
}

TEST_F(RecordingTest, SoundThatIsThereAlreadyIsLeftOut) {
  start(GapsFix::none, {.audio = true});
  for (const auto at : {0ms, 20ms, 40ms, 30ms, 40ms, 60ms}) take(sound(at));
  EXPECT_EQ(written.sounds_ms(), (Times{0, 20, 40, 60}));
  EXPECT_EQ(recording->statistics().left_out_frames, 2u);
}

TEST_F(RecordingTest, PicturesKeepTheirTimes) {
  start(GapsFix::none, {.video = true});
  take(picture(100ms, true));
  for (const auto at : {133ms, 166ms, 400ms, 433ms}) take(picture(at));
  EXPECT_EQ(written.pictures_ms(), (Times{0, 33, 66, 300, 333}));
  for (const auto& frame : written.frames) EXPECT_EQ(frame.time, frame.decode_time);
}

// Of a source that takes over, the first pictures may claim to be of before.
TEST_F(RecordingTest, TimesGoOnlyOn) {
  start(GapsFix::none, {.video = true});
  take(picture(0ms, true));
  take(picture(1000ms));
  take(picture(300ms, true));
  take(picture(333ms));
  take(picture(1010ms));
  const Times times = written.pictures_ms();
  EXPECT_TRUE(std::ranges::is_sorted(times)) << testing::PrintToString(times);
  EXPECT_EQ(std::ranges::adjacent_find(times), times.end());
  EXPECT_NEAR(times.back(), 1010, 2);
}

// By so little as pictures are reordered by, too.
TEST_F(RecordingTest, TimesGoOnlyOnWhereASourceThatTakesOverIsHardlyBehind) {
  start(GapsFix::none, {.video = true});
  take(picture(0ms, true));
  take(picture(500ms));
  take(picture(400ms, true));
  for (const auto at : {433ms, 466ms, 533ms, 566ms}) take(picture(at));
  EXPECT_EQ(written.pictures_ms(), (Times{0, 500, 501, 502, 503, 533, 566}));
  for (const auto& frame : written.frames) EXPECT_EQ(frame.time, frame.decode_time);
}

// As I P B B of H264: decoded in another order than shown.
TEST_F(RecordingTest, ReorderedPicturesKeepTheirOrderOfDecoding) {
  start(GapsFix::none, {.video = true});
  take(picture(0ms, true));
  for (int i = 0; i < 20; ++i) {
    const base::Duration begin = i * 100ms;
    for (const auto at : {100ms, 33ms, 66ms}) take(picture(begin + at));
  }
  for (std::size_t i = 1; i < written.frames.size(); ++i) {
    EXPECT_GT(written.frames[i].decode_time, written.frames[i - 1].decode_time) << i;
    EXPECT_GE(written.frames[i].time, written.frames[i].decode_time) << i;
  }
  EXPECT_EQ(base::to_ms(written.frames[60].time), 1966);
  EXPECT_EQ(base::to_ms(written.frames[59].time), 1933);
}

TEST_F(RecordingTest, GapsStayByDefault) {
  start();
  take(picture(0ms, true));
  take(sound(0ms));
  take(sound(5000ms));
  take(picture(5010ms));
  EXPECT_EQ(written.sounds_ms(), (Times{0, 5000}));
  EXPECT_EQ(written.pictures_ms(), (Times{0, 5010}));
}

TEST_F(RecordingTest, GeneratedTimesLeaveOutWhatNobodySentAndKeepBothTogether) {
  start(GapsFix::generate_times);
  take(picture(0ms, true));
  for (const auto at : {0ms, 20ms, 40ms}) take(sound(at));
  take(sound(5000ms));  // behind a gap of 4940 ms in both
  take(picture(5010ms));
  EXPECT_EQ(written.sounds_ms(), (Times{0, 20, 40, 60}));
  EXPECT_EQ(written.pictures_ms(), (Times{0, 70}));
  // A gap in one of them stays.
  take(picture(5043ms));
  take(picture(5076ms));
  take(picture(5200ms));
  take(picture(5330ms));
  take(sound(5340ms));
  EXPECT_EQ(written.sounds_ms().back(), 400);
}

TEST_F(RecordingTest, MissingSoundIsFilledWithSilence) {
  start(GapsFix::fill_with_silence, {.audio = true});
  take(sound(0ms));
  take(sound(200ms));
  EXPECT_EQ(written.sounds_ms(), (Times{0, 20, 40, 60, 80, 100, 120, 140, 160, 180, 200}));
  EXPECT_EQ(*written.frames[1].bytes, (std::vector<std::uint8_t>{0xfc, 0xff, 0xfe}));
  EXPECT_EQ(*written.frames[10].bytes, (std::vector<std::uint8_t>{0xf8, 1, 2}));
}

TEST_F(RecordingTest, OtherCodecsThanTheTracksAreLeftOut) {
  start();
  take(picture(0ms, true));
  take(sound(0ms));
  RecordedFrame other = picture(40ms, true);
  other.frame.codec = CodecId::vp9;
  take(other);
  EXPECT_EQ(written.frames.size(), 2u);
}

TEST_F(RecordingTest, TellsWhatTheMuxerSays) {
  start(GapsFix::none, {.audio = true});
  take(sound(0ms));
  written.failure = "the disk is full";
  const auto failed = recording->take(sound(20ms));
  ASSERT_FALSE(failed.ok());
  EXPECT_EQ(failed.error().message, "the disk is full");
}

}  // namespace
}  // namespace kaskado::media::test
