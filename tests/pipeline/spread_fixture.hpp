// Shards side by side on one thread: what one posts to another waits until the test lets it through.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <utility>

#include "fixture.hpp"
#include "pipeline/pipeline_mirror.hpp"
#include "pipeline/relay_sender.hpp"
#include "pipeline/relayed_source.hpp"
#include "pipeline/remote_element.hpp"

namespace kaskado::pipeline::test {

class TestNetwork final : public ShardNetwork {
 public:
  void post(std::size_t, std::size_t to, Command command) override {
    posted_.emplace_back(to, std::move(command));
  }
  RelayRing& ring(std::size_t from, std::size_t to) override {
    auto& ring = rings_[{from, to}];
    if (!ring) ring = std::make_unique<RelayRing>();
    return *ring;
  }

  std::size_t shards() const override { return 3; }
  RelayRing* find_ring(std::size_t from, std::size_t to) override { return rings_[{from, to}].get(); }
  void wake(std::size_t to) override {
    posted_.emplace_back(to, [](Shard& woken) { woken.take_relayed(woken.now()); });
  }

  std::size_t waiting() const { return posted_.size(); }
  // Until nothing is left to be done anywhere. Returns how many commands were run.
  std::size_t settle(const std::vector<Shard*>& shards) {
    std::size_t run = 0;
    for (; !posted_.empty(); ++run) {
      auto [to, command] = std::move(posted_.front());
      posted_.pop_front();
      command(*shards[to]);
    }
    return run;
  }

 private:
  std::deque<std::pair<std::size_t, Command>> posted_;
  std::map<std::pair<std::size_t, std::size_t>, std::unique_ptr<RelayRing>> rings_;
};

// The shard of ElementTest is the pipeline's; there are two more.
class SpreadTest : public ElementTest {
 protected:
  SpreadTest() {
    for (std::size_t i = 0; i < all.size(); ++i) all[i]->join(network, i);
  }
  ~SpreadTest() override {
    for (Shard* each : all) each->release_all();
    settle();
  }

  std::size_t settle() { return network.settle(all); }
  void at(base::Duration since_start) {
    for (Shard* each : all) each->set_now(kStart + since_start);
  }
  // An element of "pipe" that lives on another shard.
  TestElement& add_on(std::size_t to, const std::string& id) {
    create_on(to, shard, kTestElementClass, "pipe/" + id, {Value("pipe")}, {},
              [](Shard&, const ApiResult<void>& result) { EXPECT_TRUE(result.ok()); });
    settle();
    return element(to, id);
  }
  TestElement& add_here(const std::string& id) {
    TestElement& made = add("pipe/" + id);
    settle();
    return made;
  }
  TestElement& element(std::size_t at, const std::string& id) {
    return dynamic_cast<TestElement&>(*all[at]->objects().find("pipe/" + id));
  }
  // The element or its stand-in.
  MediaElement& there(std::size_t at, const std::string& id) {
    return dynamic_cast<MediaElement&>(*all[at]->objects().find("pipe/" + id));
  }
  // As the control plane does: on the pipeline's shard.
  void link(const std::string& source, const std::string& sink, std::optional<MediaType> type = {}) {
    connect(there(0, source), there(0, sink), type);
    settle();
  }
  void unlink(const std::string& source, const std::string& sink, std::optional<MediaType> type = {}) {
    disconnect(there(0, source), there(0, sink), type);
    settle();
  }

  TestNetwork network;
  Shard second{configuration,
               random,
               {kStart, base::WallTime{1'700'000'000'000'000'000}},
               [this](Event event) { events.push_back(std::move(event)); },
               [this](base::Outbox& outbox) { flush(outbox); }};
  Shard third{configuration,
              random,
              {kStart, base::WallTime{1'700'000'000'000'000'000}},
              [this](Event event) { events.push_back(std::move(event)); },
              [this](base::Outbox& outbox) { flush(outbox); }};
  std::vector<Shard*> all{&shard, &second, &third};
};

}  // namespace kaskado::pipeline::test
