// Bytes that come in piece by piece on one thread, as an upload does, and are read on another.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "container/byte_source.hpp"

namespace kaskado::container {

// Holds so much and no more: the writer keeps the rest and goes on when there is room again.
class BytePipe final : public ByteSource {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{1} << 20;

  // `tell_room` is called on the reader's thread when a writer that was told 0 or less than it gave can go
  // on, once for each such time; it does not wait.
  explicit BytePipe(std::function<void()> tell_room, std::size_t most_bytes = kMostBytes);

  // The writer's thread; neither waits. How many bytes were taken: fewer when it is full, and all of them, to
  // nowhere, once nobody reads any more.
  std::size_t write(base::Bytes bytes);
  // No more comes: what is in it is read to the end.
  void finish();
  // No more comes, and the reader is told why, behind what is in it.
  void fail(std::string reason);
  // Whether the reader has gone: the writer may stop.
  bool interrupted() const;

  base::Result<std::size_t> read(base::MutableBytes room) override;
  void interrupt() override;

 private:
  const std::function<void()> tell_room_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // All under the mutex.
  std::vector<std::uint8_t> bytes_;  // a ring of most_bytes, allocated with the first write
  const std::size_t most_bytes_;
  std::size_t begin_ = 0;
  std::size_t filled_ = 0;
  bool writer_waits_ = false;
  bool finished_ = false;
  bool interrupted_ = false;
  std::optional<std::string> failure_;
};

}  // namespace kaskado::container
