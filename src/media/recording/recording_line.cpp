#include "media/recording/recording_line.hpp"

#include <algorithm>

namespace kaskado::media {

void RecordingLine::record(base::Instant at) {
  if (is_recording()) return;
  base::Duration position{};
  if (!spans_.empty()) {
    const Span& last = spans_.back();
    position = last.position + (last.end - last.begin);
    at = std::max(at, last.end);
  }
  if (spans_.size() == kMostSpans) spans_.erase(spans_.begin());
  spans_.push_back({at, base::kNever, position});
}

void RecordingLine::pause(base::Instant at) {
  if (is_recording()) spans_.back().end = std::max(at, spans_.back().begin);
}

std::optional<base::Duration> RecordingLine::at(base::Instant time) const {
  const auto span =
      std::ranges::find_if(spans_, [&](const Span& each) { return each.begin <= time && time < each.end; });
  if (span == spans_.end()) return std::nullopt;
  return span->position + (time - span->begin);
}

}  // namespace kaskado::media
