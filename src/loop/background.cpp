#include "loop/background.hpp"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace kaskado::loop {

namespace {

constexpr int kNicer = 5;

}  // namespace

void stand_back(const char* name, std::span<const int> processors, int niceness) {
  pthread_setname_np(pthread_self(), name);
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int processor : processors) {
    if (processor < CPU_SETSIZE) CPU_SET(static_cast<std::size_t>(processor), &set);
  }
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
  const sched_param none{};
  pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
}

int background_niceness() {
  return std::min(getpriority(PRIO_PROCESS, 0) + kNicer, 19);
}

}  // namespace kaskado::loop
