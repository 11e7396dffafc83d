// How a thread stands back behind the shards.
#pragma once

#include <span>

namespace kaskado::loop {

// The calling thread, which begins as the one that started it (a shard's is pinned to its core): it may run
// on those processors, does not interrupt whoever runs there (SCHED_BATCH, sched(7)), and has that niceness
// (nice(2)). Where any of this is refused it is only less fair. `name` has 15 characters at the most.
void stand_back(const char* name, std::span<const int> processors, int niceness);

// Nicer than the calling thread by so much as the threads of the background are.
int background_niceness();

}  // namespace kaskado::loop
