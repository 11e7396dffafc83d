// The backend over real shards, with their threads and their sockets on the loopback. Waits are on answers.
#include "control/shard_backend.hpp"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "dtls/certificate.hpp"
#include "elements/api.hpp"
#include "pipeline/api.hpp"

namespace kaskado::control {
namespace {

using pipeline::ApiResult;
using pipeline::Arguments;
using pipeline::ErrorCode;
using pipeline::Value;

// A class whose making fails as only a bug of the server's can.
const pipeline::ClassInfo kThrowingClass{
    .name = "Throwing",
    .module = "test",
    .namespace_ = "test",
    .parent = &pipeline::kMediaObjectClass,
    .constructor = {},
    .operations = {},
    .events = {},
    .create = [](const pipeline::Construction&, const Arguments&)
        -> ApiResult<std::unique_ptr<pipeline::MediaObject>> { throw std::out_of_range("beyond the end"); }};

// A class that prepares what its name asks for, off the shard.
ApiResult<pipeline::Prepared> prepare_by_id(const pipeline::ClassInfo&, const std::string& id,
                                            const Arguments&) {
  if (id == "thrown") throw std::runtime_error("out of memory");
  if (id == "refused")
    return pipeline::ApiError{ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "no such command"};
  return pipeline::Prepared(std::make_shared<std::thread::id>(std::this_thread::get_id()));
}

class PreparedObject final : public pipeline::MediaObject {
 public:
  explicit PreparedObject(const pipeline::Construction& construction)
      : MediaObject(construction, nullptr),
        elsewhere(*std::static_pointer_cast<std::thread::id>(construction.prepared) !=
                  std::this_thread::get_id()) {}
  const bool elsewhere;
  pipeline::Answer waiting;
};

PreparedObject& prepared_object(pipeline::MediaObject& object) {
  return dynamic_cast<PreparedObject&>(object);
}

const pipeline::ClassInfo kPreparedClass{
    .name = "Prepared",
    .module = "test",
    .namespace_ = "test",
    .parent = &pipeline::kMediaObjectClass,
    .constructor = {},
    .operations = {},
    .events = {},
    .create = [](const pipeline::Construction& construction,
                 const Arguments&) -> ApiResult<std::unique_ptr<pipeline::MediaObject>> {
      return std::unique_ptr<pipeline::MediaObject>(std::make_unique<PreparedObject>(construction));
    },
    .prepare = &prepare_by_id};

const pipeline::OperationInfo kWhereOperation{
    .name = "where", .run = [](pipeline::MediaObject& object, const Arguments&) -> ApiResult<Value> {
      return Value(prepared_object(object).elsewhere);
    }};
// Answered by the next one.
const pipeline::OperationInfo kWaitOperation{
    .name = "wait",
    .start = [](pipeline::MediaObject& object, const pipeline::OperationInfo&, const Arguments&,
                pipeline::Answer answer) { prepared_object(object).waiting = std::move(answer); }};

const pipeline::OperationInfo kThrowingOperation{
    .name = "throw", .run = [](pipeline::MediaObject&, const Arguments&) -> ApiResult<Value> {
      throw std::runtime_error("not this way");
    }};

// What is posted to the control thread, run by the test.
class ControlThread {
 public:
  void post(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    posted_.notify_one();
  }
  void run_one() {
    std::unique_lock lock(mutex_);
    posted_.wait(lock, [&] { return !tasks_.empty(); });
    const auto task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    task();
  }

 private:
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> tasks_;
};

std::unique_ptr<pipeline::ShardGroup> start_shards(int count) {
  auto configuration = std::make_shared<pipeline::MediaConfiguration>();
  configuration->offer_loopback = true;
  configuration->certificates.ecdsa =
      dtls::Certificate::generate(dtls::KeyType::ecdsa_p256, {1'800'000'000'000'000'000}).value();
  auto shards = pipeline::ShardGroup::start(count, configuration, [](std::size_t) {
    return pipeline::ShardListener{[](const pipeline::Event&) {}};
  });
  EXPECT_TRUE(shards.ok()) << shards.error().message;
  return std::move(shards).value();
}

class ShardBackendTest : public testing::Test {
 protected:
  ApiResult<void> create(const pipeline::ClassInfo& info, const std::string& id) {
    std::optional<ApiResult<void>> answered;
    backend.create({0, 0}, info, id, {}, [&](ApiResult<void> result) { answered = std::move(result); });
    control.run_one();
    return *answered;
  }
  ApiResult<Value> invoke(const std::string& id, const pipeline::OperationInfo& operation) {
    std::optional<ApiResult<Value>> answered;
    backend.invoke(0, id, operation, {}, [&](ApiResult<Value> result) { answered = std::move(result); });
    control.run_one();
    return *answered;
  }

