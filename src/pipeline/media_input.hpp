// Where media of one type comes into an element.
#pragma once

namespace kaskado::pipeline {

class RtpFeed;

class MediaInput {
 public:
  // From now on takes what `origin` has, or nothing where that is null.
  virtual void bind(RtpFeed* origin) = 0;

 protected:
  ~MediaInput() = default;
};

}  // namespace kaskado::pipeline
