#include "loop/processors.hpp"

#include <sched.h>

#include <memory>

namespace kaskado::loop {

namespace {

// More than any kernel is configured for.
constexpr int kMostProcessors = 1 << 16;

struct FreeSet {
  void operator()(cpu_set_t* set) const { CPU_FREE(set); }
};

}  // namespace

std::vector<int> usable_processors() {
  std::vector<int> processors;
  // The kernel refuses a set that is too small for its own (sched_getaffinity(2)).
  for (int room = CPU_SETSIZE; room <= kMostProcessors && processors.empty(); room *= 2) {
    const std::unique_ptr<cpu_set_t, FreeSet> set(CPU_ALLOC(static_cast<std::size_t>(room)));
    const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(room));
    if (!set || sched_getaffinity(0, bytes, set.get()) != 0) continue;
    for (int i = 0; i < room; ++i)
      if (CPU_ISSET_S(static_cast<std::size_t>(i), bytes, set.get())) processors.push_back(i);
  }
  if (processors.empty()) processors.push_back(0);
  return processors;
}

}  // namespace kaskado::loop
