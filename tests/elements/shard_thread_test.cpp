// A shard on its own thread, with the machine's own loopback: commands in, events and datagrams out. Nothing
// waits for a time to pass, only for what it expects; the limits are there to fail instead of hanging.
#include "pipeline/shard_thread.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "elements/api.hpp"
#include "elements/web_rtc_endpoint.hpp"
#include "ice/stun_writer.hpp"
#include "sdp/fixture.hpp"
#include "support/udp.hpp"

namespace kaskado::elements::test {
namespace {

using pipeline::Shard;
using pipeline::ShardThread;
using pipeline::Value;
using namespace std::chrono_literals;

// What the shard's thread tells, for the test's thread to wait for.
class Told {
 public:
  void note(const pipeline::Event& event) {
    const std::lock_guard lock(mutex_);
    names_.emplace_back(event.info->name);
    threads_.push_back(std::this_thread::get_id());
    changed_.notify_all();
  }
  bool wait_for(const std::string& name) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 30s, [&] { return std::ranges::find(names_, name) != names_.end(); });
  }
  std::vector<std::string> names() {
    const std::lock_guard lock(mutex_);
    return names_;
  }
  std::vector<std::thread::id> threads() {
    const std::lock_guard lock(mutex_);
    return threads_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> names_;  // under mutex_, as below
  std::vector<std::thread::id> threads_;
};

std::shared_ptr<pipeline::MediaConfiguration> loopback() {
  static const auto certificate =
      dtls::Certificate::generate(dtls::KeyType::ecdsa_p256, {1'800'000'000'000'000'000}).value();
  auto configuration = std::make_shared<pipeline::MediaConfiguration>();
  configuration->network_interfaces = {"lo"};
  configuration->certificates.ecdsa = certificate;
  return configuration;
}

class ShardThreadTest : public testing::Test {
 protected:
  std::unique_ptr<ShardThread> start(std::shared_ptr<pipeline::MediaConfiguration> configuration = loopback(),
                                     int index = 0, int core = -1) {
    auto started = ShardThread::start(index, core, std::move(configuration),
                                      {[this](const pipeline::Event& event) { told.note(event); }});
    EXPECT_TRUE(started.ok()) << started.error().message;
    return started.ok() ? std::move(started).value() : nullptr;
  }
  // Runs `work` on the shard's thread and gives what it gives.
  template <typename Work>
  static auto on(ShardThread& thread, Work work) {
    using Result = decltype(work(std::declval<Shard&>()));
    auto promise = std::make_shared<std::promise<Result>>();
    auto future = promise->get_future();
    const auto command = [promise, work = std::move(work)](Shard& shard) { promise->set_value(work(shard)); };
    while (!thread.post(command)) std::this_thread::yield();  // it is overloaded
    EXPECT_EQ(future.wait_for(30s), std::future_status::ready);
    return future.get();
  }
  static bool make_endpoint(Shard& shard) {
    return shard.objects().create(pipeline::kMediaPipelineClass, "pipe", {}).ok() &&
           shard.objects()
               .create(kWebRtcEndpointClass, "endpoint",
                       {Value("pipe"), false, false, false, "ECDSA", "NO_VALUE"})
               .ok();
  }
  static WebRtcEndpoint& endpoint(Shard& shard) {
    return dynamic_cast<WebRtcEndpoint&>(*shard.objects().find("endpoint"));
  }
  // Holds the shard's thread until it is let go.
  struct Gate {
    explicit Gate(ShardThread& thread) {
      EXPECT_TRUE(thread.post([entered = entered, open = open.get_future().share()](Shard&) {
        entered->set_value();
        open.wait();
      }));
      entered->get_future().wait();
    }
    void let_go() { open.set_value(); }
    std::shared_ptr<std::promise<void>> entered = std::make_shared<std::promise<void>>();
    std::promise<void> open;
  };

