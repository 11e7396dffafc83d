#include "pipeline/latency_stats.hpp"

#include <algorithm>

#include "pipeline/media_element.hpp"
#include "pipeline/media_input.hpp"

namespace kaskado::pipeline {

std::vector<MediaLatencyStat> input_latencies(MediaElement& element, std::optional<MediaType> type) {
  std::vector<MediaLatencyStat> latencies;
  for (const Pad pad : element.pads()) {
    if (type && *type != pad.type) continue;
    const MediaInput* input = element.sink_of(pad);
    const auto latency = input ? input->latency() : std::nullopt;
    if (!latency) continue;
    // As Kurento names its pads.
    const char* kind = pad.type == MediaType::audio ? "sink_audio_" : "sink_video_";
    latencies.push_back({kind + description_of(pad), pad.type, static_cast<double>(latency->count())});
  }
  return latencies;
}

double latency_of(const std::vector<MediaLatencyStat>& latencies, MediaType type) {
  const auto found = std::ranges::find(latencies, type, &MediaLatencyStat::type);
  return found == latencies.end() ? 0 : found->avg;
}

}  // namespace kaskado::pipeline
