// What the way between peers and server loses, in both directions: each datagram by a draw of its own, the
// same in every run with the same seed.
#pragma once

#include <cstdint>

#include "base/random.hpp"

namespace kaskado::bench {

class Loss {
 public:
  Loss() = default;
  // `share` of 1.
  Loss(double share, std::uint64_t seed) : share_(share), random_(seed) {}

  bool any() const { return share_ > 0; }
  // Whether the next datagram is lost.
  bool takes() { return any() && random_.unit() < share_; }

 private:
  double share_ = 0;
  base::SeededRandom random_{0};
};

}  // namespace kaskado::bench
