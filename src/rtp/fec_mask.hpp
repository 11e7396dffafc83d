// Which of the packets from a base number on a FEC packet speaks of.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace kaskado::rtp {

class FecMask {
 public:
  static constexpr std::size_t kBits = 128;  // FlexFEC's longest mask has 109

  // `place` is below kBits.
  void set(std::size_t place) { words_[place / 64] |= bit(place); }
  void clear(std::size_t place) { words_[place / 64] &= ~bit(place); }
  bool has(std::size_t place) const { return words_[place / 64] & bit(place); }

  bool empty() const { return (words_[0] | words_[1]) == 0; }
  std::size_t count() const {
    return static_cast<std::size_t>(std::popcount(words_[0]) + std::popcount(words_[1]));
  }
  // Of a mask that is not empty.
  std::size_t first() const {
    return static_cast<std::size_t>(words_[0] != 0 ? std::countr_zero(words_[0])
                                                   : 64 + std::countr_zero(words_[1]));
  }
  std::size_t last() const {
    return static_cast<std::size_t>(words_[1] != 0 ? 127 - std::countl_zero(words_[1])
                                                   : 63 - std::countl_zero(words_[0]));
  }
  // Ascending.
  template <typename Visit>
  void each(Visit visit) const {
    for (std::size_t word = 0; word < words_.size(); ++word) {
      for (std::uint64_t left = words_[word]; left != 0; left &= left - 1)
        visit(word * 64 + static_cast<std::size_t>(std::countr_zero(left)));
    }
  }

  FecMask& operator|=(const FecMask& other) {
    for (std::size_t word = 0; word < words_.size(); ++word) words_[word] |= other.words_[word];
    return *this;
  }
  bool operator==(const FecMask&) const = default;

 private:
  static constexpr std::uint64_t bit(std::size_t place) { return std::uint64_t{1} << place % 64; }

  std::array<std::uint64_t, 2> words_{};
};

}  // namespace kaskado::rtp
