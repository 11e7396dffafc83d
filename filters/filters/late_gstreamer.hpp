// GStreamerFilter, which is in a library of its own beside this one (gstreamer/module.cpp): GStreamer is
// loaded with the first object of it, so that the other filters do without.
#pragma once

#include <kaskado/module.hpp>
#include <memory>
#include <string>

namespace kaskado::filters {

class LateGStreamerFilter final : public sdk::StreamFilter {
 public:
  // Throws what the filter's own constructor throws, and std::runtime_error where its library cannot be
  // loaded.
  LateGStreamerFilter(sdk::FilterContext& context, const std::string& command, const std::string& type);

  bool takes_video() const override { return stream_->takes_video(); }
  bool takes_audio() const override { return stream_->takes_audio(); }
  void push_video(std::unique_ptr<sdk::VideoFrame> frame) override { stream_->push_video(std::move(frame)); }
  void push_audio(std::unique_ptr<sdk::AudioFrame> frame) override { stream_->push_audio(std::move(frame)); }

  const std::string& command() const { return command_; }
  void set_element_property(const std::string& name, const std::string& value);

 private:
  const std::string command_;
  std::unique_ptr<sdk::Filter> filter_;
  sdk::StreamFilter* stream_ = nullptr;
};

}  // namespace kaskado::filters
