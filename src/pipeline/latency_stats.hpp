// How long media has been in the server when it comes to an element, as clients ask for it (MediaPipeline's latencyStats).
#pragma once

#include <optional>
#include <vector>

#include "pipeline/api.hpp"

namespace kaskado::pipeline {

class MediaElement;

// One entry a pad that media comes in by, of one type or of both; those of the default pads stand first.
std::vector<MediaLatencyStat> input_latencies(MediaElement& element, std::optional<MediaType> type);
// Of the entry of that type, in nanoseconds; 0 where there is none.
double latency_of(const std::vector<MediaLatencyStat>& latencies, MediaType type);

// Fills in what ElementStats and what extends it have in common.
template <typename Record>
void put_input_latency(Record& record, std::vector<MediaLatencyStat> latencies) {
  record.input_audio_latency = latency_of(latencies, MediaType::audio);
  record.input_video_latency = latency_of(latencies, MediaType::video);
  record.input_latency = std::move(latencies);
}

// Of an endpoint where what comes in leaves the server, for which that is the way's end.
inline void put_end_to_end_latency(EndpointStats& record, const std::vector<MediaLatencyStat>& latencies) {
  put_input_latency(record, latencies);
  record.audio_e2e_latency = latency_of(latencies, MediaType::audio);
  record.video_e2e_latency = latency_of(latencies, MediaType::video);
  record.e2e_latency = latencies;
}

}  // namespace kaskado::pipeline
