// The tests' time, which begins at no round number.
#pragma once

#include "base/time.hpp"

namespace kaskado::media::test {

inline base::Instant at(base::Duration time) {
  return base::Instant{std::chrono::hours{1}} + time;
}

}  // namespace kaskado::media::test