  ControlThread control;
  const std::unique_ptr<pipeline::ShardGroup> shards = start_shards(2);
  ShardBackend backend{*shards, 0.7,
                       [this](std::size_t, std::function<void()> task) { control.post(std::move(task)); },
                       shards->compute()};
};

TEST_F(ShardBackendTest, WhatAClassPreparesIsPreparedOffTheShard) {
  ASSERT_TRUE(create(kPreparedClass, "made").ok());
  EXPECT_TRUE(*invoke("made", kWhereOperation)->boolean());
}

TEST_F(ShardBackendTest, WhatCannotBePreparedIsNotMade) {
  const auto refused = create(kPreparedClass, "refused");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "no such command");
  EXPECT_EQ(create(kPreparedClass, "thrown").error().message, "Internal error");
  EXPECT_EQ(invoke("refused", kWhereOperation).error().code, ErrorCode::MEDIA_OBJECT_NOT_FOUND);
  EXPECT_EQ(backend.shard_for_new_pipeline(), 0u) << "neither counts";
}

TEST_F(ShardBackendTest, WithoutAPoolNothingIsPrepared) {
  ShardBackend alone{*shards, 0.7,
                     [this](std::size_t, std::function<void()> task) { control.post(std::move(task)); }};
  std::optional<ErrorCode> code;
  alone.create({0, 0}, kPreparedClass, "made", {},
               [&](const ApiResult<void>& result) { code = result.error().code; });
  EXPECT_EQ(code, ErrorCode::NOT_ENOUGH_RESOURCES);
}

TEST_F(ShardBackendTest, OperationsOfOneObjectWaitForOneThatAnswersLater) {
  ASSERT_TRUE(create(kPreparedClass, "made").ok());
  std::string order;
  const auto later = [&](const std::string& name) {
    return [&order, name](const ApiResult<Value>& result) { order += name + (result ? " " : "! "); };
  };
  backend.invoke(0, "made", kWaitOperation, {}, later("wait"));
  backend.invoke(0, "made", kWhereOperation, {}, later("where"));
  backend.release(0, "made", [&](const ApiResult<std::vector<std::string>>&) { order += "gone"; });
  for (int i = 0; i < 3; ++i) control.run_one();
  EXPECT_EQ(order, "wait! where! gone");
}

// It ended the server, and everybody's sessions with it.
TEST_F(ShardBackendTest, ACommandThatThrowsIsAnsweredAndTheShardGoesOn) {
  const auto made = create(kThrowingClass, "thrown");
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, ErrorCode::UNEXPECTED_ERROR);
  EXPECT_EQ(made.error().message, "Internal error");
  ASSERT_TRUE(create(pipeline::kMediaPipelineClass, "pipeline").ok());
  const auto invoked = invoke("pipeline", kThrowingOperation);
  ASSERT_FALSE(invoked.ok());
  EXPECT_EQ(invoked.error().code, ErrorCode::UNEXPECTED_ERROR);
  EXPECT_TRUE(create(pipeline::kMediaPipelineClass, "another").ok());
}

// What was not made does not count as one.
TEST_F(ShardBackendTest, ACommandThatThrowsLeavesTheCountOfPipelines) {
  backend.create({0, 0}, kThrowingClass, "thrown", {},
                 [](ApiResult<void> result) { EXPECT_FALSE(result.ok()); });
  EXPECT_EQ(backend.shard_for_new_pipeline(), 1u);
  control.run_one();
  EXPECT_EQ(backend.shard_for_new_pipeline(), 0u);
}

// Elements of one pipeline on two threads, as the control plane handles them.
class SpreadPipeline : public ShardBackendTest {
 protected:
  static constexpr std::size_t kHome = 0, kOther = 1;

  bool create_endpoint(const std::string& id, std::size_t shard) {
    std::optional<ApiResult<void>> answered;
    backend.create({kHome, shard}, elements::kWebRtcEndpointClass, "pipe/" + id,
                   {Value("pipe"), false, false, false, "ECDSA", "NO_VALUE"},
                   [&](ApiResult<void> result) { answered = std::move(result); });
    while (!answered) control.run_one();
    return answered->ok();
  }
  Value call(std::size_t shard, const std::string& id, const char* operation, Arguments arguments) {
    std::optional<ApiResult<Value>> answered;
    backend.invoke(shard, "pipe/" + id, *elements::kWebRtcEndpointClass.find_operation(operation),
                   std::move(arguments), [&](ApiResult<Value> result) { answered = std::move(result); });
    while (!answered) control.run_one();
    EXPECT_TRUE(answered->ok()) << answered->error().message;
    return answered->ok() ? std::move(*answered).value() : Value();
  }
  std::vector<std::string> release(const std::string& id) {
    std::optional<ApiResult<std::vector<std::string>>> answered;
    backend.release(kHome, id, [&](auto result) { answered = std::move(result); });
    while (!answered) control.run_one();
    return std::move(*answered).value();
  }
  std::size_t connections(std::size_t shard, const std::string& id) {
    return call(shard, id, "getSourceConnections", {Value(), Value()}).array()->size();
  }
};

