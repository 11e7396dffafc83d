// Which packet indices of one source were taken already (RFC 3711 §3.3.2), as a ring of bitmap words: moving
// on clears whole words and shifts nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace kaskado::srtp {

// Remembers the kIndices newest indices, at least; what is older counts as taken.
template <std::size_t Words>
class ReplayWindow {
  static_assert(Words >= 3 && (Words & (Words - 1)) == 0, "two words past 64 indices, and a power of two");

 public:
  // One word less than there are, since the newest one is only partly used.
  static constexpr std::size_t kIndices = (Words - 1) * 64;

  ReplayWindow() = default;
  // A window that goes on from `highest` and counts everything up to it as taken.
  static ReplayWindow resumed(std::uint64_t highest) {
    ReplayWindow window;
    window.started_ = true;
    window.highest_ = highest;
    window.words_.fill(~std::uint64_t{0});
    // Bits of the newest word that are still to come.
    window.word(highest) = ~std::uint64_t{0} >> (63 - highest % 64);
    return window;
  }

  bool started() const { return started_; }
  std::uint64_t highest() const { return highest_; }

  bool was_taken(std::uint64_t index) const {
    if (!started_ || index > highest_) return false;
    if (highest_ - index >= kIndices) return true;
    return words_[index / 64 % Words] >> (index % 64) & 1;
  }

  // Only for an index that was not taken.
  void take(std::uint64_t index) {
    if (!started_ || index > highest_) move_to(index);
    word(index) |= std::uint64_t{1} << (index % 64);
  }

 private:
  std::uint64_t& word(std::uint64_t index) { return words_[index / 64 % Words]; }

  void move_to(std::uint64_t index) {
    const std::uint64_t from = highest_ / 64;
    const std::uint64_t steps = started_ ? std::min<std::uint64_t>(index / 64 - from, Words) : Words;
    for (std::uint64_t step = 1; step <= steps; ++step) words_[(index / 64 - steps + step) % Words] = 0;
    highest_ = index;
    started_ = true;
  }

  std::array<std::uint64_t, Words> words_{};
  std::uint64_t highest_ = 0;
  bool started_ = false;
};

// The index that a sequence number most likely stands for, given the highest index so far (RFC 3711
// §3.3.1). Before the first rollover there is nothing to go back to, so a packet is then ahead.
inline std::uint64_t estimate_index(std::uint64_t highest, std::uint16_t sequence) {
  const std::uint64_t rollover = highest >> 16;
  const auto last = static_cast<std::int32_t>(highest & 0xffff);
  const std::int32_t ahead = std::int32_t{sequence} - last;
  if (last < 0x8000 && ahead > 0x8000 && rollover > 0) return (rollover - 1) << 16 | sequence;
  if (last >= 0x8000 && last - 0x8000 > std::int32_t{sequence}) return (rollover + 1) << 16 | sequence;
  return rollover << 16 | sequence;
}

}  // namespace kaskado::srtp
