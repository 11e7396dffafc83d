// Which of a feed's encoders of one codec a receiver shares: the slow have one of their own, so that they do not take
// its quality from the fast.
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace kaskado::pipeline {

// What others take of encoders, as far as the owner wishes to give it; 0 where nobody says.
struct SharedRates {
  std::uint64_t here_bps = 0;   // the most that another receiver of the same encoder takes
  std::uint64_t above_bps = 0;  // the same of the encoder that is one class faster
};

// Of one receiver. It moves where it would hold others back, or is held back, for some time; so it is no matter what
// rates a class has, and a receiver that is alone always stays where it is.
class BitrateClass {
 public:
  static constexpr int kClasses = 3;
  // Below this share of what others take it goes to a slower class, above the other back to a faster one.
  static constexpr double kSlowShare = 0.5;
  static constexpr double kFastShare = 0.65;
  static constexpr base::Duration kSlowFor = std::chrono::seconds{2};
  static constexpr base::Duration kFastFor = std::chrono::seconds{5};

  explicit BitrateClass(int value = 0) : value_(value) {}

  // 0 is the fastest.
  int value() const { return value_; }
  // A REMB has come. True where the class is another one now.
  bool receive(std::uint64_t bitrate_bps, const SharedRates& others, base::Instant now);

 private:
  int step_ = 0;  // that it is about to take
  base::Instant since_{};
  int value_;
};

}  // namespace kaskado::pipeline
