// What the control plane is tuned by.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"

namespace kaskado::control {

// What one session may have and use; 0 stands for no bound. Past these, 40009 NOT_ENOUGH_RESOURCES. The last two bind each
// connection as well, whatever sessions it names.
struct SessionQuotas {
  std::size_t max_objects = 0;  // made by it and still there, pipelines included
  std::size_t max_pipelines = 0;
  std::uint64_t max_bytes_per_second = 0;     // of requests
  std::uint64_t max_requests_per_second = 0;  // an operation of a transaction counts as one
};

// Shares of what the process may have (see resource_watch.hpp); 0 switches one off.
struct ResourceSettings {
  double exception_limit = 0.8;  // beyond it no object is made
  double kill_limit = 0;         // beyond it the server ends when its last pipeline does
  std::int64_t memory_budget_bytes = 0;  // resident; 0 leaves it to the control group
};

struct ControlSettings {
  // How long a session outlives its connection.
  base::Duration garbage_collector_period = std::chrono::seconds(240);
  // Whether a repeated request gets the first answer and is not run again.
  bool remember_requests = true;
  // A command that is not answered by then is answered with 40003 UNEXPECTED_ERROR.
  base::Duration command_deadline = std::chrono::seconds(60);
  // Past these, 40009 NOT_ENOUGH_RESOURCES.
  std::size_t max_objects = 200'000;
  std::size_t max_unanswered_per_connection = 4096;
  // A longer batch is refused as a whole.
  std::size_t max_batch = 500;
  SessionQuotas quotas;
  ResourceSettings resources;
  // Whether a session finds its own objects only, and hears of no other.
  bool isolate_sessions = false;
};

}  // namespace kaskado::control
