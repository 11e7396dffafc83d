#include "loop/bell.hpp"

#include <sys/eventfd.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace kaskado::loop {

namespace {

int open_counter() {
  const int counter = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (counter < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return counter;
}

}  // namespace

struct Bell::State {
  uv_poll_t handle;
  int counter;
  std::function<void()> heard;
};

Bell::Bell(Loop& loop, std::function<void()> heard)
    : counter_(open_counter()), state_(new State{{}, counter_, std::move(heard)}) {
  uv_poll_init(loop.raw(), &state_->handle, counter_);
  state_->handle.data = state_;
  uv_poll_start(&state_->handle, UV_READABLE, [](uv_poll_t* handle, int, int) {
    State& state = *static_cast<State*>(handle->data);
    eventfd_t rung;
    eventfd_read(state.counter, &rung);
    state.heard();
  });
}

Bell::~Bell() {
  close();
  ::close(counter_);
}

void Bell::ring() { eventfd_write(counter_, 1); }

void Bell::close() {
  if (!state_) return;
  State* const state = std::exchange(state_, nullptr);
  uv_poll_stop(&state->handle);
  uv_close(reinterpret_cast<uv_handle_t*>(&state->handle),
           [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
}

}  // namespace kaskado::loop
