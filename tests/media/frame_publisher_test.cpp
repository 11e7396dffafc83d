#include "media/frame_publisher.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <thread>

namespace kaskado::media {
namespace {

struct Sink final : AudioSink {
  void take(const AudioFrame& frame) override {
    ++taken;
    last = frame.time;
    if (then) then();
  }
  std::function<void()> then;
  int taken = 0;
  base::Instant last{};
};

AudioFrame frame(int ms) {
  return {.time = base::Instant{std::chrono::milliseconds{ms}}};
}

TEST(FramePublisher, GivesEachFrameToAllOnce) {
  FramePublisher<AudioFrame> publisher;
  const auto a = std::make_shared<Sink>(), b = std::make_shared<Sink>();
  publisher.publish(frame(1));
  publisher.add(a);
  publisher.add(a);
  publisher.add(b);
  EXPECT_EQ(publisher.size(), 2u);
  publisher.publish(frame(2));
  publisher.remove(a.get());
  publisher.publish(frame(3));
  publisher.remove(a.get());
  EXPECT_EQ(a->taken, 1);
  EXPECT_EQ(a->last, frame(2).time);
  EXPECT_EQ(b->taken, 2);
  EXPECT_EQ(b->last, frame(3).time);
  EXPECT_EQ(a.use_count(), 1);
}

TEST(FramePublisher, LetsASinkRemoveItselfAndOthersWhileItIsCalled) {
  FramePublisher<AudioFrame> publisher;
  auto a = std::make_shared<Sink>();
  const auto b = std::make_shared<Sink>(), c = std::make_shared<Sink>();
  publisher.add(a);
  publisher.add(b);
  bool alive_within = false;
  a->then = [&, seen = std::weak_ptr<Sink>(a)] {
    publisher.remove(a.get());
    publisher.remove(b.get());
    publisher.add(c);
    a.reset();
    alive_within = !seen.expired();
  };
  const std::weak_ptr<Sink> seen = a;
  publisher.publish(frame(1));
  EXPECT_TRUE(alive_within);
  EXPECT_TRUE(seen.expired());
  EXPECT_EQ(b->taken, 0) << "removed before its turn";
  EXPECT_EQ(c->taken, 0) << "added behind this frame";
  publisher.publish(frame(2));
  EXPECT_EQ(c->taken, 1);
}

TEST(FramePublisher, RemovesOnlyWhenNobodyIsInTheSink) {
  FramePublisher<AudioFrame> publisher;
  const auto sink = std::make_shared<Sink>();
  std::promise<void> entered, leave;
  std::atomic<bool> left = false;
  sink->then = [&] {
    entered.set_value();
    leave.get_future().wait();
    left = true;
  };
  publisher.add(sink);
  std::thread strand([&] { publisher.publish(frame(1)); });
  entered.get_future().wait();
  std::thread releaser([&] { leave.set_value(); });
  publisher.remove(sink.get());
  EXPECT_TRUE(left);
  strand.join();
  releaser.join();
}

TEST(FramePublisher, KeepsNoSinkBeyondItsRemovalWhileFramesFlow) {
  FramePublisher<AudioFrame> publisher;
  std::atomic<bool> stop = false;
  std::thread strand([&] {
    for (int i = 0; !stop; ++i) publisher.publish(frame(i));
  });
  for (int i = 0; i < 500; ++i) {
    const auto sink = std::make_shared<Sink>();
    publisher.add(sink);
    if (i % 3 == 0) std::this_thread::yield();
    publisher.remove(sink.get());
    const int taken = sink->taken;  // not the strand's any more: ThreadSanitizer would tell
    EXPECT_GE(taken, 0);
  }
  stop = true;
  strand.join();
  EXPECT_TRUE(publisher.empty());
}

}  // namespace
}  // namespace kaskado::media
