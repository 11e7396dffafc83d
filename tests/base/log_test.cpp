#include "base/log.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <regex>

namespace kaskado::base {
namespace {

LogComponent component_under_test("logtest");

struct Captured : LogSink {
  Captured() { set_log_sink(this); }
  ~Captured() override {
    set_log_sink(nullptr);
    (void)set_log_filters("3");
  }
  void write(std::string_view line) override { text += line; }
  std::string text;
};

TEST(Log, FieldOrderIsKurentos) {
  Captured captured;
  LOG_WARNING(component_under_test, "hello %d", 5);
  EXPECT_TRUE(std::regex_match(captured.text,
                               std::regex("[0-9-]{10}T[0-9:.]{15}Z +\\d+ +\\d+ warning logtest +log_test.cpp:\\d+ \\w+\\(\\) hello 5\n")))
      << captured.text;
}

TEST(Log, FiltersByComponentAndLevel) {
  Captured captured;
  ASSERT_TRUE(set_log_filters("1,logt*:5"));
  LOG_DEBUG(component_under_test, "seen");
  ASSERT_TRUE(set_log_filters("5,logtest:1"));
  LOG_DEBUG(component_under_test, "unseen");
  EXPECT_NE(captured.text.find(" seen"), std::string::npos);
  EXPECT_EQ(captured.text.find("unseen"), std::string::npos);
}

TEST(Log, BadFilterIsAnErrorThatNamesIt) {
  const auto result = set_log_filters("3,ice:loud");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("'loud'"), std::string::npos);
}

TEST(Log, ALineBreakInTheMessageCannotForgeALine) {
  Captured captured;
  LOG_ERROR(component_under_test, "%s", "a\nb\r\x1b[31m");
  EXPECT_EQ(captured.text.find('\n'), captured.text.size() - 1);
  EXPECT_EQ(captured.text.find('\x1b'), std::string::npos);
}

TEST(RotatingFile, KeepsTheNewestFilesOnly) {
  char directory[] = "/tmp/kaskado-log-XXXXXX";
  ASSERT_NE(mkdtemp(directory), nullptr);
  auto log = RotatingFile::open(directory, 10, 3);
  ASSERT_TRUE(log) << log.error().message;
  for (int i = 0; i < 9; ++i) (*log)->write("12345678\n");
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) files += entry.file_size() == 9;
  EXPECT_EQ(files, 3);
  std::filesystem::remove_all(directory);
}

TEST(RotatingFile, OpenedAgainLeavesWhatWasMovedAway) {
  namespace fs = std::filesystem;
  char directory[] = "/tmp/kaskado-log-XXXXXX";
  ASSERT_NE(mkdtemp(directory), nullptr);
  const fs::path current = fs::path(directory) / "kaskado.log";
  const fs::path moved = fs::path(directory) / "kaskado.log.1";
  auto log = RotatingFile::open(directory, 1000, 3);
  ASSERT_TRUE(log) << log.error().message;
  set_log_sink(log->get());
  (*log)->write("1\n");
  fs::rename(current, moved);
  (*log)->write("22\n");
  reopen_log();
  (*log)->write("333\n");
  set_log_sink(nullptr);
  EXPECT_EQ(fs::file_size(moved), 5u);
  EXPECT_EQ(fs::file_size(current), 4u);
  fs::remove_all(directory);
}

}  // namespace
}  // namespace kaskado::base
