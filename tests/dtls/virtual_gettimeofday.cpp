#include "virtual_gettimeofday.hpp"

#include <sys/time.h>

namespace {

constexpr std::int64_t kFirstDay_s = 1'800'000'000;
std::int64_t virtual_us = 0;

}  // namespace

// libssl calls it by name, and finds this one before the C library's.
extern "C" [[gnu::visibility("default")]] int gettimeofday(timeval* time, void*) noexcept {
  time->tv_sec = kFirstDay_s + virtual_us / 1'000'000;
  time->tv_usec = virtual_us % 1'000'000;
  return 0;
}

void kaskado::dtls::set_virtual_gettimeofday(base::Instant now) {
  virtual_us = base::to_us(now.time_since_epoch());
}
