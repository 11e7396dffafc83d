// The policy on virtual time: a loop whose rounds, and what comes in meanwhile, are the test's.
#include "loop/coalescing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "base/random.hpp"

namespace kaskado::loop {
namespace {

using base::Duration;
using base::Instant;
using namespace std::chrono_literals;

struct Arrival {
  Instant at;
  std::uint32_t sender;
};

// Datagrams arrive at their times; a round takes as long as what it has read costs.
class VirtualLoop {
 public:
  explicit VirtualLoop(Duration most) : coalescing_(most) {}

  Duration cost_of_media{5us};  // of each datagram of sender 0
  Duration cost_of_others{5us};
  // Of a further datagram of sender 0 in the same round.
  Duration cost_of_run{5us};

  void run(std::vector<Arrival> arrivals) {
    std::ranges::stable_sort(arrivals, {}, &Arrival::at);
    waiting_.assign(arrivals.begin(), arrivals.end());
    while (!waiting_.empty()) turn();
  }

  std::size_t rounds = 0;
  Duration longest_added{};           // by waiting while nothing was done
  std::vector<std::size_t> media;     // datagrams of sender 0 in each round that has some
  std::vector<Duration> media_added;  // for the first of them

 private:
  void turn() {
    now_ = std::max(now_, waiting_.front().at);
    ++rounds;
    const Duration wait = coalescing_.before_read(now_);
    now_ += wait;
    std::vector<Arrival> read;
    while (!waiting_.empty() && waiting_.front().at <= now_) {
      read.push_back(waiting_.front());
      waiting_.pop_front();
    }
    work_through(read);
    idle_since_ = now_;
    now_ = std::max(now_, coalescing_.after_round(now_));
  }

  void work_through(const std::vector<Arrival>& read) {
    std::uint32_t senders = 0, run = 0, longest_run = 0;
    const auto in_media = std::ranges::count(read, 0u, &Arrival::sender);
    for (std::size_t i = 0; i < read.size(); ++i) {
      const bool same = i > 0 && read[i].sender == read[i - 1].sender;
      senders += !same;
      run = same ? run + 1 : 1;
      longest_run = std::max(longest_run, run);
      // What it would have waited for anyway is not what was added.
      const Duration added = now_ - std::max(read[i].at, idle_since_);
      longest_added = std::max(longest_added, added);
      if (read[i].sender == 0 && (media.empty() || counted_ != rounds)) {
        media_added.push_back(added);
        media.push_back(static_cast<std::size_t>(in_media));
        counted_ = rounds;
      }
    }
    coalescing_.note_read(now_, senders, longest_run);
    const auto others = static_cast<std::int64_t>(read.size()) - in_media;
    now_ += others * cost_of_others;
    now_ += 2us;  // of the round itself
    if (in_media) now_ += cost_of_media + (in_media - 1) * cost_of_run;
  }

