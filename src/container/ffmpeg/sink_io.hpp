// A ByteSink as libavformat writes to it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "container/ffmpeg/av_handles.hpp"
#include "container/muxer.hpp"

namespace kaskado::container {

class SinkIo {
 public:
  explicit SinkIo(std::shared_ptr<ByteSink> sink);
  SinkIo(const SinkIo&) = delete;

  // Null where there is no memory.
  AVIOContext* context() const { return context_.get(); }
  // Of the sink, the first; empty where there was none.
  const std::string& failure() const { return failure_; }

 private:
  int write(const std::uint8_t* bytes, int count);
  std::int64_t seek(std::int64_t offset, int whence);

  const std::shared_ptr<ByteSink> sink_;
  AvIo context_;
  std::int64_t position_ = 0;
  std::int64_t size_ = 0;
  std::string failure_;
};

}  // namespace kaskado::container
