// Where media of one type comes into an element.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "pipeline/encoding.hpp"

namespace kaskado::pipeline {

class RtpFeed;

class MediaInput {
 public:
  // From now on takes what `origin` has, or nothing where that is null.
  virtual void bind(RtpFeed* origin) = 0;
  // What a client asks of it; told before bind(). Who takes raw frames has nothing to ask of their codec.
  virtual void set_caps(const MediaCaps&) {}
  // From its arrival at the server to here, a mean of the last of it; nothing where nothing has come.
  virtual std::optional<base::Duration> latency() const = 0;

 protected:
  ~MediaInput() = default;
};

}  // namespace kaskado::pipeline
