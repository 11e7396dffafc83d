// Filters among the stages, on an executor that runs when the test says so.
#include "media/filter_stage.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "support/manual_executor.hpp"

namespace kaskado::media {
namespace {

using namespace std::chrono_literals;

// Hands on to the stage, as the context of the server does.
class TestContext final : public sdk::FilterContext {
 public:
  const std::string& id() const override { return id_; }
  sdk::Time now() const override { return {}; }
  void raise_event(std::string_view, sdk::Map) override {}
  void raise_error(std::string_view) override {}
  void send_data(sdk::Data data) override { sent.push_back(data.bytes); }
  void log(sdk::LogLevel, std::string_view) override {}
  void fetch(std::string, std::function<void(sdk::Fetched)>) override {}
  void post(std::function<void()> job) override {
    stage.lock()->post([job](sdk::Filter&) { job(); });
  }
  std::unique_ptr<sdk::VideoFrame> make_video(int width, int height, sdk::Time time) override {
    return stage.lock()->make_video(width, height, time);
  }
  std::unique_ptr<sdk::AudioFrame> make_audio(int channels, int samples, sdk::Time time) override {
    return stage.lock()->make_audio(channels, samples, time);
  }
  void emit(std::unique_ptr<sdk::VideoFrame> frame) override { stage.lock()->emit(std::move(frame)); }
  void emit(std::unique_ptr<sdk::AudioFrame> frame) override { stage.lock()->emit(std::move(frame)); }

  std::weak_ptr<FilterStage> stage;
  std::vector<std::string> sent;

 private:
  const std::string id_ = "element";
};

template <typename Frame>
class Collector final : public FrameSink<Frame> {
 public:
  void take(const Frame& frame) override { frames.push_back(frame); }
  std::vector<Frame> frames;
};

using OnVideo = std::function<void(sdk::VideoFrame&)>;

class Painter final : public sdk::VideoFilter {
 public:
  Painter(sdk::FilterContext& context, OnVideo on_video, bool* ended = nullptr)
      : VideoFilter(context), on_video_(std::move(on_video)), ended_(ended) {}
  ~Painter() override {
    if (ended_) *ended_ = true;
  }
  void process(sdk::VideoFrame& frame) override { on_video_(frame); }

 private:
  OnVideo on_video_;
  bool* ended_;
};

class FilterStageTest : public testing::Test {
 protected:
  template <typename Filter, typename... Arguments>
  void host(Arguments... arguments) {
    context->stage = stage;
    stage->host(context, std::make_unique<Filter>(*context, std::move(arguments)...));
    stage->video_source().add(video);
    stage->audio_source().add(audio);
  }
  static VideoFrame picture(int number, int width = 6, int height = 4, std::uint8_t brightness = 100) {
    auto made = std::make_shared<codec::Picture>(width, height);
    for (int row = 0; row < height; ++row) std::fill_n(made->y() + row * made->stride_y(), width, brightness);
    for (int row = 0; row < made->chroma_height(); ++row) {
      std::fill_n(made->u() + row * made->stride_uv(), made->chroma_width(), std::uint8_t{128});
      std::fill_n(made->v() + row * made->stride_uv(), made->chroma_width(), std::uint8_t{128});
    }
    VideoFrame frame;
    frame.picture = std::move(made);
    frame.time = base::Instant(std::chrono::milliseconds(number));
    return frame;
  }
  void take(const VideoFrame& frame) { stage->video_sink()->take(frame); }
  std::vector<int> times() const {
    std::vector<int> all;
    for (const VideoFrame& frame : video->frames)
      all.push_back(static_cast<int>(base::to_ms(frame.time.time_since_epoch())));
    return all;
  }

