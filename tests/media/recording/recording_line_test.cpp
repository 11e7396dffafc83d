// The time line of a recording.
#include "media/recording/recording_line.hpp"

#include <gtest/gtest.h>

namespace kaskado::media {
namespace {

using namespace std::chrono_literals;

constexpr base::Instant at(base::Duration time) {
  return base::Instant{1000s + time};
}

TEST(RecordingLine, HasNothingBeforeItsBeginning) {
  RecordingLine line;
  EXPECT_FALSE(line.at(at(0s)));
  EXPECT_FALSE(line.is_recording());
  line.record(at(1s));
  EXPECT_TRUE(line.is_recording());
  EXPECT_FALSE(line.at(at(999ms)));
  EXPECT_EQ(line.at(at(1s)), 0s);
  EXPECT_EQ(line.at(at(3600s)), 3599s);
}

TEST(RecordingLine, PausesTakeNoTime) {
  RecordingLine line;
  line.record(at(0s));
  line.pause(at(10s));
  EXPECT_FALSE(line.is_recording());
  EXPECT_EQ(line.at(at(9999ms)), 9999ms) << "frames come late";
  EXPECT_FALSE(line.at(at(10s)));
  line.record(at(15s));
  EXPECT_FALSE(line.at(at(12s)));
  EXPECT_EQ(line.at(at(15s)), 10s);
  line.pause(at(16s));
  line.record(at(20s));
  EXPECT_EQ(line.at(at(21s)), 12s);
  EXPECT_EQ(line.at(at(15500ms)), 10500ms);
}

TEST(RecordingLine, RepeatedCallsDoNothing) {
  RecordingLine line;
  line.pause(at(0s));
  line.record(at(1s));
  line.record(at(2s));
  EXPECT_EQ(line.at(at(3s)), 2s);
  line.pause(at(4s));
  line.pause(at(5s));
  EXPECT_FALSE(line.at(at(4500ms)));
}

TEST(RecordingLine, ForgetsPausesOfLongAgo) {
  RecordingLine line;
  for (int i = 0; i < 1000; ++i) {
    line.record(at(i * 2s));
    line.pause(at(i * 2s + 1s));
  }
  EXPECT_FALSE(line.at(at(500ms)));
  EXPECT_EQ(line.at(at(1998s + 500ms)), 999s + 500ms);
}

}  // namespace
}  // namespace kaskado::media
