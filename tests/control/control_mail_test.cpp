#include "control/control_mail.hpp"

#include <gtest/gtest.h>

namespace kaskado::control {
namespace {

TEST(ControlMail, SendsWhatARoundHasAddedTogetherAndInOrder) {
  std::vector<std::vector<ControlMail::Task>> posts;
  ControlMail mail([&](std::vector<ControlMail::Task> tasks) { posts.push_back(std::move(tasks)); });
  std::vector<int> ran;
  mail.send();
  EXPECT_TRUE(posts.empty()) << "nobody is woken for nothing";

  for (int i = 0; i < 3; ++i) mail.add([&ran, i] { ran.push_back(i); });
  EXPECT_TRUE(posts.empty());
  mail.send();
  mail.add([&ran] { ran.push_back(3); });
  mail.send();
  mail.send();
  ASSERT_EQ(posts.size(), 2u);
  EXPECT_EQ(posts[0].size(), 3u);
  for (const auto& tasks : posts)
    for (const auto& task : tasks) task();
  EXPECT_EQ(ran, (std::vector<int>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace kaskado::control