  const std::shared_ptr<test::ManualExecutor> executor = std::make_shared<test::ManualExecutor>();
  base::Instant now{1h};
  std::vector<std::string> errors;
  std::shared_ptr<FilterStage> stage = FilterStage::create(
      executor, {[this] { return now; }, [this](const std::string& error) { errors.push_back(error); }});
  const std::shared_ptr<TestContext> context = std::make_shared<TestContext>();
  const std::shared_ptr<Collector<VideoFrame>> video = std::make_shared<Collector<VideoFrame>>();
  const std::shared_ptr<Collector<AudioFrame>> audio = std::make_shared<Collector<AudioFrame>>();
};

TEST_F(FilterStageTest, PicturesAreWorkedOnInOrderOffTheCallersThread) {
  host<Painter>([](sdk::VideoFrame& frame) { frame.edit_i420().y.data[0] = 7; });
  EXPECT_TRUE(stage->wants_video());
  EXPECT_FALSE(stage->wants_audio());
  const VideoFrame first = picture(1);
  take(first);
  take(picture(2));
  EXPECT_TRUE(video->frames.empty());
  executor->run_all();
  EXPECT_EQ(times(), (std::vector{1, 2}));
  EXPECT_EQ(video->frames[0].picture->y()[0], 7);
  EXPECT_EQ(video->frames[0].picture->y()[1], 100);
  EXPECT_EQ(first.picture->y()[0], 100) << "what others share is not written to";
}

TEST_F(FilterStageTest, WhoOnlyLooksHandsOnTheVeryPicture) {
  int brightness = 0;
  host<Painter>([&](sdk::VideoFrame& frame) {
    brightness = frame.packed(sdk::PixelFormat::bgr).pixels.data[0];
    EXPECT_EQ(frame.i420().y.data[0], 100);
    EXPECT_EQ(frame.packed(sdk::PixelFormat::bgra).pixels.data[3], 255);
  });
  const VideoFrame frame = picture(1);
  take(frame);
  executor->run_all();
  EXPECT_EQ(video->frames.at(0).picture, frame.picture);
  EXPECT_NEAR(brightness, 98, 2) << "limited range to full range";
}

// An odd size, where chroma is rounded up.
TEST_F(FilterStageTest, WhatIsPaintedInBgrBecomesThePicture) {
  host<Painter>([](sdk::VideoFrame& frame) {
    const sdk::Packed view = frame.edit_packed(sdk::PixelFormat::bgr);
    for (int row = 0; row < view.height; ++row) {
      for (int column = 0; column < view.width; ++column) {
        std::uint8_t* const pixel = view.pixels.data + row * view.pixels.stride + 3 * column;
        pixel[0] = 255;  // blue
        pixel[1] = pixel[2] = 0;
      }
    }
    EXPECT_EQ(frame.packed(sdk::PixelFormat::bgra).pixels.data[2],
              frame.packed(sdk::PixelFormat::bgra).pixels.data[1]);
  });
  take(picture(1, 7, 5));
  executor->run_all();
  const codec::Picture& result = *video->frames.at(0).picture;
  EXPECT_EQ(result.width(), 7);
  EXPECT_NEAR(result.y()[6 + 4 * result.stride_y()], 41, 3);
  EXPECT_NEAR(result.u()[3 + 2 * result.stride_uv()], 240, 3);
  EXPECT_NEAR(result.v()[3 + 2 * result.stride_uv()], 110, 3);
}

TEST_F(FilterStageTest, APictureMayBeReplacedByOneOfAnotherSize) {
  host<Painter>([](sdk::VideoFrame& frame) {
    frame.edit_packed(sdk::PixelFormat::bgr);
    EXPECT_THROW(frame.replace(0, 5), std::invalid_argument);
    EXPECT_THROW(frame.replace(9000, 5), std::invalid_argument);
    const sdk::I420 view = frame.replace(2, 2);
    view.y.data[0] = 33;
    EXPECT_EQ(frame.width(), 2);
    frame.edit_packed(sdk::PixelFormat::bgra);
  });
  take(picture(1));
  executor->run_all();
  EXPECT_EQ(video->frames.at(0).picture->height(), 2);
}

TEST_F(FilterStageTest, MetadataGoesOnAndTheSharedOneStays) {
  host<Painter>([](sdk::VideoFrame& frame) {
    EXPECT_EQ(*frame.metadata("faces"), "none");
    EXPECT_EQ(frame.metadata("plates"), nullptr);
    frame.set_metadata("faces", "two");
  });
  VideoFrame frame = picture(1);
  frame.metadata = std::make_shared<const std::map<std::string, std::string>>(
      std::map<std::string, std::string>{{"faces", "none"}});
  take(frame);
  executor->run_all();
  EXPECT_EQ(frame.metadata->at("faces"), "none");
  EXPECT_EQ(video->frames.at(0).metadata->at("faces"), "two");
}

TEST_F(FilterStageTest, AnExceptionIsToldOnceOfItsKindAndThePictureGoesOnAsItCame) {
  int number = 0;
  host<Painter>([&](sdk::VideoFrame& frame) {
    frame.edit_i420().y.data[0] = 1;
    if (++number == 3) throw 5;
    throw std::runtime_error("no model");
  });
  for (int i = 0; i < 4; ++i) take(picture(i));
  executor->run_all();
  EXPECT_EQ(errors, (std::vector<std::string>{"no model", "an exception of unknown type"}));
  ASSERT_EQ(video->frames.size(), 4u);
  for (const VideoFrame& frame : video->frames) EXPECT_EQ(frame.picture->y()[0], 100);
  EXPECT_EQ(stage->counters().failed, 4u);
  EXPECT_EQ(stage->counters().frames, 4u);
}

TEST_F(FilterStageTest, NotEveryErrorThatAFilterMakesUpIsTold) {
  int number = 0;
  host<Painter>([&](sdk::VideoFrame&) { throw std::runtime_error(std::to_string(++number)); });
  for (int i = 0; i < 50; ++i) {
    take(picture(i));
    executor->run_all();
  }
  EXPECT_EQ(errors.size(), 16u);
  EXPECT_EQ(stage->counters().failed, 50u);
}

TEST_F(FilterStageTest, WorkThatTakesLongIsToldToo) {
  host<Painter>([&](sdk::VideoFrame&) { now += 1001ms; });
  take(picture(1));
  executor->run_all();
  EXPECT_EQ(errors, std::vector<std::string>{"work on one picture took longer than a second"});
  EXPECT_EQ(video->frames.size(), 1u);
}

TEST_F(FilterStageTest, OfThoseThatWaitTheOldestAreLeftOut) {
  host<Painter>([](sdk::VideoFrame&) {});
  for (int i = 1; i <= 10; ++i) take(picture(i));
  executor->run_all();
  EXPECT_EQ(times(), (std::vector{7, 8, 9, 10}));
  EXPECT_EQ(stage->counters().left_out, 6u);
}

TEST_F(FilterStageTest, ADroppedPictureGoesNoFurther) {
  host<Painter>([](sdk::VideoFrame& frame) {
    if (frame.time() == 2ms) frame.drop();
  });
  for (int i = 1; i <= 3; ++i) take(picture(i));
  executor->run_all();
  EXPECT_EQ(times(), (std::vector{1, 3}));
}

TEST_F(FilterStageTest, CallsComeInTurnWithPictures) {
  std::string order;
  host<Painter>([&](sdk::VideoFrame&) { order += "f"; });
  take(picture(1));
  EXPECT_TRUE(stage->post([&](sdk::Filter&) { order += "c"; }));
  take(picture(2));
  executor->run_all();
  EXPECT_EQ(order, "fcf");
}

TEST_F(FilterStageTest, CallsAreBounded) {
  host<Painter>([](sdk::VideoFrame&) {});
  int ran = 0;
  for (std::size_t i = 0; i < FilterStage::kMostCalls; ++i)
    ASSERT_TRUE(stage->post([&](sdk::Filter&) { ++ran; }));
  EXPECT_FALSE(stage->post([&](sdk::Filter&) { ++ran; }));
  for (int i = 1; i <= 3; ++i) take(picture(i));
  executor->run_all();
  EXPECT_EQ(ran, static_cast<int>(FilterStage::kMostCalls));
  EXPECT_EQ(times().size(), 3u) << "pictures have room of their own";
  EXPECT_TRUE(stage->post([](sdk::Filter&) {}));
}

// A constructor may fetch something, and the answer come before it returns.
TEST_F(FilterStageTest, CallsThatComeBeforeTheFilterWaitForIt) {
  bool called = false;
  EXPECT_TRUE(stage->post([&](sdk::Filter&) { called = true; }));
  executor->run_all();
  EXPECT_FALSE(called);
  host<Painter>([](sdk::VideoFrame&) {});
  executor->run_all();
  EXPECT_TRUE(called);
}

TEST_F(FilterStageTest, TheFilterEndsOnItsStrand) {
  bool ended = false;
  host<Painter>([](sdk::VideoFrame&) {}, &ended);
  bool called = false;
  take(picture(1));
  stage->post([&](sdk::Filter&) { called = true; });
  stage->close();
  EXPECT_FALSE(ended);
  EXPECT_FALSE(stage->post([](sdk::Filter&) {}));
  take(picture(2));
  executor->run_all();
  EXPECT_TRUE(ended);
  EXPECT_FALSE(called);
  EXPECT_TRUE(video->frames.empty());
}

TEST_F(FilterStageTest, TheFilterEndsAlsoWhereNothingRunsAnyMore) {
  bool ended = false;
  host<Painter>([](sdk::VideoFrame&) {}, &ended);
  executor->stop();
  take(picture(1));
  stage->close();
  stage.reset();
  EXPECT_TRUE(ended);
}

// Sound louder, pictures away.
class Loud final : public sdk::AudioVideoFilter {
 public:
  using AudioVideoFilter::AudioVideoFilter;
  void process(sdk::VideoFrame& frame) override { frame.drop(); }
  void process(sdk::AudioFrame& frame) override {
    for (std::int16_t& sample : frame.edit_samples()) sample = static_cast<std::int16_t>(2 * sample);
  }
};

TEST_F(FilterStageTest, AFilterMayDoSoundAndPictures) {
  host<Loud>();
  EXPECT_TRUE(stage->wants_audio());
  AudioFrame sound{
      std::make_shared<const std::vector<std::int16_t>>(std::vector<std::int16_t>{1, -2}), 2, {}, {}};
  stage->audio_sink()->take(sound);
  take(picture(1));
  executor->run_all();
  EXPECT_EQ(*audio->frames.at(0).samples, (std::vector<std::int16_t>{2, -4}));
  EXPECT_EQ(*sound.samples, (std::vector<std::int16_t>{1, -2}));
  EXPECT_TRUE(video->frames.empty());
}

// Only data: media goes round it, were it given any.
class Mute final : public sdk::Filter {
 public:
  using Filter::Filter;
};

TEST_F(FilterStageTest, WhatAFilterDoesNotWantPassesIt) {
  host<Mute>();
  EXPECT_FALSE(stage->wants_video());
  const VideoFrame frame = picture(1);
  take(frame);
  stage->receive({"hello", false});
  executor->run_all();
  EXPECT_EQ(video->frames.at(0).picture, frame.picture);
  EXPECT_EQ(context->sent, std::vector<std::string>{"hello"});
}

// Keeps one picture back, and makes one of its own at each second.
class Delay final : public sdk::StreamFilter {
 public:
  using StreamFilter::StreamFilter;
  bool takes_video() const override { return true; }
  bool takes_audio() const override { return false; }
  void push_video(std::unique_ptr<sdk::VideoFrame> frame) override {
    if (kept_) {
      const sdk::Time time = kept_->time();
      context().emit(std::move(kept_));
      context().emit(context().make_video(16, 8, time + 500us));
    }
    kept_ = std::move(frame);
  }

 private:
  std::unique_ptr<sdk::VideoFrame> kept_;
};

TEST_F(FilterStageTest, AStreamFilterGivesWhatItLikes) {
  host<Delay>();
  const VideoFrame first = picture(1);
  take(first);
  executor->run_all();
  EXPECT_TRUE(video->frames.empty());
  take(picture(2));
  executor->run_all();
  ASSERT_EQ(video->frames.size(), 2u);
  EXPECT_EQ(video->frames[0].picture, first.picture);
  EXPECT_EQ(video->frames[1].picture->width(), 16);
  EXPECT_EQ(video->frames[1].time, first.time + 500us);
  EXPECT_EQ(video->frames[1].arrived, now);
  EXPECT_THROW(context->make_video(16, 9000, {}), std::invalid_argument);
  EXPECT_THROW(context->make_audio(3, 10, {}), std::invalid_argument);
  EXPECT_EQ(context->make_audio(2, 10, {})->samples().size(), 20u);
}

}  // namespace
}  // namespace kaskado::media
