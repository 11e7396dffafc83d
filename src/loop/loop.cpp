#include "loop/loop.hpp"

#include <sys/prctl.h>
#include <time.h>
#include <uv.h>

#include <algorithm>
#include <utility>

#include "loop/coalescing.hpp"

namespace kaskado::loop {

namespace {

std::int64_t read_clock(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

void sleep_until(base::Instant when) {
  const std::int64_t ns = when.time_since_epoch().count();
  const timespec until{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

}  // namespace

base::Instant monotonic_now() { return base::Instant(base::Duration(read_clock(CLOCK_MONOTONIC))); }
base::WallTime wall_now() { return {read_clock(CLOCK_REALTIME)}; }
base::ClockAnchor clock_anchor() { return {monotonic_now(), wall_now()}; }

struct Loop::Hooks {
  void after_round(uv_loop_t* loop) {
    if (action) action();
    if (!coalescing.is_on()) return;
    reading = false;
    const base::Instant now = monotonic_now();
    const base::Instant next = coalescing.after_round(now);
    const bool is_busy = std::exchange(awake, false) || uv_backend_timeout(loop) == 0;
    if (next <= now || is_busy) return;
    sleep_until(next);
    uv_update_time(loop);  // how long the loop waits is counted from there
  }

  uv_prepare_t prepare;
  std::function<void()> action;
  Coalescing coalescing;
  bool reading = false;  // in this round
  bool awake = false;
};

Loop::Loop() : loop_(std::make_unique<uv_loop_s>()), hooks_(std::make_unique<Hooks>()) {
  uv_loop_init(loop_.get());
  uv_prepare_init(loop_.get(), &hooks_->prepare);
  hooks_->prepare.data = hooks_.get();
}

Loop::~Loop() {
  uv_close(reinterpret_cast<uv_handle_t*>(&hooks_->prepare), nullptr);
  // Handles of timers and ports that were closed before are freed in this last round.
  uv_run(loop_.get(), UV_RUN_DEFAULT);
  uv_loop_close(loop_.get());
}

void Loop::run() {
  // Sleeps of less than a millisecond would be prolonged by 50 us (prctl(2)).
  if (hooks_->coalescing.is_on()) prctl(PR_SET_TIMERSLACK, 1000);
  uv_run(loop_.get(), UV_RUN_DEFAULT);
}

void Loop::stop() { uv_stop(loop_.get()); }

void Loop::after_each_round(std::function<void()> action) {
  hooks_->action = std::move(action);
  start_hooks();
}

void Loop::start_hooks() {
  uv_prepare_start(&hooks_->prepare, [](uv_prepare_t* handle) {
    static_cast<Hooks*>(handle->data)->after_round(handle->loop);
  });
  uv_unref(reinterpret_cast<uv_handle_t*>(&hooks_->prepare));
}

void Loop::coalesce(base::Duration most) {
  hooks_->coalescing = Coalescing(most);
  start_hooks();
}

void Loop::stay_awake() {
  hooks_->awake = true;
}

void Loop::before_read() {
  if (!hooks_->coalescing.is_on() || std::exchange(hooks_->reading, true)) return;
  const base::Instant now = monotonic_now();
  const base::Duration wait = hooks_->coalescing.before_read(now);
  if (wait > base::Duration{}) sleep_until(now + wait);
}

void Loop::note_read(base::Instant now, std::uint32_t senders, std::uint32_t longest_run) {
  hooks_->coalescing.note_read(now, senders, longest_run);
}

struct Timer::State {
  uv_timer_t handle;
  std::function<void()> action;
  Timer* owner;
};

Timer::Timer(Loop& loop, std::function<void()> action) : state_(new State{{}, std::move(action), this}) {
  uv_timer_init(loop.raw(), &state_->handle);
  state_->handle.data = state_;
}

Timer::~Timer() {
  uv_close(reinterpret_cast<uv_handle_t*>(&state_->handle), [](uv_handle_t* handle) { delete static_cast<State*>(handle->data); });
}

void Timer::arm(base::Instant when) {
  armed_for_ = when;
  if (when == base::kNever) {
    uv_timer_stop(&state_->handle);
    return;
  }
  // libuv counts from its cached time; refresh it so that a long round does not make the timer early.
  uv_update_time(state_->handle.loop);
  const base::Duration left = std::max(when - monotonic_now(), base::Duration::zero());
  const auto left_ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  uv_timer_start(
      &state_->handle,
      [](uv_timer_t* handle) {
        auto* state = static_cast<State*>(handle->data);
        state->owner->armed_for_ = base::kNever;
        state->action();
      },
      static_cast<std::uint64_t>(left_ms), 0);
}

}  // namespace kaskado::loop
