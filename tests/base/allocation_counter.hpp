// How often the executable has called operator new, which allocation_counter.cpp replaces.
#pragma once

#include <cstddef>

namespace kaskado::base::test {

extern std::size_t allocations;

}  // namespace kaskado::base::test
