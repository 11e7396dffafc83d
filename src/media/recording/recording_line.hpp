// The time line of a recording: the server's clock without what lies before the beginning and in pauses.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/time.hpp"

namespace kaskado::media {

// Sound and pictures share it, and whatever source they come from, so that what happens together stays
// together. Instants of record() and pause() only grow.
class RecordingLine {
 public:
  // What happens from then on is recorded, or is not any more. The second of two equal calls does nothing.
  void record(base::Instant at);
  void pause(base::Instant at);

  bool is_recording() const { return !spans_.empty() && spans_.back().end == base::kNever; }
  // Where in the recording that is; nothing where it is not recorded. Frames come late, so pauses are
  // remembered: the last kMostSpans of them.
  std::optional<base::Duration> at(base::Instant time) const;

 private:
  static constexpr std::size_t kMostSpans = 32;

  struct Span {
    base::Instant begin;
    base::Instant end;
    base::Duration position;  // of its begin
  };
  std::vector<Span> spans_;
};

}  // namespace kaskado::media
