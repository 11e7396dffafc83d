// Recordings as files: where they may be, and what is left of them.
#include "media/recording/file_target.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/bytes.hpp"

namespace kaskado::media {
namespace {

namespace fs = std::filesystem;

class FileTargetTest : public testing::Test {
 protected:
  FileTargetTest() {
    std::string name = (fs::temp_directory_path() / "kaskado-XXXXXX").string();
    folder = mkdtemp(name.data());
    fs::create_directories(folder / "root/inner");
    fs::create_directories(folder / "other");
  }
  ~FileTargetTest() override { fs::remove_all(folder); }

  std::string path(const std::string& name) const { return (folder / name).string(); }
  static std::string content(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  bool opens(const std::string& name) { return open_file_target(path(name), {path("root")}).ok(); }

  fs::path folder;
};

TEST_F(FileTargetTest, WritesAndSeeks) {
  auto target = open_file_target(path("a.webm"));
  ASSERT_TRUE(target.ok());
  EXPECT_TRUE((*target)->write(base::as_bytes("0123456789")).ok());
  EXPECT_TRUE((*target)->seek(3).ok());
  EXPECT_TRUE((*target)->write(base::as_bytes("abc")).ok());
  bool kept = false;
  (*target)->close([&](const base::Result<void>& result) { kept = result.ok(); });
  EXPECT_TRUE(kept);
  EXPECT_EQ(content(path("a.webm")), "012abc6789");
}

TEST_F(FileTargetTest, BeginsAnew) {
  std::ofstream(path("a.webm")) << "what was there before";
  ASSERT_TRUE(open_file_target(path("a.webm")).ok());
  EXPECT_EQ(content(path("a.webm")), "");
}

TEST_F(FileTargetTest, SaysWhatIsWrong) {
  const auto missing = open_file_target(path("nowhere/a.webm"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().message,
            "'" + path("nowhere/a.webm") + "' cannot be written: No such file or directory");
  EXPECT_FALSE(open_file_target(path("other")).ok());
  EXPECT_FALSE(open_file_target("/dev/null").ok());
}

TEST_F(FileTargetTest, StaysWithinItsRoots) {
  EXPECT_TRUE(opens("root/a.webm"));
  EXPECT_TRUE(opens("root/inner/a.webm"));
  EXPECT_TRUE(opens("root/inner/../b.webm"));
  EXPECT_FALSE(opens("other/a.webm"));
  EXPECT_FALSE(opens("root/../other/a.webm"));
  EXPECT_FALSE(opens("root2.webm"));
  EXPECT_FALSE(opens("root"));
  EXPECT_FALSE(fs::exists(path("other/a.webm")));
}

TEST_F(FileTargetTest, NoLinkLeadsOutOfTheRoots) {
  fs::create_directory_symlink(path("other"), path("root/link"));
  fs::create_symlink(path("other/target.webm"), path("root/file.webm"));
  fs::create_directory_symlink("inner", path("root/within"));
  EXPECT_FALSE(opens("root/link/a.webm"));
  EXPECT_FALSE(opens("root/file.webm"));
  EXPECT_TRUE(opens("root/within/a.webm"));
  EXPECT_FALSE(fs::exists(path("other/a.webm")));
  EXPECT_FALSE(fs::exists(path("other/target.webm")));
}

// As a full disk does: what does not fit is refused, and what there is ends with the last whole piece.
TEST_F(FileTargetTest, KeepsWholePiecesWhenThereIsNoMoreRoom) {
  auto target = open_file_target(path("a.webm"));
  ASSERT_TRUE(target.ok());
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto on_signal = std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = before;
  small.rlim_cur = 10;
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_TRUE((*target)->write(base::as_bytes("01234567")).ok());
  const auto full = (*target)->write(base::as_bytes("89abcd"));
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, on_signal);
  ASSERT_FALSE(full.ok());
  EXPECT_NE(full.error().message.find("cannot be written: "), std::string::npos);
  EXPECT_EQ(content(path("a.webm")), "01234567");
}

}  // namespace
}  // namespace kaskado::media
