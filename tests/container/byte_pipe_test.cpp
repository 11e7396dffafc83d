#include "container/byte_pipe.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <thread>
#include <vector>

namespace kaskado::container {
namespace {

using Content = std::vector<std::uint8_t>;

Content counted(std::size_t bytes) {
  Content content(bytes);
  std::iota(content.begin(), content.end(), std::uint8_t{0});
  return content;
}

Content read_some(BytePipe& pipe, std::size_t most) {
  Content room(most);
  const auto count = pipe.read(room);
  EXPECT_TRUE(count);
  room.resize(count ? *count : 0);
  return room;
}

TEST(BytePipe, GivesWhatWasWrittenInOrderAcrossItsEnd) {
  BytePipe pipe(nullptr, 10);
  const Content content = counted(14);
  const base::Bytes all(content);
  EXPECT_EQ(pipe.write(all.first(7)), 7u);
  EXPECT_EQ(read_some(pipe, 5), Content(content.begin(), content.begin() + 5));
  EXPECT_EQ(pipe.write(all.subspan(7)), 7u);
  EXPECT_EQ(read_some(pipe, 100), Content(content.begin() + 5, content.end()));
}

TEST(BytePipe, TakesNoMoreThanItHolds) {
  int told = 0;
  BytePipe pipe([&] { ++told; }, 10);
  const Content content = counted(16);
  EXPECT_EQ(pipe.write(content), 10u);
  EXPECT_EQ(pipe.write(content), 0u);
  EXPECT_EQ(read_some(pipe, 4).size(), 4u);
  EXPECT_EQ(told, 1);
  EXPECT_EQ(read_some(pipe, 4).size(), 4u);
  EXPECT_EQ(told, 1);  // nobody waits any more
}

TEST(BytePipe, EndsBehindWhatIsInIt) {
  BytePipe pipe(nullptr, 10);
  pipe.write(counted(3));
  pipe.finish();
  EXPECT_EQ(pipe.write(counted(3)), 3u);  // to nowhere
  EXPECT_EQ(read_some(pipe, 10).size(), 3u);
  EXPECT_EQ(read_some(pipe, 10).size(), 0u);
}

TEST(BytePipe, TellsTheReaderWhyItBrokeOff) {
  BytePipe pipe(nullptr, 10);
  pipe.write(counted(3));
  pipe.fail("the sender is gone");
  EXPECT_EQ(read_some(pipe, 10).size(), 3u);
  Content room(10);
  const auto end = pipe.read(room);
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().message, "the sender is gone");
}

TEST(BytePipe, AReaderThatWaitsCanBeInterrupted) {
  int told = 0;
  BytePipe pipe([&] { ++told; }, 4);
  pipe.write(counted(9));
  read_some(pipe, 1);
  pipe.write(counted(9));
  std::thread reader([&] {
    Content room(4);
    while (pipe.read(room)) {
    }
  });
  pipe.interrupt();
  reader.join();
  EXPECT_TRUE(pipe.interrupted());
  EXPECT_EQ(pipe.write(counted(9)), 9u);
  EXPECT_GE(told, 1);
}

TEST(BytePipe, HandsEveryByteFromThreadToThread) {
  constexpr std::size_t kBytes = 100'000;
  BytePipe pipe(nullptr, 1000);
  std::thread writer([&] {
    const Content content = counted(kBytes);
    base::Bytes rest(content);
    while (!rest.empty()) {
      rest = rest.subspan(pipe.write(rest.first(std::min<std::size_t>(rest.size(), 700))));
      std::this_thread::yield();
    }
    pipe.finish();
  });
  Content got;
  for (Content piece = read_some(pipe, 333); !piece.empty(); piece = read_some(pipe, 333))
    got.insert(got.end(), piece.begin(), piece.end());
  writer.join();
  EXPECT_EQ(got, counted(kBytes));
}

}  // namespace
}  // namespace kaskado::container