TEST_F(SpreadPipeline, IsConnectedAskedAndReleasedAsOne) {
  ASSERT_TRUE(create(pipeline::kMediaPipelineClass, "pipe").ok());
  ASSERT_TRUE(create_endpoint("publisher", kHome));
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(create_endpoint("viewer", kOther));
    call(kHome, "publisher", "connect", {Value("pipe/viewer"), Value(), Value(), Value()});
    EXPECT_EQ(connections(kOther, "viewer"), 3u);
    EXPECT_EQ(connections(kHome, "viewer"), 3u);
    EXPECT_FALSE(call(kOther, "viewer", "generateOffer", {Value()}).string()->empty());
    if (round % 2 == 0)
      call(kHome, "publisher", "disconnect", {Value("pipe/viewer"), Value(), Value(), Value()});
    EXPECT_EQ(release("pipe/viewer"), (std::vector<std::string>{"pipe/viewer"}));
  }
  ASSERT_TRUE(create_endpoint("viewer", kOther));
  EXPECT_EQ(release("pipe"), (std::vector<std::string>{"pipe/viewer", "pipe/publisher", "pipe"}));
}

TEST_F(SpreadPipeline, EndsWhileItStands) {
  ASSERT_TRUE(create(pipeline::kMediaPipelineClass, "pipe").ok());
  ASSERT_TRUE(create_endpoint("publisher", kHome));
  ASSERT_TRUE(create_endpoint("viewer", kOther));
  call(kHome, "publisher", "connect", {Value("pipe/viewer"), Value(), Value(), Value()});
}

// What operators ask for is true and of every shard.
TEST_F(SpreadPipeline, ShardsTellOfThemselves) {
  ASSERT_TRUE(create(pipeline::kMediaPipelineClass, "pipe").ok());
  ASSERT_TRUE(create_endpoint("publisher", kHome));
  ASSERT_TRUE(create_endpoint("viewer", kOther));
  std::optional<ApiResult<Value>> answered;
  backend.shard_statistics([&](ApiResult<Value> told) { answered = std::move(told); });
  while (!answered) control.run_one();
  ASSERT_TRUE(answered->ok());
  const pipeline::Array& told = *answered->value().array();
  ASSERT_EQ(told.size(), 2u);
  for (std::size_t i = 0; i < told.size(); ++i) {
    const pipeline::Object& shard = *told[i].object();
    EXPECT_EQ(*shard.find("shard")->integer(), static_cast<std::int64_t>(i));
    EXPECT_EQ(*shard.find("objects")->integer(), 3);
    EXPECT_GT(*shard.find("processorTime")->real(), 0);
    const pipeline::Object& commands = *shard.find("stages")->object()->find("command")->object();
    EXPECT_GE(*commands.find("count")->integer(), 2);
    EXPECT_GE(*commands.find("max")->real(), *commands.find("p50")->real());
    EXPECT_EQ(*shard.find("stages")->object()->find("batch")->object()->find("count")->integer(), 0);
    EXPECT_TRUE(shard.find("drops")->object()->members.empty());
    for (const char* name : {"packetsReceived", "packetsDiscarded", "packetsRecovered"}) EXPECT_EQ(*shard.find("fec")->object()->find(name)->integer(), 0);
  }
}

// Endpoints of a busy pipeline are made elsewhere, and nothing else is.
TEST_F(ShardBackendTest, OnlyEndpointsGoElsewhere) {
  ShardBackend spreading{*shards, 0,
                         [this](std::size_t, std::function<void()> task) { control.post(std::move(task)); }};
  EXPECT_EQ(spreading.shard_for_new_element(elements::kWebRtcEndpointClass, 0), 0u);
  EXPECT_EQ(spreading.shard_for_new_element(elements::kWebRtcEndpointClass, 0), 1u);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(spreading.shard_for_new_element(elements::kPassThroughClass, 0), 0u);
}

}  // namespace
}  // namespace kaskado::control
