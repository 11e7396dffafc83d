#include "control/process_usage.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <memory>
#include <thread>

namespace kaskado::control {

base::Duration process_cpu_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

std::int64_t resident_bytes() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "re"),
                                                             &std::fclose);
  long long all_pages = 0, resident_pages = 0;
  if (!file || std::fscanf(file.get(), "%lld %lld", &all_pages, &resident_pages) != 2) return 0;
  return resident_pages * sysconf(_SC_PAGESIZE);
}

int processor_count() {
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

void CpuMeter::sample(base::Instant now, base::Duration cpu_time) {
  if (samples_.full()) samples_.pop();
  samples_.push({now, cpu_time});
}

double CpuMeter::percent(base::Instant now, base::Duration cpu_time, base::Duration interval,
                         int processors) const {
  if (samples_.empty()) return 0.0;
  std::size_t from = 0;
  for (std::size_t i = 1; i < samples_.size() && samples_[i].at + interval <= now; ++i) from = i;
  const base::Duration passed = now - samples_[from].at;
  if (passed <= base::Duration::zero()) return 0.0;
  const double busy = base::to_seconds(cpu_time - samples_[from].cpu_time) / base::to_seconds(passed);
  return 100.0 * busy / processors;
}

}  // namespace kaskado::control
