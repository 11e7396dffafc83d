#include "media/playback/timeline.hpp"

#include <gtest/gtest.h>

namespace kaskado::media {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kVideo = 0, kAudio = 1;

TEST(Timeline, LeavesOrdinaryTimesAlone) {
  Timeline line;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(line.place(kVideo, 5s + i * 40ms, 40ms), 5s + i * 40ms);
    EXPECT_EQ(line.place(kAudio, 5s + i * 40ms + 3ms, 40ms), 5s + i * 40ms + 3ms);
  }
}

TEST(Timeline, GoesOnWhereTheClockStartsOver) {
  Timeline line;
  EXPECT_EQ(line.place(kVideo, 3600s, 40ms), 3600s);
  EXPECT_EQ(line.place(kVideo, 0s, 40ms), 3600s + 40ms);
  EXPECT_EQ(line.place(kVideo, 40ms, 40ms), 3600s + 80ms);
}

TEST(Timeline, GoesOnWhereTheClockJumpsAhead) {
  Timeline line;
  EXPECT_EQ(line.place(kVideo, 1s, 40ms), 1s);
  EXPECT_EQ(line.place(kVideo, 100'000s, 40ms), 1s + 40ms);
}

TEST(Timeline, KeepsTracksTogetherOverAJump) {
  Timeline line;
  line.place(kVideo, 10s, 40ms);
  line.place(kAudio, 10s + 5ms, 20ms);
  const base::Duration video = line.place(kVideo, 500s, 40ms);
  const base::Duration audio = line.place(kAudio, 500s + 7ms, 20ms);
  EXPECT_EQ(video, 10s + 40ms);
  EXPECT_EQ(audio - video, 7ms);
}

TEST(Timeline, APauseOfOneTrackIsNoJump) {
  Timeline line;
  line.place(kVideo, 0s, 40ms);
  for (int i = 0; i < 60; ++i) line.place(kAudio, i * 1s, 1s);
  // A screen that did not change for a minute.
  EXPECT_EQ(line.place(kVideo, 59s, 40ms), 59s);
}

TEST(Timeline, LittleStepsBackAreLeftToTheOthers) {
  Timeline line;
  line.place(kVideo, 1s, 40ms);
  EXPECT_EQ(line.place(kVideo, 900ms, 40ms), 900ms);
}

}  // namespace
}  // namespace kaskado::media