  Told told;
};

TEST_F(ShardThreadTest, TellsTheEndOfARoundOnceForAllItsCommands) {
  int commands = 0;  // like `seen`, of the shard's thread until it has ended
  std::vector<int> seen;
  auto started = ShardThread::start(
      0, -1, loopback(), {[](const pipeline::Event&) {}, [&] { seen.push_back(commands); }});
  ASSERT_TRUE(started.ok()) << started.error().message;
  auto thread = std::move(started).value();
  {
    Gate gate(*thread);
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(thread->post([&](Shard&) { ++commands; }));
    gate.let_go();
  }
  on(*thread, [](Shard&) { return true; });
  on(*thread, [](Shard&) { return true; });
  thread.reset();
  EXPECT_TRUE(std::ranges::count(seen, 0));
  EXPECT_TRUE(std::ranges::count(seen, 3));
  EXPECT_FALSE(std::ranges::count(seen, 1));
  EXPECT_FALSE(std::ranges::count(seen, 2));
}

TEST_F(ShardThreadTest, StartsAndStops) {
  for (int i = 0; i < 10; ++i) ASSERT_NE(start(), nullptr);
}

TEST_F(ShardThreadTest, RunsCommandsInOrderOnItsOwnThread) {
  const auto thread = start(loopback(), 3, 0);
  ASSERT_NE(thread, nullptr);
  std::vector<int> order;
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(thread->post([&order, i](Shard&) { order.push_back(i); }));
  }
  const auto id = on(*thread, [](Shard&) { return std::this_thread::get_id(); });
  EXPECT_NE(id, std::this_thread::get_id());
  ASSERT_EQ(order.size(), 1000u);
  EXPECT_TRUE(std::ranges::is_sorted(order));
  const auto name = on(*thread, [](Shard&) {
    std::array<char, 16> text{};
    pthread_getname_np(pthread_self(), text.data(), text.size());
    return std::string(text.data());
  });
  EXPECT_EQ(name, "shard-3");
}

TEST_F(ShardThreadTest, GivesEachCommandItsTime) {
  const auto thread = start();
  const auto first = on(*thread, [](Shard& shard) { return shard.now(); });
  const auto second = on(*thread, [](Shard& shard) { return shard.now(); });
  EXPECT_GT(first, base::Instant{});
  EXPECT_GE(second, first);
}

TEST_F(ShardThreadTest, TellsEventsOnItsOwnThread) {
  const auto thread = start();
  const auto id = on(*thread, [](Shard&) { return std::this_thread::get_id(); });
  EXPECT_TRUE(on(*thread, make_endpoint));
  EXPECT_TRUE(on(*thread, [](Shard& shard) {
    return endpoint(shard).generate_offer({}).ok() && endpoint(shard).gather_candidates().ok();
  }));
  EXPECT_TRUE(told.wait_for("IceGatheringDone"));
  for (const auto& each : told.threads()) EXPECT_EQ(each, id);
}

TEST_F(ShardThreadTest, RefusesCommandsWhileItIsOverloaded) {
  const auto thread = start();
  Gate gate(*thread);
  std::atomic<int> done = 0;
  int taken = 0;
  while (taken < 1'000'000 && thread->post([&](Shard&) { ++done; })) ++taken;
  EXPECT_EQ(taken, 65536);
  EXPECT_FALSE(thread->post([&](Shard&) { ++done; }));
  gate.let_go();
  while (!thread->post([](Shard&) {})) std::this_thread::yield();
  on(*thread, [](Shard&) { return 0; });
  EXPECT_EQ(done, taken);
}

// Its stop is a task among the others, which must not be refused like them.
TEST_F(ShardThreadTest, StopsAlthoughItIsOverloaded) {
  auto thread = start();
  Gate gate(*thread);
  std::atomic<int> done = 0;
  int taken = 0;
  while (thread->post([&](Shard&) { ++done; })) ++taken;
  auto stopped = std::async(std::launch::async, [&] { thread.reset(); });
  gate.let_go();
  ASSERT_EQ(stopped.wait_for(60s), std::future_status::ready);
  EXPECT_EQ(done, taken);
}

// All that was taken is run, also what still stood in the mailbox when the stop was asked for.
TEST_F(ShardThreadTest, TakesCommandsOfManyThreadsUntilItStops) {
  for (int round = 0; round < 10; ++round) {
    auto thread = start();
    std::atomic<int> taken = 0, done = 0;
    std::vector<std::thread> posters;
    for (int i = 0; i < 4; ++i) {
      posters.emplace_back([&] {
        for (int n = 0; n < 2000; ++n) taken += thread->post([&](Shard&) { ++done; });
      });
    }
    EXPECT_TRUE(on(*thread, make_endpoint));
    for (auto& poster : posters) poster.join();
    thread.reset();
    EXPECT_EQ(done, taken);
    EXPECT_EQ(taken, 8000);
  }
}

TEST_F(ShardThreadTest, ReleasesWhatIsLeftWhenItStops) {
  auto thread = start();
  EXPECT_TRUE(on(*thread, make_endpoint));
  EXPECT_TRUE(on(*thread, [](Shard& shard) {
    return endpoint(shard).connect(&endpoint(shard), pipeline::MediaType::video, {}, {}).ok();
  }));
  thread.reset();
  EXPECT_EQ(told.names(), (std::vector<std::string>{"ElementConnected", "ElementDisconnected"}));
}

