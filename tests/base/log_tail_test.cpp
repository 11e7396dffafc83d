#include "base/log_tail.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/log.hpp"

namespace kaskado::base {
namespace {

std::string text_of(const LogTail& tail) {
  std::string text;
  tail.read([&](std::string_view piece) { text += piece; });
  return text;
}

TEST(LogTail, HasAllWhileThereIsRoom) {
  const auto tail = std::make_unique<LogTail>();
  EXPECT_EQ(text_of(*tail), "");
  tail->add("first\n");
  tail->add("second\n");
  EXPECT_EQ(text_of(*tail), "first\nsecond\n");
}

TEST(LogTail, KeepsTheNewestWholeLines) {
  const auto tail = std::make_unique<LogTail>();
  constexpr int kLines = 5000;
  for (int i = 0; i < kLines; ++i) tail->add("line " + std::to_string(i) + "\n");
  const std::string text = text_of(*tail);
  EXPECT_LE(text.size(), LogTail::kBytes);
  EXPECT_GT(text.size(), LogTail::kBytes - 20);
  EXPECT_TRUE(text.starts_with("line "));
  EXPECT_TRUE(text.ends_with("line 4998\nline 4999\n"));
}

TEST(LogTail, OfALineThatIsLargerIsItsEnd) {
  const auto tail = std::make_unique<LogTail>();
  tail->add("x\n");
  tail->add(std::string(2 * LogTail::kBytes, 'a') + "\nlast\n");
  EXPECT_EQ(text_of(*tail), "last\n");
}

LogComponent component("tailtest");

TEST(LogTail, HasWhatIsLogged) {
  LOG_WARNING(component, "for the tail");
  EXPECT_TRUE(text_of(log_tail()).ends_with("for the tail\n")) << text_of(log_tail());
}

}  // namespace
}  // namespace kaskado::base
