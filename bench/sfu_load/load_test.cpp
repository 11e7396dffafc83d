#include "load.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "clocks.hpp"

namespace kaskado::bench {
namespace {

std::unique_ptr<Surroundings> surroundings(Loss loss) {
  auto shared = std::make_unique<Surroundings>();
  shared->certificate = dtls::Certificate::generate(dtls::KeyType::ecdsa_p256, wall_now()).value();
  shared->srtp_profiles.assign(dtls::kDefaultSrtpProfiles.begin(), dtls::kDefaultSrtpProfiles.end());
  shared->sample_every = 1;
  shared->loss = loss;
  return shared;
}

// Publishers and viewers that are connected to each other, without a server between them.
class LoadTest : public testing::Test {
 protected:
  void open(Loss loss = {}) {
    load = std::make_unique<Load>(surroundings(loss), [this](const PeerSpec&, const std::string& why,
                                                             base::Duration) { told += why.empty(); });
  }
  // Lets both join.
  void join(std::uint32_t publisher, std::uint32_t viewer) {
    Peer* sends = load->add({.id = publisher, .publishes = true}, ice::IceRole::controlling).value();
    Peer* views = load->add({.id = viewer, .source = publisher}, ice::IceRole::controlled).value();
    const auto answer = views->answer(sends->offer(), now());
    ASSERT_TRUE(answer);
    ASSERT_TRUE(sends->take_answer(*answer, now()));
    const int before = told;
    ASSERT_TRUE(until([&] { return told == before + 2; }));
  }
  bool until(const std::function<bool()>& done) {
    const base::Instant end = now() + std::chrono::seconds{10};
    while (!done() && now() < end) load->advance();
    return done();
  }
  std::uint64_t got(std::uint32_t viewer) { return load->find(viewer)->check()->counters().packets; }

  std::unique_ptr<Load> load;
  int told = 0;
};

TEST_F(LoadTest, StartsOnePublisherAndLeavesOthersWaiting) {
  open();
  join(1, 2);
  join(3, 4);
  ASSERT_TRUE(load->start(*load->find(1), {}));
  EXPECT_TRUE(until([&] { return got(2) > 20; }));
  EXPECT_EQ(got(4), 0u);
  EXPECT_FALSE(load->start(*load->find(1), {})) << "it has been started";
  EXPECT_FALSE(load->start(*load->find(4), {})) << "it is a viewer";
}

TEST_F(LoadTest, GoesOnWithoutOneWhoHasLeft) {
  open();
  join(1, 2);
  join(3, 4);
  ASSERT_TRUE(load->start({}, false));
  ASSERT_TRUE(until([&] { return got(2) > 20 && got(4) > 20; }));
  const std::uint64_t counted = got(2);
  EXPECT_TRUE(load->remove(1, false));
  EXPECT_FALSE(load->remove(1, false));
  EXPECT_TRUE(until([&] { return !load->find(2)->transport().failure().empty(); })) << "the viewer is told";
  EXPECT_TRUE(load->remove(2, true));
  EXPECT_EQ(load->find(2), nullptr);
  load->stop();
  load->resume();
  const std::uint64_t so_far = got(4);
  EXPECT_TRUE(until([&] { return got(4) > so_far + 20; }));
  join(5, 6);
  ASSERT_TRUE(load->start(*load->find(5), {}));
  EXPECT_TRUE(until([&] { return got(6) > 20; })) << "in the place of the one who has left";
  EXPECT_GE(load->totals().viewers.packets, counted + got(4) + got(6))
      << "what has been counted stays counted";
}

TEST_F(LoadTest, AsksAgainForWhatIsLost) {
  open(Loss(0.1, 3));
  join(1, 2);
  ASSERT_TRUE(load->start(*load->find(1), {.packets_per_second = 500}));
  EXPECT_TRUE(until([&] { return got(2) > 500; }));
  const LoadTotals totals = load->totals();
  EXPECT_GT(totals.publishers.retransmitted, 20u);
  EXPECT_LT(totals.holes, 50u);
  EXPECT_EQ(totals.viewers.changed + totals.viewers.misnumbered + totals.viewers.undecryptable, 0u);
}

}  // namespace
}  // namespace kaskado::bench