std::uint16_t loopback_port(Shard& shard) {
  for (const pipeline::MediaPort& port : shard.ports()) {
    if (port.local.is_v4()) return port.local.port();
  }
  return 0;
}

TEST_F(ShardThreadTest, AnswersADatagramOverItsSocket) {
  const auto thread = start();
  EXPECT_TRUE(on(*thread, make_endpoint));
  const std::string answer = on(*thread, [](Shard& shard) {
    auto answered = endpoint(shard).process_offer(sdp::read_text("offers/chromium-av-dc.sdp"));
    return answered.ok() && endpoint(shard).gather_candidates().ok() ? answered.value() : std::string();
  });
  const sdp::SessionDescription local = sdp::parse_or_fail(answer);
  const sdp::SessionDescription offer = sdp::read_description("offers/chromium-av-dc.sdp");
  std::array<std::uint8_t, 256> memory{};
  ice::StunWriter writer(memory, ice::StunClass::request, {1, 2, 3});
  writer.username(local.media.at(0).transport.ice_ufrag, offer.media.at(0).transport.ice_ufrag);
  writer.priority(1);
  writer.ice_controlling(5);
  kaskado::test::Udp peer;
  peer.send(writer.finish(ice::StunKey::short_term(local.media[0].transport.ice_pwd)),
            on(*thread, loopback_port));
  // Its own check of the new pair may come before the response.
  for (int i = 0; i < 10; ++i) {
    const auto bytes = peer.receive();
    const auto message = ice::StunMessage::parse(bytes);
    ASSERT_TRUE(message.ok());
    if (message->type == ice::StunClass::request) continue;
    EXPECT_EQ(message->type, ice::StunClass::success);
    EXPECT_EQ(message->transaction, (ice::TransactionId{1, 2, 3}));
    EXPECT_TRUE(message->verify(ice::StunKey::short_term(local.media[0].transport.ice_pwd)));
    EXPECT_EQ(message->reflexive_address(), base::SocketAddress::v4({127, 0, 0, 1}, peer.port()));
    return;
  }
  ADD_FAILURE() << "no response";
}

TEST_F(ShardThreadTest, CountsDatagramsOfStrangers) {
  const auto thread = start();
  kaskado::test::Udp stranger;
  const std::array<std::uint8_t, 4> noise{1, 2, 3, 4};
  for (int i = 0; i < 3; ++i) stranger.send(noise, on(*thread, loopback_port));
  const auto dropped = [](Shard& shard) { return shard.drops().of(base::DropReason::unknown_peer); };
  // What was sent over loopback is there; it is read in one of the next rounds of the loop.
  std::uint64_t count = 0;
  for (int i = 0; i < 10'000 && count < 3; ++i) count = on(*thread, dropped);
  EXPECT_EQ(count, 3u);
}

TEST_F(ShardThreadTest, TakesThePortsOfItsRange) {
  const auto first = start();
  const std::uint16_t taken = on(*first, loopback_port);
  ASSERT_NE(taken, 0);
  // The whole range is taken: it says so and stops.
  auto configuration = loopback();
  configuration->min_port = configuration->max_port = taken;
  const auto refused = ShardThread::start(0, -1, configuration, {[](const pipeline::Event&) {}});
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("minPort, maxPort and networkInterfaces"), std::string::npos);
  // The next one is looked for.
  configuration->max_port = 65535;
  const auto second = start(configuration);
  ASSERT_NE(second, nullptr);
  EXPECT_GT(on(*second, loopback_port), taken);
}

TEST_F(ShardThreadTest, SaysWhereNoInterfaceIsLeft) {
  auto configuration = loopback();
  configuration->network_interfaces = {"nothing0"};
  const auto refused = ShardThread::start(0, -1, configuration, {[](const pipeline::Event&) {}});
  ASSERT_FALSE(refused.ok());
  // The loopback is there when it is asked for, although others are named.
  configuration->offer_loopback = true;
  const auto thread = start(configuration);
  ASSERT_NE(thread, nullptr);
  for (const auto& port : on(*thread, [](Shard& shard) { return shard.ports(); })) {
    EXPECT_TRUE(port.local.is_loopback()) << port.local.text();
  }
}

}  // namespace
}  // namespace kaskado::elements::test
