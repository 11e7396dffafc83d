// What comes out does so on GStreamer's threads.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "command_pipeline.hpp"

namespace kaskado::filters {

namespace {

using std::chrono::milliseconds;
using Time = std::chrono::nanoseconds;

struct Picture {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> y, u, v;
  Time time{};

  RawPicture raw() const {
    return {{y.data(), u.data(), v.data()}, {width, (width + 1) / 2, (width + 1) / 2}, width, height};
  }
};

// Dark on the left and bright on the right, in one colour.
Picture picture(int width, int height) {
  Picture made{width, height, {}, {}, {}, {}};
  for (int i = 0; i < width * height; ++i) made.y.push_back(i % width < width / 2 ? 50 : 200);
  made.u.assign(static_cast<std::size_t>((width + 1) / 2 * ((height + 1) / 2)), 90);
  made.v.assign(made.u.size(), 170);
  return made;
}

std::vector<std::uint8_t> rows_of(const RawPicture& raw, int plane, int width, int height) {
  std::vector<std::uint8_t> bytes;
  for (int row = 0; row < height; ++row) {
    const std::uint8_t* from = raw.planes[plane] + row * raw.strides[plane];
    bytes.insert(bytes.end(), from, from + width);
  }
  return bytes;
}

struct Sound {
  std::vector<std::int16_t> samples;
  int channels = 0;
  Time time{};
};

// What came out, for the test's thread to wait for.
class Collected {
 public:
  CommandPipeline::Output output() {
    return {[this](const RawPicture& raw, Time time) {
              const int cw = (raw.width + 1) / 2, ch = (raw.height + 1) / 2;
              note([&] {
                pictures.push_back({raw.width, raw.height, rows_of(raw, 0, raw.width, raw.height),
                                    rows_of(raw, 1, cw, ch), rows_of(raw, 2, cw, ch), time});
              });
            },
            [this](std::span<const std::int16_t> samples, int channels, Time time) {
              note([&] { sounds.push_back({{samples.begin(), samples.end()}, channels, time}); });
            },
            [this](const std::string& reason) { note([&] { failures.push_back(reason); }); }};
  }
  // So much has come out, or the time is up.
  bool wait(std::size_t wanted) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30),
                             [&] { return pictures.size() + sounds.size() + failures.size() >= wanted; });
  }

  std::vector<Picture> pictures;
  std::vector<Sound> sounds;
  std::vector<std::string> failures;

 private:
  template <typename Note>
  void note(Note take) {
    const std::lock_guard lock(mutex_);
    take();
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
};

