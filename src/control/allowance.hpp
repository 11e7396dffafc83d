// How much somebody may use of what renews itself with time.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"

namespace kaskado::control {

// A second's worth may be taken at once. What is larger than that is given as well, as a debt: nothing more
// is then given before it is made good, so that in the long run nobody has more than the rate.
class Allowance {
 public:
  // False where there is none left; nothing is then taken. A rate of 0 stands for no bound.
  bool take(std::uint64_t amount, std::uint64_t per_second, base::Instant now) {
    if (per_second == 0) return true;
    const auto rate = static_cast<double>(per_second);
    const double passed_s = is_new_ ? 1 : std::chrono::duration<double>(now - last_).count();
    level_ = std::min(rate, level_ + passed_s * rate);
    last_ = now;
    is_new_ = false;
    if (level_ <= 0) return false;
    level_ -= static_cast<double>(amount);
    return true;
  }

 private:
  double level_ = 0;
  base::Instant last_{};
  bool is_new_ = true;
};

// Of one connection or session.
struct RequestAllowance {
  Allowance bytes;
  Allowance requests;
};

}  // namespace kaskado::control
