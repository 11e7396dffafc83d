#include "pipeline/latency_stats.hpp"

#include <algorithm>

#include "pipeline/media_element.hpp"
#include "pipeline/media_input.hpp"

namespace kaskado::pipeline {

std::vector<MediaLatencyStat> input_latencies(MediaElement& element, std::optional<MediaType> type) {
  std::vector<MediaLatencyStat> latencies;
  for (const MediaType each : {MediaType::audio, MediaType::video}) {
    if (type && *type != each) continue;
    const MediaInput* input = element.sink(each);
    const auto latency = input ? input->latency() : std::nullopt;
    if (!latency) continue;
    // As Kurento names its pads.
    const char* name = each == MediaType::audio ? "sink_audio_default" : "sink_video_default";
    latencies.push_back({name, each, static_cast<double>(latency->count())});
  }
  return latencies;
}

double latency_of(const std::vector<MediaLatencyStat>& latencies, MediaType type) {
  const auto found = std::ranges::find(latencies, type, &MediaLatencyStat::type);
  return found == latencies.end() ? 0 : found->avg;
}

}  // namespace kaskado::pipeline
