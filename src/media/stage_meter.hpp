// What every stage counts, and how old frames are when they reach it.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>

#include "base/latency_histogram.hpp"
#include "base/time.hpp"

namespace kaskado::media {

// Stages run on any thread and read the time as they go: the server's clock, or a test's.
using Clock = std::function<base::Instant()>;

struct StageStatistics {
  std::uint64_t frames_in = 0;
  std::uint64_t frames_out = 0;
  std::uint64_t frames_dropped = 0;  // there was no room or no time for them, or no use without those before
  std::uint64_t errors = 0;          // of decoders and encoders
  // Of the frames that came in lately, from their packets' arrival at the server: a mean in which each weighs
  // 1/16.
  base::Duration input_latency{};
  base::LatencyHistogram work;  // what each frame took
};

// Any thread.
class StageMeter {
 public:
  void frame_in(base::Instant arrived, base::Instant now) {
    const std::lock_guard lock(mutex_);
    const base::Duration latency = now - arrived;
    if (told_.frames_in++ == 0) told_.input_latency = latency;
    told_.input_latency += (latency - told_.input_latency) / kSmoothing;
  }
  void frames_out(std::uint64_t count = 1) {
    const std::lock_guard lock(mutex_);
    told_.frames_out += count;
  }
  void frames_dropped(std::uint64_t count = 1) {
    const std::lock_guard lock(mutex_);
    told_.frames_dropped += count;
  }
  void error() {
    const std::lock_guard lock(mutex_);
    ++told_.errors;
  }
  void worked(base::Duration time) {
    const std::lock_guard lock(mutex_);
    told_.work.record(time);
  }
  StageStatistics read() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }
  base::Duration input_latency() const {
    const std::lock_guard lock(mutex_);
    return told_.input_latency;
  }

 private:
  static constexpr int kSmoothing = 16;

  mutable std::mutex mutex_;
  StageStatistics told_;  // under mutex_
};

}  // namespace kaskado::media
