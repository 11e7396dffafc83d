// What must hold whatever the input. Not assert(): it is checked in every build.
#pragma once

#include <cstdlib>

namespace kaskado::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace kaskado::fuzz