std::string problem_with(const std::string& command, FilterType type = FilterType::autodetect) {
  try {
    CommandPipeline pipeline(command, type, Collected().output());
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}

std::string problem_setting(CommandPipeline& pipeline, const std::string& name, const std::string& value) {
  try {
    pipeline.set_property(name, value);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}

bool has(const std::string& sentence, const std::string& part) {
  return sentence.find(part) != std::string::npos;
}

Picture through(const std::string& command, const Picture& in) {
  Collected collected;
  CommandPipeline pipeline(command, FilterType::video, collected.output());
  pipeline.push(in.raw(), milliseconds(40));
  EXPECT_TRUE(collected.wait(1));
  return collected.pictures.empty() ? Picture() : collected.pictures[0];
}

}  // namespace

TEST(GStreamer, FlipsPictures) {
  const Picture in = picture(64, 48), out = through("videoflip method=horizontal-flip", in);
  ASSERT_EQ(out.y.size(), in.y.size());
  EXPECT_EQ(out.y[0], 200);
  EXPECT_EQ(out.y[63], 50);
  EXPECT_EQ(out.u, in.u);
}

TEST(GStreamer, TurnsPicturesToAnotherSize) {
  const Picture out = through("videoflip method=clockwise", picture(65, 33));
  EXPECT_EQ(out.width, 33);
  EXPECT_EQ(out.height, 65);
}

TEST(GStreamer, FlipsPicturesHoweverThatIsWritten) {
  for (const char* command :
       {"videoflip method=4", "videoflip method = \"horizontal-flip\"", "videoflip video-direction=horiz",
        "videoflip name=f method=horizontal-flip ! videobalance ! videoflip method=none",
        "videoflip method=vertical-flip ! videoflip method=rotate-180"}) {
    const Picture out = through(command, picture(64, 48));
    ASSERT_FALSE(out.y.empty()) << command;
    EXPECT_EQ(out.y[0], 200) << command;
  }
}

TEST(GStreamer, TakesTheColourAway) {
  const Picture out = through("videobalance saturation=0.0", picture(64, 48));
  for (const std::uint8_t u : out.u) ASSERT_NEAR(u, 128, 1);
}

TEST(GStreamer, RunsChainsOfElements) {
  const Picture out =
      through("videoflip method=horizontal-flip ! videobalance saturation=0 ! videoconvert", picture(64, 48));
  ASSERT_FALSE(out.y.empty());
  EXPECT_EQ(out.y[0], 200);
  EXPECT_NEAR(out.u[0], 128, 1);
}

TEST(GStreamer, AnySizeAlsoOneThatChanges) {
  Collected collected;
  CommandPipeline pipeline("videoflip method=vertical-flip", FilterType::autodetect, collected.output());
  const std::vector<std::pair<int, int>> sizes = {{16, 16}, {17, 17}, {321, 16}, {33, 65}, {640, 359}};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    pipeline.push(picture(sizes[i].first, sizes[i].second).raw(),
                  milliseconds(1000 + 40 * static_cast<int>(i)));
    ASSERT_TRUE(collected.wait(i + 1));
    EXPECT_EQ(collected.pictures[i].width, sizes[i].first);
    EXPECT_EQ(collected.pictures[i].height, sizes[i].second);
    EXPECT_EQ(collected.pictures[i].time, milliseconds(1000 + 40 * static_cast<int>(i)));
  }
}

TEST(GStreamer, TurnsSoundDown) {
  Collected collected;
  CommandPipeline pipeline("volume volume=0.5", FilterType::autodetect, collected.output());
  ASSERT_EQ(pipeline.media(), Media::audio);
  const std::vector<std::int16_t> samples(1920, 1000);
  for (int i = 0; i < 3; ++i) {
    pipeline.push(samples, 2, milliseconds(500 + 20 * i));
    ASSERT_TRUE(collected.wait(static_cast<std::size_t>(i + 1)));
  }
  EXPECT_EQ(collected.sounds[2].samples, std::vector<std::int16_t>(1920, 500));
  EXPECT_EQ(collected.sounds[2].channels, 2);
  EXPECT_EQ(collected.sounds[2].time, milliseconds(540));
}

TEST(GStreamer, TypeDecidesWhereTheElementsDoNot) {
  EXPECT_EQ(CommandPipeline("identity", FilterType::autodetect, {}).media(), Media::video);
  EXPECT_EQ(CommandPipeline("identity", FilterType::audio, {}).media(), Media::audio);
  EXPECT_EQ(CommandPipeline("identity", FilterType::video, {}).media(), Media::video);
}

TEST(GStreamer, ChangesProperties) {
  Collected collected;
  CommandPipeline pipeline("videobalance", FilterType::video, collected.output());
  pipeline.push(picture(64, 48).raw(), milliseconds(0));
  ASSERT_TRUE(collected.wait(1));
  EXPECT_NEAR(collected.pictures[0].u[0], 90, 1);
  pipeline.set_property("saturation", "0");
  pipeline.push(picture(64, 48).raw(), milliseconds(40));
  ASSERT_TRUE(collected.wait(2));
  EXPECT_NEAR(collected.pictures[1].u[0], 128, 1);
}

TEST(GStreamer, PropertiesOfSeveralElements) {
  CommandPipeline pipeline("videobalance name=first ! videoflip ! videobalance name=second",
                           FilterType::video, {});
  EXPECT_EQ(problem_setting(pipeline, "method", "clockwise"), "");
  EXPECT_EQ(problem_setting(pipeline, "second::saturation", "0.5"), "");
  EXPECT_TRUE(has(problem_setting(pipeline, "saturation", "0.5"), "element::saturation"));
  EXPECT_TRUE(has(problem_setting(pipeline, "third::saturation", "0.5"), "'third'"));
  EXPECT_TRUE(
      has(problem_setting(pipeline, "first::method", "none"), "'videobalance' has no property 'method'"));
}

