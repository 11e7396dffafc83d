// Where raw frames come into an element: a filter, a mixer's port.
#pragma once

#include "pipeline/media_input.hpp"
#include "pipeline/raw_media.hpp"

namespace kaskado::pipeline {

// Owned by the element. What it is bound to is decoded for it.
class FrameInput final : public MediaInput {
 public:
  explicit FrameInput(RawSink sink) : sink_(std::move(sink)) {}
  ~FrameInput() { bind(nullptr); }
  FrameInput(const FrameInput&) = delete;

  void bind(RtpFeed* origin) override;
  RtpFeed* origin() const { return origin_; }

 private:
  const RawSink sink_;
  RtpFeed* origin_ = nullptr;
  RawMedia media_;
};

}  // namespace kaskado::pipeline
