// Which of a source's layers a viewer gets: the best that its path takes, without wavering.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/time.hpp"

namespace kaskado::pipeline {

// Bits per second of what a viewer may be sent. Receivers that estimate by themselves (REMB) do not tell of more than
// they get by much: what lies between may be tried. UINT64_MAX where nobody sets a bound.
struct Allowance {
  std::uint64_t told_bps = UINT64_MAX;
  std::uint64_t most_bps = UINT64_MAX;  // that may be tried; at least what is told
};

// Of one viewer. Goes down soon and up late; a trial that fails is repeated after twice the time.
class LayerChoice {
 public:
  static constexpr base::Duration kDownAfter = std::chrono::milliseconds{500};
  static constexpr base::Duration kUpAfter = std::chrono::milliseconds{1000};
  static constexpr base::Duration kFirstTrial = std::chrono::seconds{4};
  static constexpr base::Duration kLongestTrial = std::chrono::seconds{64};
  // A trial that has lasted so long has succeeded.
  static constexpr base::Duration kTrialHolds = std::chrono::seconds{8};
  // A layer is taken while it needs no more than this share of what is told, and taken up below the other.
  static constexpr double kStayShare = 1.1;
  static constexpr double kUpShare = 0.95;
  // Who is told of so many times what it gets may take more.
  static constexpr double kTrialRoom = 1.4;

  // `rates_bps` are the layers', ascending and one at least; `current` is the one that is sent. Gives the one to send from
  // now on.
  std::size_t choose(std::span<const std::uint64_t> rates_bps, std::optional<std::size_t> current, const Allowance& allowance,
                     base::Instant now);

 private:
  std::size_t go_down(std::span<const std::uint64_t> rates_bps, std::size_t current, std::size_t to, std::uint64_t told_bps,
                      base::Instant now);
  std::size_t try_more(std::span<const std::uint64_t> rates_bps, std::size_t current, const Allowance& allowance,
                       base::Instant now);

  std::optional<base::Instant> too_much_since_;
  std::optional<base::Instant> room_since_;
  std::optional<base::Instant> trial_room_since_;
  std::optional<base::Instant> tried_;
  base::Duration next_trial_ = kFirstTrial;
};

}  // namespace kaskado::pipeline
