// Runs media through a command: `appsrc ! <conversion> ! <command> ! <conversion> ! appsink`, on one thread
// of GStreamer's own and those that the command asks for.
#pragma once

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "command.hpp"

namespace kaskado::filters {

// The planes of an I420 picture that somebody else owns.
struct RawPicture {
  const std::uint8_t* planes[3] = {};  // Y, U, V
  int strides[3] = {};
  int width = 0;
  int height = 0;
};

class CommandPipeline {
 public:
  using Time = std::chrono::nanoseconds;

  // Called on GStreamer's threads, one at a time; the destructor waits for them.
  struct Output {
    std::function<void(const RawPicture&, Time)> video;
    // 48 kHz, channels interleaved.
    std::function<void(std::span<const std::int16_t>, int channels, Time)> audio;
    // Once: from then on nothing comes out any more.
    std::function<void(const std::string& reason)> failed;
  };

  // Frames that wait at the most; the oldest goes when another comes.
  static constexpr int kMostWaiting = 4;

  // Throws std::invalid_argument where the command is wrong, as Command does.
  CommandPipeline(const std::string& command, FilterType type, Output output);
  ~CommandPipeline();
  CommandPipeline(const CommandPipeline&) = delete;
  CommandPipeline& operator=(const CommandPipeline&) = delete;

  Media media() const { return command_.media(); }
  bool failed() const { return failed_; }
  void set_property(const std::string& name, const std::string& value) { command_.set_property(name, value); }

  // Does not wait. `time` on any clock; what comes out has times on the same.
  void push(const RawPicture& picture, Time time);
  void push(std::span<const std::int16_t> samples, int channels, Time time);

 private:
  void build();
  GstElement* add(const char* kind);
  void set_input(const std::string& caps);
  void push(BufferHandle buffer, Time time, GstClockTime duration);
  void fail(const std::string& reason);
  static GstFlowReturn on_sample(GstAppSink* sink, gpointer self);
  static GstBusSyncReply on_message(GstBus* bus, GstMessage* message, gpointer self);
  void hand_out_video(GstSample* sample) const;
  void hand_out_audio(GstSample* sample) const;
  Time time_of(GstBuffer* buffer) const;

  Command command_;
  Output output_;
  Handle<GstElement> pipeline_;
  GstAppSrc* source_ = nullptr;
  GstAppSink* sink_ = nullptr;
  std::string input_caps_;
  // The time of the first frame, which GStreamer calls 0. Set before the first frame goes in.
  std::optional<Time> first_;
  std::atomic<bool> failed_ = false;
};

}  // namespace kaskado::filters
