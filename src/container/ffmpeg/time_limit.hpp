// How long a call of libavformat may take: it asks again and again whether to go on.
#pragma once

extern "C" {
#include <libavformat/avio.h>
}

#include "container/demuxer.hpp"

namespace kaskado::container {

// The demuxer's own, at a place that stays.
class TimeLimit {
 public:
  explicit TimeLimit(const DemuxerSettings& settings)
      : clock_(settings.clock), cancellation_(settings.cancellation) {}

  void begin(base::Duration most) { deadline_ = clock_() + most; }
  // The goodbye, which is said although all else is cancelled.
  void begin_closing(base::Duration most) {
    cancellation_.reset();
    begin(most);
  }
  // What others let it wait for does not count.
  template <typename Wait>
  auto excuse(Wait wait) {
    const base::Instant begun = clock_();
    auto result = wait();
    deadline_ += clock_() - begun;
    return result;
  }
  bool cancelled() const { return cancellation_ && cancellation_->cancelled(); }
  bool expired() const { return clock_() > deadline_; }
  bool is_over() const { return cancelled() || expired(); }

  AVIOInterruptCB callback() {
    return {.callback = [](void* limit) { return static_cast<TimeLimit*>(limit)->is_over() ? 1 : 0; },
            .opaque = this};
  }

 private:
  std::function<base::Instant()> clock_;
  std::shared_ptr<const Cancellation> cancellation_;
  base::Instant deadline_{};
};

}  // namespace kaskado::container
