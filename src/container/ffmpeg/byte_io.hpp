// A ByteSource as libavformat reads it.
#pragma once

#include <memory>
#include <string>

#include "container/byte_source.hpp"
#include "container/ffmpeg/av_handles.hpp"
#include "container/ffmpeg/time_limit.hpp"

namespace kaskado::container {

class ByteIo {
 public:
  // `limit` outlives it.
  ByteIo(std::shared_ptr<ByteSource> source, TimeLimit& limit);
  ByteIo(const ByteIo&) = delete;

  // Null where there is no memory.
  AVIOContext* context() const { return context_.get(); }
  // Of the source, the first; empty where there was none.
  const std::string& failure() const { return failure_; }

 private:
  int read(std::uint8_t* into, int most);
  std::int64_t seek(std::int64_t offset, int whence);

  const std::shared_ptr<ByteSource> source_;
  TimeLimit& limit_;
  AvIo context_;
  std::int64_t position_ = 0;
  std::string failure_;
};

}  // namespace kaskado::container
