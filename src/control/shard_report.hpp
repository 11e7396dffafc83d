// A shard's statistics as operators read them.
#pragma once

#include "pipeline/shard_statistics.hpp"
#include "pipeline/value.hpp"

namespace kaskado::control {

// Durations are in microseconds, those of stages by quantile; drops are those that have happened.
pipeline::Value to_value(const pipeline::ShardStatistics& statistics);

}  // namespace kaskado::control
