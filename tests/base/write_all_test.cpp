#include "base/write_all.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/nameless_file.hpp"

namespace kaskado::base {
namespace {

TEST(WriteAll, GoesOnWhereAPipeTakesAPartOnly) {
  std::array<int, 2> ends;
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const std::vector<std::uint8_t> sent(1 << 20, 7);
  std::size_t came = 0;
  std::thread reader([&] {
    std::array<std::uint8_t, 5000> room;
    for (ssize_t count; (count = read(ends[0], room.data(), room.size())) > 0;) came += static_cast<std::size_t>(count);
  });
  EXPECT_EQ(write_all(ends[1], sent), 0);
  close(ends[1]);
  reader.join();
  EXPECT_EQ(came, sent.size());
  close(ends[0]);
}

TEST(WriteAll, TellsWhatStoppedIt) {
  const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);
  std::uint64_t at = 5;
  EXPECT_EQ(write_all(full, as_bytes("text")), ENOSPC);
  EXPECT_EQ(write_all_at(full, as_bytes("text"), at), ENOSPC);
  EXPECT_EQ(at, 5u);
  close(full);
  EXPECT_EQ(write_all(-1, as_bytes("text")), EBADF);
  EXPECT_EQ(write_all(-1, {}), 0) << "nothing is written anywhere";
}

TEST(WriteAll, WritesAtAPlaceAndMovesIt) {
  const auto file = open_nameless_file(std::filesystem::temp_directory_path().string());
  ASSERT_TRUE(file);
  std::uint64_t at = 3;
  EXPECT_EQ(write_all_at(*file, as_bytes("abc"), at), 0);
  EXPECT_EQ(at, 6u);
  std::array<char, 6> content;
  EXPECT_EQ(pread(*file, content.data(), content.size(), 0), 6);
  EXPECT_EQ(std::string_view(content.data() + 3, 3), "abc");
  close(*file);
}

}  // namespace
}  // namespace kaskado::base
