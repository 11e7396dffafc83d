// What the control plane is tuned by.
#pragma once

#include <cstddef>

#include "base/time.hpp"

namespace kaskado::control {

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
};

}  // namespace kaskado::control
