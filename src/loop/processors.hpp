// The machine's processors, as far as they are ours.
#pragma once

#include <vector>

namespace kaskado::loop {

// Those that the calling thread may run on, in ascending order: all of them, unless the operator has set
// fewer for the process (taskset(1), cpusets). Never empty.
std::vector<int> usable_processors();

}  // namespace kaskado::loop
