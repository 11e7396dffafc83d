#include "loop/descriptor_watch.hpp"

#include <uv.h>

#include <utility>

namespace kaskado::loop {

static_assert(DescriptorWatch::kReadable == UV_READABLE && DescriptorWatch::kWritable == UV_WRITABLE);

struct DescriptorWatch::State {
  uv_poll_t handle;
  std::function<void(int)> ready;
};

DescriptorWatch::DescriptorWatch(Loop& loop, int descriptor, std::function<void(int)> ready)
    : state_(new State{{}, std::move(ready)}) {
  uv_poll_init(loop.raw(), &state_->handle, descriptor);
  state_->handle.data = state_;
}

DescriptorWatch::~DescriptorWatch() {
  uv_poll_stop(&state_->handle);
  uv_close(reinterpret_cast<uv_handle_t*>(&state_->handle),
           [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
}

void DescriptorWatch::wait_for(int events) {
  if (events == 0) {
    uv_poll_stop(&state_->handle);
    return;
  }
  uv_poll_start(&state_->handle, events, [](uv_poll_t* handle, int status, int ready) {
    static_cast<State*>(handle->data)->ready(status < 0 ? kReadable | kWritable : ready);
  });
}

}  // namespace kaskado::loop
