// The statistics of an endpoint's data channels, in the records of the client API.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/time.hpp"
#include "pipeline/api.hpp"
#include "sctp/data_channels.hpp"

namespace kaskado::elements {

struct DataChannelCounts {
  std::int64_t opened = 0;
  std::int64_t closed = 0;
};

// One record a channel of `channels`, which may be null, and one of the whole; the keys are the records' own
// ids.
std::map<std::string, pipeline::Value> data_channel_stats(const sctp::DataChannels* channels,
                                                          const DataChannelCounts& counts,
                                                          base::WallTime wall);

}  // namespace kaskado::elements
