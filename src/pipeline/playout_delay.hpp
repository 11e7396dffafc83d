// How long a viewer should keep pictures before it shows them, so that what was lost once or twice comes in time.
#pragma once

#include <optional>

#include "base/time.hpp"

namespace kaskado::pipeline {

// Of one viewer. A receiver allows for one retransmission by itself, as soon as it has needed some; where requests and what
// they bring are lost as well, as on each twentieth way of a hundred, pictures freeze for the second. The wait is raised at
// once, and taken back after half a minute of less.
class PlayoutDelay {
 public:
  // `lost` is a share of 1 over some seconds, less what a full queue drops. The wait: 0 for what the receiver likes, nothing where it has never been told.
  std::optional<base::Duration> advance(double lost, base::Duration rtt, base::Instant now);

 private:
  static base::Duration wanted(double lost, base::Duration rtt);

  std::optional<base::Duration> current_;
  std::optional<base::Instant> less_since_;
};

}  // namespace kaskado::pipeline