TEST(GStreamer, SaysWhatIsWrongWithAProperty) {
  CommandPipeline pipeline("videobalance", FilterType::video, {});
  EXPECT_TRUE(has(problem_setting(pipeline, "sharpness", "1"),
                  "'propertyName': no element of the command has a property 'sharpness'"));
  EXPECT_TRUE(has(problem_setting(pipeline, "", "1"), "'propertyName'"));
  EXPECT_TRUE(has(problem_setting(pipeline, "saturation", "much"), "'propertyValue': 'much' is no gdouble"));
  EXPECT_TRUE(has(problem_setting(pipeline, "saturation", "17"), "out of the range"));
  EXPECT_TRUE(has(problem_setting(pipeline, "name", "x"), "cannot be changed"));
  EXPECT_TRUE(has(problem_setting(pipeline, "parent", "x"), "cannot be changed"));
}

TEST(GStreamer, SaysWhatIsWrongWithACommand) {
  EXPECT_TRUE(has(problem_with(""), "should not be empty"));
  EXPECT_TRUE(has(problem_with("  \n! "), "should not be empty"));
  EXPECT_TRUE(has(problem_with("nosuchelement"), "nosuchelement"));
  EXPECT_TRUE(has(problem_with("videoflip ! ! videoflip"), "'command'"));
  EXPECT_TRUE(has(problem_with("videoflip nosuchproperty=1"), "nosuchproperty"));
  EXPECT_TRUE(has(problem_with("videotestsrc"), "neither sources nor sinks"));
  EXPECT_TRUE(has(problem_with("videotestsrc ! videoflip"), "'videotestsrc'"));
  EXPECT_TRUE(has(problem_with("filesink location=/tmp/x"), "'filesink'"));
  EXPECT_TRUE(has(problem_with("tee name=t ! videoflip t. ! fakesink"), "'fakesink'"));
  EXPECT_TRUE(has(problem_with("volume", FilterType::video), "'filterType'"));
  EXPECT_TRUE(has(problem_with("videoflip", FilterType::audio), "'filterType'"));
  EXPECT_TRUE(has(problem_with("videoflip ! volume"), "'command'"));
  EXPECT_TRUE(has(problem_with("mulawenc"), "'command'"));
  EXPECT_TRUE(has(problem_with("identity ! video/x-h264 ! identity"), "'command'"));
  EXPECT_TRUE(has(problem_with(std::string(5000, ' ') + "videoflip"), "4096"));
  std::string many = "identity";
  for (int i = 0; i < 40; ++i) many += " ! identity";
  EXPECT_TRUE(has(problem_with(many), "32"));
}

TEST(GStreamer, TellsOnceThatItFailed) {
  Collected collected;
  CommandPipeline pipeline("identity error-after=2", FilterType::video, collected.output());
  pipeline.push(picture(32, 32).raw(), milliseconds(0));
  ASSERT_TRUE(collected.wait(1));
  for (int i = 1; i < 5; ++i) pipeline.push(picture(32, 32).raw(), milliseconds(40 * i));
  ASSERT_TRUE(collected.wait(2));
  EXPECT_TRUE(pipeline.failed());
  EXPECT_EQ(collected.failures.size(), 1U);
  EXPECT_EQ(collected.pictures.size(), 1U);
}

TEST(GStreamer, IgnoresMediaOfTheOtherKind) {
  Collected collected;
  CommandPipeline pipeline("videoflip", FilterType::video, collected.output());
  pipeline.push(std::vector<std::int16_t>(960), 1, milliseconds(0));
  pipeline.push(picture(32, 32).raw(), milliseconds(40));
  ASSERT_TRUE(collected.wait(1));
  EXPECT_TRUE(collected.sounds.empty());
}

TEST(GStreamer, EndsWhileMediaFlows) {
  for (int i = 0; i < 20; ++i) {
    Collected collected;
    CommandPipeline pipeline("queue ! videoflip method=clockwise", FilterType::video, collected.output());
    for (int k = 0; k < i; ++k) pipeline.push(picture(320, 240).raw(), milliseconds(k));
  }
}

}  // namespace kaskado::filters
