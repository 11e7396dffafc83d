// The memory that a VP9 decoder has its frames in. VP9 lets any frame change the size, to sixteen times that
// of the frames it refers to, without a key frame's header to check beforehand; so the bound stands where the
// memory is asked for.
#pragma once

#include <vpx/vpx_decoder.h>
#include <vpx/vpx_frame_buffer.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace kaskado::codec {

class FrameBuffers {
 public:
  // Has to outlive the decoder.
  bool attach_to(vpx_codec_ctx_t& decoder);

 private:
  // What libvpx may hold at once: eight references, and eight at work (vpx_frame_buffer.h).
  static constexpr std::size_t kMost = VP9_MAXIMUM_REF_BUFFERS + VPX_MAXIMUM_WORK_BUFFERS;

  struct Buffer {
    std::unique_ptr<std::uint8_t[]> memory;
    std::size_t bytes = 0;
    bool used = false;
  };

  // libvpx's callbacks: 0 is success.
  static int get(void* self, std::size_t min_bytes, vpx_codec_frame_buffer_t* frame);
  static int release(void* self, vpx_codec_frame_buffer_t* frame);

  std::array<Buffer, kMost> buffers_;
};

}  // namespace kaskado::codec
