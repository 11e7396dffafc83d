// How near the process is to the limits of the machine, as Kurento's exceptionLimit and killLimit ask.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "control/settings.hpp"

namespace kaskado::control {

// What the process takes, or may take; of the latter 0 stands for no limit.
struct Resources {
  std::int64_t files = 0;
  std::int64_t threads = 0;
  std::int64_t memory_bytes = 0;
};

// Of this process, now.
Resources resources_in_use();
// Descriptors by RLIMIT_NOFILE, threads by RLIMIT_NPROC and the control group, memory by the control group.
Resources resource_limits();

class ResourceWatch {
 public:
  using Measure = std::function<Resources()>;
  ResourceWatch(const ResourceSettings& settings, const Resources& limits, Measure measure);

  // What there is too little of to make another object, as a sentence with the numbers and the limit's name.
  // Measures at most every kFreshFor.
  std::optional<std::string> too_little_for_objects(base::Instant now);
  // Whether the process should end where it has nothing to do, so that another takes its place.
  std::optional<std::string> enough_to_end(base::Instant now);

 private:
  static constexpr base::Duration kFreshFor = std::chrono::milliseconds(250);
  std::optional<std::string> beyond(double share, const char* name, base::Instant now);

  const ResourceSettings settings_;
  Resources limits_;
  const Measure measure_;
  Resources used_;
  std::optional<base::Instant> measured_;
};

}  // namespace kaskado::control
