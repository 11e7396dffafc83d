// How late packets come, behind those that travelled fastest: what a buffer has to make up for.
#pragma once

#include <array>
#include <cstddef>

#include "base/time.hpp"

namespace kaskado::media {

// A histogram that forgets: packets of a minute ago weigh a twentieth of the newest. A quantile of it grows
// at once when packets come late and shrinks slowly.
class Lateness {
 public:
  static constexpr base::Duration kStep = std::chrono::milliseconds{5};
  static constexpr std::size_t kSteps = 200;  // up to a second; what is later counts as that

  // Negative counts as none.
  void add(base::Duration lateness, base::Instant now);
  // What `share` of the packets, 0 to 1, did not exceed, rounded up to a step; 0 where there were none.
  base::Duration quantile(double share) const;
  void reset() { *this = {}; }

 private:
  void forget(base::Instant now);

  std::array<float, kSteps> weights_{};
  float total_ = 0;
  base::Instant forgotten_at_{};
};

}  // namespace kaskado::media
