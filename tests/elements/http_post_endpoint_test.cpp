// Uploads from the endpoint's side, on virtual time: what it tells of them, and what their clients are told.
#include "elements/http_post_endpoint.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "container/byte_pipe.hpp"
#include "elements/api.hpp"
#include "pipeline/fixture.hpp"
#include "support/manual_executor.hpp"

namespace kaskado::elements {
namespace {

using pipeline::Value;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

struct TestUpload final : pipeline::Upload {
  std::shared_ptr<container::ByteSource> bytes() const override { return pipe; }
  bool has_broken_off() const override { return broken_off; }
  void accept() override { accepted = true; }
  void refuse(std::string why) override { refusal = std::move(why); }

  const std::shared_ptr<container::BytePipe> pipe = std::make_shared<container::BytePipe>(nullptr);
  bool broken_off = false, accepted = false;
  std::string refusal;
};

struct TestIntake final : pipeline::UploadIntake {
  base::Result<std::string> open(Begun taker) override {
    if (!error.empty()) return base::Error{error};
    begun = std::move(taker);
    return std::string("http://192.0.2.1:9091/one");
  }
  void close(const std::string& address) override {
    EXPECT_EQ(address, "http://192.0.2.1:9091/one");
    begun = nullptr;
  }
  std::string error;
  Begun begun;  // while the place is open
};

// 8 kHz, 16 bits, one channel (RIFF WAVE): silence of that length.
std::string wav(base::Duration length) {
  const auto samples = static_cast<std::uint32_t>(base::to_ms(length) * 8);
  std::string text = "RIFF....WAVEfmt ....................data....";
  const auto set = [&](std::size_t at, std::uint32_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) text[at + i] = static_cast<char>(value >> 8 * i);
  };
  set(4, 36 + 2 * samples, 4);
  set(16, 16, 4);
  set(20, 1, 2);
  set(22, 1, 2);
  set(24, 8000, 4);
  set(28, 16'000, 4);
  set(32, 2, 2);
  set(34, 16, 2);
  set(40, 2 * samples, 4);
  return text + std::string(2 * samples, '\0');
}

class HttpPostEndpointTest : public pipeline::test::ShardTest {
 protected:
  HttpPostEndpointTest() {
    configuration.uploads = intake;
    shard.reach_by(
        [this](std::function<void(pipeline::Shard&)> command) { commands.push_back(std::move(command)); });
    shard.give_compute({.executor = compute,
                        .io = io,
                        .post_back =
                            [this](std::function<void(pipeline::Shard&)> task) {
                              commands.push_back(std::move(task));
                              return true;
                            },
                        .clock = [this] { return shard.now(); }});
  }
  ~HttpPostEndpointTest() override { shard.release_all(); }

  pipeline::ApiResult<void> make(int disconnection_timeout = 2) {
    return shard.objects().create(kHttpPostEndpointClass, "post",
                                  {Value("pipe"), disconnection_timeout, false});
  }
  std::shared_ptr<TestUpload> begin() {
    auto upload = std::make_shared<TestUpload>();
    EXPECT_TRUE(intake->begun);
    intake->begun(upload);
    run_commands();
    return upload;
  }
  void run_commands() {
    for (; !commands.empty(); commands.pop_front()) commands.front()(shard);
  }
  // All that happens until then.
  void pass(base::Duration time) {
    const base::Instant end = now() + time;
    for (int rounds = 0; rounds < 100'000; ++rounds) {
      io->run_all();
      compute->run_all();
      if (!commands.empty()) {
        run_commands();
        continue;
      }
      if (shard.deadline() > end) break;
      shard.set_now(std::max(now(), shard.deadline()));
      shard.advance(now());
    }
    shard.set_now(end);
  }

