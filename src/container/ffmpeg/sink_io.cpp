#include "container/ffmpeg/sink_io.hpp"

extern "C" {
#include <libavutil/error.h>
#include <libavutil/mem.h>
}

#include <algorithm>
#include <utility>

namespace kaskado::container {
namespace {

constexpr int kBufferBytes = 32 << 10;

}  // namespace

SinkIo::SinkIo(std::shared_ptr<ByteSink> sink) : sink_(std::move(sink)) {
  auto* const buffer = static_cast<std::uint8_t*>(av_malloc(kBufferBytes));
  if (!buffer) return;
  const auto write = [](void* io, std::uint8_t* bytes, int count) -> int {
    return static_cast<SinkIo*>(io)->write(bytes, count);
  };
  const auto seek = [](void* io, std::int64_t offset, int whence) {
    return static_cast<SinkIo*>(io)->seek(offset, whence);
  };
  context_ =
      avio_alloc_context(buffer, kBufferBytes, 1, this, nullptr, write, sink_->can_seek() ? +seek : nullptr);
  if (!context_) {
    av_free(buffer);
    return;
  }
  context_->seekable = sink_->can_seek() ? AVIO_SEEKABLE_NORMAL : 0;
}

SinkIo::~SinkIo() {
  if (!context_) return;
  av_freep(&context_->buffer);
  avio_context_free(&context_);
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
