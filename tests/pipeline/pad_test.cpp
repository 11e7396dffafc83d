#include "pipeline/pad.hpp"

#include <gtest/gtest.h>

namespace kaskado::pipeline {
namespace {

TEST(Pad, IsNamedByItsTypeAndNumber) {
  EXPECT_EQ(description_of(MediaType::video), "default");
  EXPECT_EQ(description_of({MediaType::video, 1}), "video1");
  EXPECT_EQ(description_of({MediaType::audio, 15}), "audio15");
}

TEST(Pad, IsFoundByItsName) {
  for (const MediaType type : {MediaType::audio, MediaType::video}) {
    for (std::uint8_t number = 0; number < kMaxPads; ++number) {
      const Pad pad{type, number};
      EXPECT_EQ(pad_of(type, description_of(pad)), pad);
    }
  }
  EXPECT_EQ(pad_of(MediaType::data, "default"), Pad(MediaType::data));
}

TEST(Pad, IsNotFoundByAnyOtherName) {
  for (const char* name : {"", "video", "video0", "video01", "video1 ", "video16", "video256", "video-1",
                           "video1x", "Video1", "audio1", "other", "default1"}) {
    EXPECT_FALSE(pad_of(MediaType::video, name)) << name;
  }
  EXPECT_FALSE(pad_of(MediaType::data, "video1"));
  EXPECT_FALSE(pad_of(MediaType::data, "data1"));
}

TEST(Pad, FlagsAreToldApart) {
  PadFlags flags;
  EXPECT_TRUE(flags.set({MediaType::video, 1}, true));
  EXPECT_FALSE(flags.set({MediaType::video, 1}, true));
  EXPECT_TRUE((flags[{MediaType::video, 1}]));
  EXPECT_FALSE(flags[MediaType::video]);
  EXPECT_FALSE((flags[{MediaType::audio, 1}]));
  EXPECT_TRUE(flags.set({MediaType::video, 1}, false));
}

}  // namespace
}  // namespace kaskado::pipeline