  const std::shared_ptr<TestIntake> intake = std::make_shared<TestIntake>();
  const std::shared_ptr<kaskado::test::ManualExecutor> compute =
      std::make_shared<kaskado::test::ManualExecutor>();
  const std::shared_ptr<kaskado::test::ManualExecutor> io = std::make_shared<kaskado::test::ManualExecutor>();
  std::deque<std::function<void(pipeline::Shard&)>> commands;
};

const Texts kPlaying{"MediaFlowOutStateChanged FLOWING AUDIO",
                     "MediaTranscodingStateChanged NOT_TRANSCODING AUDIO"};

TEST_F(HttpPostEndpointTest, HasAnAddress) {
  ASSERT_TRUE(make());
  auto& endpoint = dynamic_cast<HttpPostEndpoint&>(*shard.objects().find("post"));
  EXPECT_EQ(endpoint.get_url().value(), "http://192.0.2.1:9091/one");
  EXPECT_TRUE(take_events("post").empty());
}

TEST_F(HttpPostEndpointTest, CannotBeMadeWhereNoUploadsAreTaken) {
  intake->error = "No upload can be taken: the port is taken";
  const auto refused = make();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "No upload can be taken: the port is taken");
  configuration.uploads = nullptr;
  EXPECT_EQ(make().error().message, "This server takes no uploads");
}

TEST_F(HttpPostEndpointTest, PlaysAFileAtItsOwnSpeed) {
  ASSERT_TRUE(make());
  const auto upload = begin();
  EXPECT_EQ(take_events("post"), Texts{"MediaSessionStarted"});
  upload->pipe->write(base::as_bytes(wav(2s)));
  upload->pipe->finish();
  pass(1500ms);
  EXPECT_TRUE(upload->accepted);
  EXPECT_EQ(take_events("post"), kPlaying);
  pass(1s);
  EXPECT_EQ(take_events("post"),
            (Texts{"MediaFlowOutStateChanged NOT_FLOWING AUDIO", "EndOfStream", "MediaSessionTerminated"}));
  EXPECT_EQ(upload->refusal, "");
}

TEST_F(HttpPostEndpointTest, RefusesWhatIsNoMedia) {
  ASSERT_TRUE(make());
  const auto upload = begin();
  upload->pipe->write(base::as_bytes(std::string(5000, 'x')));
  upload->pipe->finish();
  pass(1s);
  EXPECT_FALSE(upload->accepted);
  EXPECT_TRUE(upload->refusal.starts_with("This is no file that can be played while it comes: "))
      << upload->refusal;
  EXPECT_EQ(take_events("post"), (Texts{"MediaSessionStarted", "Error"}));
  EXPECT_TRUE(intake->begun);
  pass(2s);
  EXPECT_EQ(take_events("post"), Texts{"MediaSessionTerminated"});
  EXPECT_FALSE(intake->begun);
}

TEST_F(HttpPostEndpointTest, EndsTheSessionOfAFileThatBrokeOff) {
  ASSERT_TRUE(make(5));
  const auto upload = begin();
  upload->pipe->write(base::as_bytes(wav(2s).substr(0, 3000)));
  upload->broken_off = true;
  upload->pipe->fail("the client broke off");
  pass(4900ms);
  EXPECT_TRUE(intake->begun);
  pass(1s);
  EXPECT_FALSE(intake->begun);
  const Texts told = take_events("post");
  EXPECT_EQ(told.front(), "MediaSessionStarted");
  EXPECT_EQ(told.back(), "MediaSessionTerminated");
  EXPECT_EQ(std::ranges::count(told, "EndOfStream"), 0);
  EXPECT_EQ(std::ranges::count(told, "Error"), 0);
}

TEST_F(HttpPostEndpointTest, TakesAFileThatBrokeOffAgain) {
  ASSERT_TRUE(make(5));
  const auto broken = begin();
  broken->broken_off = true;
  broken->pipe->fail("the client broke off");
  pass(4s);
  const auto upload = begin();
  upload->pipe->write(base::as_bytes(wav(3s)));
  upload->pipe->finish();
  pass(2s);
  EXPECT_TRUE(intake->begun);
  Texts told = take_events("post");
  EXPECT_EQ(told.front(), "MediaSessionStarted");
  told.erase(told.begin());
  EXPECT_EQ(told, kPlaying);
  pass(2s);
  EXPECT_EQ(take_events("post"),
            (Texts{"MediaFlowOutStateChanged NOT_FLOWING AUDIO", "EndOfStream", "MediaSessionTerminated"}));
}

TEST_F(HttpPostEndpointTest, ClosesItsAddressWithItself) {
  ASSERT_TRUE(make());
  const auto upload = begin();
  shard.objects().release("post");
  EXPECT_FALSE(intake->begun);
  EXPECT_EQ(take_events("post"), (Texts{"MediaSessionStarted", "MediaSessionTerminated"}));
  pass(1s);
}

}  // namespace
}  // namespace kaskado::elements
