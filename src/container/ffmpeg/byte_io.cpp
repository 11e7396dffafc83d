#include "container/ffmpeg/byte_io.hpp"

extern "C" {
#include <libavutil/error.h>
}

#include <utility>

namespace kaskado::container {

ByteIo::ByteIo(std::shared_ptr<ByteSource> source, TimeLimit& limit)
    : source_(std::move(source)), limit_(limit) {
  const auto read = [](void* io, std::uint8_t* into, int most) {
    return static_cast<ByteIo*>(io)->read(into, most);
  };
  const auto seek = [](void* io, std::int64_t offset, int whence) {
    return static_cast<ByteIo*>(io)->seek(offset, whence);
  };
  context_ = make_io(this, read, nullptr, seek, source_->can_seek());
}

int ByteIo::read(std::uint8_t* into, int most) {
  if (limit_.is_over()) return AVERROR_EXIT;
  const auto count = limit_.excuse([&] { return source_->read({into, static_cast<std::size_t>(most)}); });
  if (!count) {
    if (failure_.empty()) failure_ = count.error().message;
    return AVERROR(EIO);
  }
  if (*count == 0) return AVERROR_EOF;
  position_ += static_cast<std::int64_t>(*count);
  return static_cast<int>(*count);
}

std::int64_t ByteIo::seek(std::int64_t offset, int whence) {
  const auto size = source_->size();
  whence &= ~AVSEEK_FORCE;
  if (whence == AVSEEK_SIZE) return size ? static_cast<std::int64_t>(*size) : AVERROR(ENOSYS);
  if (!source_->can_seek() || limit_.is_over()) return AVERROR(ENOSYS);
  if (whence == SEEK_CUR) offset += position_;
  if (whence == SEEK_END) {
    if (!size) return AVERROR(ENOSYS);
    offset += static_cast<std::int64_t>(*size);
  }
  if (offset < 0 || !source_->seek(static_cast<std::uint64_t>(offset))) return AVERROR(EINVAL);
  return position_ = offset;
}

}  // namespace kaskado::container
