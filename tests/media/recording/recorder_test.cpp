// A recorder between its shard and a target that fails, or takes its time.
#include "media/recording/recorder.hpp"

#include "recording_fixture.hpp"
#include "support/manual_executor.hpp"

namespace kaskado::media::test {
namespace {

class MemoryTarget final : public RecordingTarget {
 public:
  base::Result<void> write(base::Bytes) override { return {}; }
  void close(std::function<void(base::Result<void>)> on_kept) override { kept = std::move(on_kept); }

  std::function<void(base::Result<void>)> kept;
};

class RecorderTest : public testing::Test {
 protected:
  ~RecorderTest() override { executor->stop(); }

  std::shared_ptr<Recorder> make(std::size_t most_waiting_bytes = 1 << 20) {
    return Recorder::create(
        {.strand = base::Strand::create(executor),
         .open_target = [this]() -> base::Result<std::shared_ptr<RecordingTarget>> {
           if (!refusal.empty()) return base::Error{refusal};
           return std::shared_ptr<RecordingTarget>(target);
         },
         .on_failed = [this](const base::Error& error) { failures.push_back(error.message); },
         .on_finished = [this](const base::Result<void>& result) { finished.push_back(result.ok()); },
         .most_waiting_bytes = most_waiting_bytes,
         .make_muxer = [this](container::MuxerSettings settings,
                              const auto&) { return memory_muxer(written)(std::move(settings)); }});
  }

  const std::shared_ptr<kaskado::test::ManualExecutor> executor =
      std::make_shared<kaskado::test::ManualExecutor>();
  const std::shared_ptr<MemoryTarget> target = std::make_shared<MemoryTarget>();
  Written written;
  std::string refusal;
  std::vector<std::string> failures;
  std::vector<bool> finished;
};

constexpr ExpectedTracks kSound{.audio = true}, kPictures{.video = true};

TEST_F(RecorderTest, WritesOnItsStrandAndTellsWhenAllIsKept) {
  const auto recorder = make();
  EXPECT_TRUE(recorder->take({sound(0ms), sound(20ms)}, kSound));
  EXPECT_FALSE(written.made);
  executor->run_all();
  EXPECT_EQ(written.frames.size(), 2u);
  recorder->take({sound(40ms)}, kSound);
  recorder->finish();
  recorder->finish();
  executor->run_all();
  EXPECT_EQ(written.frames.size(), 3u);
  EXPECT_TRUE(written.finished);
  EXPECT_TRUE(finished.empty()) << "the target has not got it yet";
  ASSERT_TRUE(target->kept);
  target->kept({});
  EXPECT_EQ(finished, std::vector{true});
  EXPECT_TRUE(failures.empty());
  EXPECT_EQ(recorder->statistics().length, 60ms);
}

TEST_F(RecorderTest, ManyFramesAreOneJob) {
  const auto recorder = make();
  for (int i = 0; i < 1000; ++i) recorder->take({sound(i * 20ms)}, kSound);
  EXPECT_EQ(executor->waiting(), 1u);
  executor->run_all();
  EXPECT_EQ(written.frames.size(), 1000u);
}

TEST_F(RecorderTest, WithoutMediaThereIsNoTarget) {
  const auto recorder = make();
  recorder->finish();
  executor->run_all();
  EXPECT_EQ(finished, std::vector{true});
  EXPECT_FALSE(target->kept);
}

TEST_F(RecorderTest, TellsOnceOfATargetThatCannotBeOpened) {
  refusal = "'/nowhere/x.webm' cannot be written: No such file or directory";
  const auto recorder = make();
  recorder->take({sound(0ms)}, kSound);
  executor->run_all();
  recorder->take({sound(20ms), sound(40ms)}, kSound);
  executor->run_all();
  EXPECT_EQ(failures, std::vector{refusal});
  recorder->finish();
  executor->run_all();
  EXPECT_EQ(finished, std::vector{true});
}

TEST_F(RecorderTest, ClosesWhatThereIsWhenTheDiskIsFull) {
  const auto recorder = make();
  recorder->take({sound(0ms)}, kSound);
  executor->run_all();
  written.failure = "No space left on device";
  recorder->take({sound(20ms), sound(40ms)}, kSound);
  executor->run_all();
  EXPECT_EQ(failures, std::vector{written.failure});
  recorder->finish();
  executor->run_all();
  EXPECT_FALSE(written.finished) << "nothing more can be written";
  ASSERT_TRUE(target->kept);
}

TEST_F(RecorderTest, WhenTheTargetIsBehindPicturesGoUpToTheNextKeyFrame) {
  const auto recorder = make(20);
  EXPECT_TRUE(recorder->take({picture(0ms, true), picture(33ms)}, kPictures));
  EXPECT_FALSE(recorder->take({picture(66ms), picture(99ms), picture(100ms)}, kPictures));
  executor->run_all();
  EXPECT_TRUE(recorder->take({picture(133ms)}, kPictures));
  EXPECT_TRUE(recorder->take({picture(166ms, true), picture(200ms)}, kPictures));
  executor->run_all();
  EXPECT_EQ(written.pictures_ms(), (std::vector<double>{0, 33, 166, 200}));
}

TEST_F(RecorderTest, AStoppedPoolIsNoReasonToWait) {
  const auto recorder = make();
  executor->stop();
  EXPECT_TRUE(recorder->take({sound(0ms)}, kSound));
  recorder->finish();
  EXPECT_TRUE(finished.empty());
}

}  // namespace
}  // namespace kaskado::media::test
