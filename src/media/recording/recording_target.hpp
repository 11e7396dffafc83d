// Where a recording is kept.
#pragma once

#include <functional>

#include "base/result.hpp"
#include "container/muxer.hpp"

namespace kaskado::media {

// Written by a strand of the I/O pool; it may wait there.
class RecordingTarget : public container::ByteSink {
 public:
  // All is written. `kept` is called once, on any thread, within this call or later: when others can have it,
  // or with the reason why they never will.
  virtual void close(std::function<void(base::Result<void>)> kept) = 0;
};

}  // namespace kaskado::media
