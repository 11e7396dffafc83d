#include "codec/vpx/frame_buffers.hpp"

#include <new>

#include "codec/picture.hpp"

namespace kaskado::codec {
namespace {

// The largest picture with libvpx's margin of 160 samples on each side.
constexpr std::size_t kMostBytes =
    std::size_t{Picture::kMaxWidth + 512} * (Picture::kMaxHeight + 512) * 3 / 2;

}  // namespace

bool FrameBuffers::attach_to(vpx_codec_ctx_t& decoder) {
  return vpx_codec_set_frame_buffer_functions(&decoder, get, release, this) == VPX_CODEC_OK;
}

int FrameBuffers::get(void* self, std::size_t min_bytes, vpx_codec_frame_buffer_t* frame) {
  if (min_bytes > kMostBytes) return -1;
  for (Buffer& buffer : static_cast<FrameBuffers*>(self)->buffers_) {
    if (buffer.used) continue;
    if (buffer.bytes != min_bytes) {
      buffer.bytes = 0;
      // Cleared, as libvpx asks for.
      buffer.memory.reset(new (std::nothrow) std::uint8_t[min_bytes]());
      if (!buffer.memory) return -1;
      buffer.bytes = min_bytes;
    }
    buffer.used = true;
    *frame = {.data = buffer.memory.get(), .size = buffer.bytes, .priv = &buffer};
    return 0;
  }
  return -1;
}

int FrameBuffers::release(void*, vpx_codec_frame_buffer_t* frame) {
  if (auto* buffer = static_cast<Buffer*>(frame->priv)) buffer->used = false;
  frame->priv = nullptr;
  return 0;
}

}  // namespace kaskado::codec
