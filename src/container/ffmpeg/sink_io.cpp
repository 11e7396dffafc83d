#include "container/ffmpeg/sink_io.hpp"

extern "C" {
#include <libavutil/error.h>
}

#include <algorithm>
#include <utility>

namespace kaskado::container {

SinkIo::SinkIo(std::shared_ptr<ByteSink> sink) : sink_(std::move(sink)) {
  const auto write = [](void* io, std::uint8_t* bytes, int count) -> int {
    return static_cast<SinkIo*>(io)->write(bytes, count);
  };
  const auto seek = [](void* io, std::int64_t offset, int whence) {
    return static_cast<SinkIo*>(io)->seek(offset, whence);
  };
  context_ = make_io(this, nullptr, write, sink_->can_seek() ? +seek : nullptr, sink_->can_seek());
}

// After a failure nothing more reaches the sink: what it has stays whole.
int SinkIo::write(const std::uint8_t* bytes, int count) {
  if (!failure_.empty()) return AVERROR(EIO);
  if (const auto written = sink_->write({bytes, static_cast<std::size_t>(count)}); !written) {
    failure_ = written.error().message;
    return AVERROR(EIO);
  }
  position_ += count;
  size_ = std::max(size_, position_);
  return count;
}

std::int64_t SinkIo::seek(std::int64_t offset, int whence) {
  whence &= ~AVSEEK_FORCE;
  if (whence == AVSEEK_SIZE) return size_;
  if (!failure_.empty()) return AVERROR(EIO);
  if (whence == SEEK_CUR) offset += position_;
  if (whence == SEEK_END) offset += size_;
  if (offset < 0) return AVERROR(EINVAL);
  if (const auto done = sink_->seek(static_cast<std::uint64_t>(offset)); !done) {
    failure_ = done.error().message;
    return AVERROR(EIO);
  }
  return position_ = offset;
}

}  // namespace kaskado::container
