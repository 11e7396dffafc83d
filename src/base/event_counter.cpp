#include "base/event_counter.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace kaskado::base {

namespace {

int open_counter() {
  const int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return descriptor;
}

}  // namespace

EventCounter::EventCounter() : descriptor_(open_counter()) {}

EventCounter::~EventCounter() { close(descriptor_); }

void EventCounter::add() { eventfd_write(descriptor_, 1); }

void EventCounter::take() {
  eventfd_t count;
  eventfd_read(descriptor_, &count);
}

}  // namespace kaskado::base
