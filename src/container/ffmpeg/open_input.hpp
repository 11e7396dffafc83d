// Opening of inputs, with all limits set.
#pragma once

#include <memory>
#include <string>

#include "container/ffmpeg/av_handles.hpp"
#include "container/ffmpeg/byte_io.hpp"
#include "container/ffmpeg/time_limit.hpp"

namespace kaskado::container {

// What libavformat reads from, in the order in which it is let go.
struct Input {
  Input(const DemuxerSettings& settings, std::shared_ptr<ByteSource> source);
  ~Input() {
    limit.begin_closing(std::chrono::seconds{1});
    avformat_close_input(&format);
  }
  Input(const Input&) = delete;

  TimeLimit limit;
  std::unique_ptr<ByteIo> io;  // none: by an address
  AVFormatContext* format = nullptr;
};

// A sentence on what ended a call with that code.
base::Error input_failure(const Input& input, int code);

// With what is known of its streams. The error is a sentence without the address.
base::Result<std::unique_ptr<Input>> open_input(std::shared_ptr<ByteSource> source,
                                                const DemuxerSettings& settings);
base::Result<std::unique_ptr<Input>> open_input(const std::string& address, const DemuxerSettings& settings);

}  // namespace kaskado::container
