#include "loop/bell.hpp"

#include <uv.h>

#include <utility>

namespace kaskado::loop {

struct Bell::State {
  uv_async_t handle;
  std::function<void()> heard;
};

Bell::Bell(Loop& loop, std::function<void()> heard) : state_(new State{{}, std::move(heard)}) {
  uv_async_init(loop.raw(), &state_->handle,
                [](uv_async_t* handle) { static_cast<State*>(handle->data)->heard(); });
  state_->handle.data = state_;
}

Bell::~Bell() { close(); }

void Bell::ring() {
  const std::lock_guard lock(mutex_);
  if (state_) uv_async_send(&state_->handle);
}

void Bell::close() {
  const std::lock_guard lock(mutex_);
  if (!state_) return;
  uv_close(reinterpret_cast<uv_handle_t*>(&std::exchange(state_, nullptr)->handle),
           [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
}

}  // namespace kaskado::loop
