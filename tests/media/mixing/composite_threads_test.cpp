// Ports are fed and heard from other threads than the one that mixes.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "media/mixing/composite_stage.hpp"
#include "media/mixing/grid_layout.hpp"
#include "mixing/audio_test_support.hpp"
#include "mixing/video_test_support.hpp"

namespace kaskado::media {
namespace {

using namespace test;
using namespace std::chrono_literals;

template <typename Frame>
struct Counter final : FrameSink<Frame> {
  void take(const Frame&) override { ++taken; }
  std::atomic<int> taken{0};
};

// Keeps the last picture and lets go of it on its own thread.
struct Viewer final : VideoSink {
  void take(const VideoFrame& frame) override {
    const std::lock_guard lock(mutex);
    last = frame.picture;
  }
  codec::PictureRef steal() {
    const std::lock_guard lock(mutex);
    return std::exchange(last, nullptr);
  }
  std::mutex mutex;
  codec::PictureRef last;
};

TEST(CompositeThreads, FeedAndHearWhileItMixes) {
  CompositeStage stage(std::make_shared<GridLayout>(64, 36), 50, at(0ms));
  std::array ends{stage.join(PortId{1}), stage.join(PortId{2})};
  const auto viewer = std::make_shared<Viewer>();
  const auto ear = std::make_shared<Counter<AudioFrame>>();
  stage.pictures()->add(viewer);
  stage.whole_mix()->add(ear);
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    threads.emplace_back([&, i, pictures = ends[i]->pictures(), sound = ends[i]->sound()] {
      Tone tone(400, 4000);
      for (int k = 0; k < 300; ++k) {
        pictures->take(frame(picture(32, 18, i == 0 ? kRed : kGreen), k * 20ms));
        sound->take(tone.frame(k * 20ms));
      }
    });
  }
  // Sums up pictures that the mixer must not touch any more.
  threads.emplace_back([&] {
    std::uint64_t sum = 0;
    while (!done) {
      if (const codec::PictureRef shown = viewer->steal())
        for (int i = 0; i < 64 * 36; ++i) sum += shown->y()[i];
    }
    EXPECT_GT(sum, 0u);
  });
  threads.emplace_back([&] {
    const auto second = std::make_shared<Counter<AudioFrame>>();
    for (int i = 0; i < 200; ++i) {
      ends[1]->heard()->add(second);
      ends[1]->heard()->remove(second.get());
    }
  });
  for (int i = 0; i < 500; ++i) {
    stage.tick(at(i * 20ms));
    if (i == 250) stage.leave(PortId{2});
  }
  // What was shown last is looked at, if nothing was before.
  while (true) {
    const std::lock_guard lock(viewer->mutex);
    if (!viewer->last) break;
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ear->taken, 500);
}

}  // namespace
}  // namespace kaskado::media
