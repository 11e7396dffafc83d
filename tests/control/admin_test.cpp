// What operators ask of the server itself.
#include "tests/control/fixture.hpp"

namespace kaskado::control_test {
namespace {

class Admin : public ControlTest {};

TEST_F(Admin, ShardsTellOfThemselvesWithoutASession) {
  const std::string request = R"({"jsonrpc":"2.0","id":1,"method":"kaskado.shardStatistics"})";
  backend.is_held = true;
  EXPECT_TRUE(exchange(kClient, request).empty());
  backend.is_held = false;
  const auto told = exchange(kClient, request);
  ASSERT_EQ(told.size(), 1u);
  const Value* shards = told[0].object()->find("result")->object()->find("shards");
  ASSERT_NE(shards, nullptr);
  EXPECT_TRUE(shards->array());
  EXPECT_EQ(told[0].object()->find("result")->object()->find("sessionId"), nullptr);
}

}  // namespace
}  // namespace kaskado::control_test