  Coalescing coalescing_;
  std::deque<Arrival> waiting_;
  Instant now_{1000s};
  Instant idle_since_{1000s};
  std::size_t counted_ = 0;
};

// So many senders, each of which sends single datagrams at random.
std::vector<Arrival> crowd(double each_second, Duration span, std::uint32_t first_sender = 1) {
  base::SeededRandom random(3);
  std::vector<Arrival> arrivals;
  const auto count = static_cast<std::uint32_t>(each_second * base::to_seconds(span));
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto after = static_cast<std::int64_t>(static_cast<double>(span.count()) * random.unit());
    arrivals.push_back({Instant(1000s) + Duration(after), first_sender + random.below(10'000)});
  }
  return arrivals;
}

// Frames of so many packets, 30 a second, whose packets come 10 us apart.
std::vector<Arrival> frames(int packets, Duration span) {
  std::vector<Arrival> arrivals;
  for (Duration at{}; at < span; at += 33ms) {
    for (int i = 0; i < packets; ++i) arrivals.push_back({Instant(1000s) + at + i * 10us, 0});
  }
  return arrivals;
}
std::vector<Arrival> smooth(Duration span) {
  std::vector<Arrival> arrivals;
  for (Duration at{}; at < span; at += 3846us) arrivals.push_back({Instant(1000s) + at, 0});
  return arrivals;
}
std::vector<Arrival> both(std::vector<Arrival> one, const std::vector<Arrival>& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

TEST(Coalescing, AddsNothingWhereFewSend) {
  VirtualLoop loop(1ms);
  const auto arrivals = crowd(900, 10s);
  loop.run(arrivals);
  EXPECT_LE(loop.longest_added, 500us) << "by chance, more come in one of the windows";
  EXPECT_GT(loop.rounds, arrivals.size() * 9 / 10);
}

TEST(Coalescing, AddsNothingToTheMediaOfFewViewers) {
  for (const bool burst : {false, true}) {
    VirtualLoop loop(1ms);
    loop.cost_of_media = 30us;  // twenty viewers
    loop.run(both(burst ? frames(9, 10s) : smooth(10s), crowd(30, 10s)));
    EXPECT_EQ(loop.longest_added, 0us);
  }
}

TEST(Coalescing, IsOffWhereNothingMayBeAdded) {
  VirtualLoop loop(0ms);
  loop.cost_of_media = 500us;
  loop.run(both(frames(9, 5s), crowd(20'000, 5s)));
  EXPECT_EQ(loop.longest_added, 0us);
  EXPECT_FALSE(Coalescing(0ms).is_on());
}

TEST(Coalescing, TakesManySendersTogetherAndHoldsBackNoneLongerThanAllowed) {
  for (const Duration most : {Duration(250us), Duration(1ms), Duration(5ms)}) {
    VirtualLoop loop(most);
    loop.run(crowd(16'000, 10s));
    EXPECT_LE(loop.longest_added, most);
    const auto expected = static_cast<std::size_t>(10s / most);
    EXPECT_GE(loop.rounds, expected * 9 / 10);
    EXPECT_LE(loop.rounds, expected * 11 / 10 + 400) << "with those before the load was known";
  }
}

TEST(Coalescing, BeginsGentlyAndEndsWithTheLoad) {
  std::vector<double> together;
  for (const double each_second : {1500.0, 2000.0, 2500.0}) {
    VirtualLoop loop(1ms);
    const auto arrivals = crowd(each_second, 10s);
    loop.run(arrivals);
    EXPECT_LE(loop.longest_added, 1ms);
    together.push_back(static_cast<double>(arrivals.size()) / static_cast<double>(loop.rounds));
  }
  EXPECT_GT(together[0], 1.02);
  EXPECT_LT(together[0], 1.3) << "not yet the longest wait";
  EXPECT_GT(together[1], together[0] + 0.1);
  EXPECT_GT(together[2], together[1] + 0.1);
  // A storm, and silence after it.
  VirtualLoop loop(1ms);
  auto arrivals = crowd(20'000, 1s);
  for (int i = 0; i < 100; ++i) arrivals.push_back({Instant(1000s) + 2s + i * 10ms, 0});
  loop.run(arrivals);
  ASSERT_EQ(loop.media_added.size(), 100u);
  EXPECT_EQ(*std::ranges::max_element(loop.media_added), 0us);
}

// What takes that long to deal with gathers by itself.
TEST(Coalescing, ABusyLoopIsNotHeldUp) {
  VirtualLoop loop(1ms);
  loop.cost_of_others = 60us;
  loop.run(crowd(20'000, 2s));
  EXPECT_EQ(loop.longest_added, 0us);
}

// The first packet of a frame would go alone, and the others when it has gone to all.
TEST(Coalescing, TakesAFrameOfManyViewersTogether) {
  VirtualLoop loop(1ms);
  loop.cost_of_media = 400us;
  loop.cost_of_run = 200us;
  loop.run(both(frames(9, 10s), crowd(300, 10s)));
  EXPECT_LE(loop.longest_added, 1ms);
  const auto whole = std::ranges::count(loop.media, 9u);
  EXPECT_GT(whole, 300 * 9 / 10) << "of 303";
}

TEST(Coalescing, HoldsNothingBackWhereNothingFollows) {
  VirtualLoop loop(1ms);
  loop.cost_of_media = 1500us;  // a thousand viewers, who report while a packet goes to all of them
  loop.run(both(smooth(10s), crowd(500, 10s)));
  std::size_t held = 0;
  for (const Duration added : loop.media_added) held += added > 0us;
  EXPECT_LT(held, loop.media_added.size() / 20);
}

TEST(Coalescing, ForgetsTheBurstsOfAPublisherThatPaused) {
  VirtualLoop loop(1ms);
  loop.cost_of_media = 400us;
  auto arrivals = frames(9, 5s);
  const std::size_t before = arrivals.size();
  for (int i = 0; i < 50; ++i) arrivals.push_back({Instant(1000s) + 6s + i * 300ms, 0});
  loop.run(arrivals);
  ASSERT_GT(before, 1000u);
  ASSERT_GE(loop.media_added.size(), 50u);
  EXPECT_EQ(*std::max_element(loop.media_added.end() - 50, loop.media_added.end()), 0us);
}

}  // namespace
}  // namespace kaskado::loop
