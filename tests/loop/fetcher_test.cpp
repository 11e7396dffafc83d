#include "loop/fetcher.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>

namespace kaskado::loop {
namespace {

class FetcherTest : public testing::Test {
 protected:
  FetcherTest() {
    std::string name = (std::filesystem::temp_directory_path() / "kaskado-XXXXXX").string();
    directory = mkdtemp(name.data());
  }
  ~FetcherTest() override { std::filesystem::remove_all(directory); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(directory / name) << text;
    return (directory / name).string();
  }
  static std::string read(Fetcher& fetcher, const std::string& address) {
    std::promise<std::string> read;
    fetcher.fetch(address, [&](base::Result<Fetcher::Bytes> result) {
      read.set_value(result ? std::string(result->begin(), result->end())
                            : "error: " + result.error().message);
    });
    return read.get_future().get();
  }

  std::filesystem::path directory;
};

TEST_F(FetcherTest, ReadsFiles) {
  Fetcher fetcher;
  const std::string path = write("a b%.txt", "text");
  EXPECT_EQ(read(fetcher, path), "text");
  EXPECT_EQ(read(fetcher, "file://" + write("plain", "more")), "more");
  EXPECT_EQ(read(fetcher, write("empty", "")), "");
}

TEST_F(FetcherTest, NamesWhatCannotBeRead) {
  Fetcher fetcher;
  const std::string path = (directory / "nothing").string();
  EXPECT_EQ(read(fetcher, path).find("error: '" + path + "' cannot be read: "), 0u) << read(fetcher, path);
  // Nobody listens on the port for multiplexing by name (RFC 1078).
  EXPECT_EQ(read(fetcher, "http://127.0.0.1:1/").find("error: 'http://127.0.0.1:1/' cannot be read: "), 0u);
}

TEST_F(FetcherTest, ReadsNoMoreThanItMay) {
  Fetcher fetcher({.most_bytes = 5});
  EXPECT_EQ(read(fetcher, write("five", "12345")), "12345");
  const std::string path = write("six", "123456");
  EXPECT_EQ(read(fetcher, path), "error: '" + path + "' cannot be read: it is larger than 5 bytes");
}

TEST_F(FetcherTest, TakesOnlyAddressesThatItKnows) {
  Fetcher fetcher;
  for (const char* address : {"", "image.png", "ftp://host/file", "file://host/file", "gopher://x", "../x"}) {
    EXPECT_NE(
        read(fetcher, address).find("is neither an http:, https: or file: address nor an absolute path"),
        std::string::npos)
        << address;
  }
}

TEST_F(FetcherTest, ReadsManyInTurn) {
  Fetcher fetcher({.most_at_once = 2});
  const std::string path = write("file", "text");
  std::promise<void> all;
  std::atomic<int> left = 40;
  for (int i = 0; i < 40; ++i) {
    fetcher.fetch(path, [&](const base::Result<Fetcher::Bytes>& result) {
      EXPECT_TRUE(result.ok());
      if (--left == 0) all.set_value();
    });
  }
  all.get_future().get();
}

TEST_F(FetcherTest, RefusesMoreThanMayWait) {
  Fetcher fetcher({.most_waiting = 0});
  EXPECT_NE(read(fetcher, "/etc/hostname").find("too much is being read already"), std::string::npos);
}

TEST_F(FetcherTest, EndsWithWhatItReads) {
  const std::string path = write("file", "text");
  Fetcher fetcher;
  for (int i = 0; i < 100; ++i) fetcher.fetch(path, [](const base::Result<Fetcher::Bytes>&) {});
}

}  // namespace
}  // namespace kaskado::loop
