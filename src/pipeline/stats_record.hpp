// What every record that getStats() answers with has.
#pragma once

#include <string>
#include <utility>

#include "base/time.hpp"
#include "pipeline/api.hpp"

namespace kaskado::pipeline {

template <typename Record>
Record stats_record(std::string id, StatsType type, base::WallTime wall) {
  Record record;
  record.id = std::move(id);
  record.type = type;
  record.timestamp_millis = wall.unix_ms();
  record.timestamp = static_cast<double>(wall.unix_ms()) / 1000;
  return record;
}

}  // namespace kaskado::pipeline
