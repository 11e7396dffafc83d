// The last of what was logged, for the report of a crash.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace kaskado::base {

// A ring of bytes: the oldest go when it is full. One thread at a time may add; reading takes no lock, and
// may see the line that is being written just then in part.
class LogTail {
 public:
  static constexpr std::size_t kBytes = 8192;

  void add(std::string_view line) {
    if (line.size() > kBytes) line.remove_prefix(line.size() - kBytes);
    const std::size_t begin = written_.load(std::memory_order_relaxed);
    const std::size_t first = std::min(line.size(), kBytes - begin % kBytes);
    std::memcpy(ring_.data() + begin % kBytes, line.data(), first);
    std::memcpy(ring_.data(), line.data() + first, line.size() - first);
    written_.store(begin + line.size(), std::memory_order_release);
  }

  // Calls `write` with what is there, oldest first, in at most two pieces that begin with a whole line.
  template <typename Write>
  void read(Write&& write) const {
    const std::size_t end = written_.load(std::memory_order_acquire);
    std::size_t begin = end > kBytes ? end - kBytes : 0;
    if (begin > 0) {
      while (begin < end && ring_[begin % kBytes] != '\n') ++begin;
      begin = std::min(begin + 1, end);
    }
    const std::size_t first = std::min(end - begin, kBytes - begin % kBytes);
    if (first > 0) write(std::string_view(ring_.data() + begin % kBytes, first));
    if (end - begin > first) write(std::string_view(ring_.data(), end - begin - first));
  }

 private:
  std::array<char, kBytes> ring_{};
  std::atomic<std::size_t> written_ = 0;
};

// Of all that goes to the log; log.cpp adds to it.
const LogTail& log_tail();

}  // namespace kaskado::base
