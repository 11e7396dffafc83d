// Owners of libavformat's and libavcodec's objects.
#pragma once

extern "C" {
#include <libavcodec/bsf.h>
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/error.h>
#include <libavutil/mem.h>
}

#include <array>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "base/time.hpp"

namespace kaskado::container {

struct AvFree {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVBSFContext* filter) const { av_bsf_free(&filter); }
  void operator()(AVIOContext* io) const {
    av_freep(&io->buffer);
    avio_context_free(&io);
  }
};
using AvPacket = std::unique_ptr<AVPacket, AvFree>;
using AvFilter = std::unique_ptr<AVBSFContext, AvFree>;
using AvIo = std::unique_ptr<AVIOContext, AvFree>;

// What libavformat reads or writes by; these functions are given `owner`, and those that are null are not there. Null where
// there is no memory.
inline AvIo make_io(void* owner, int (*read)(void*, std::uint8_t*, int), int (*write)(void*, std::uint8_t*, int),
                    std::int64_t (*seek)(void*, std::int64_t, int), bool can_seek) {
  constexpr int kBufferBytes = 32 << 10;
  auto* const buffer = static_cast<std::uint8_t*>(av_malloc(kBufferBytes));
  if (!buffer) return nullptr;
  AvIo io(avio_alloc_context(buffer, kBufferBytes, write ? 1 : 0, owner, read, write, seek));
  if (!io) {
    av_free(buffer);
    return nullptr;
  }
  io->seekable = can_seek ? AVIO_SEEKABLE_NORMAL : 0;
  return io;
}

class AvOptions {
 public:
  AvOptions() = default;
  ~AvOptions() { av_dict_free(&dictionary_); }
  AvOptions(const AvOptions&) = delete;

  void set(const char* key, const std::string& value) { av_dict_set(&dictionary_, key, value.c_str(), 0); }
  void set(const char* key, std::int64_t value) { av_dict_set_int(&dictionary_, key, value, 0); }
  // For functions that take out what they know.
  AVDictionary** taken() { return &dictionary_; }

 private:
  AVDictionary* dictionary_ = nullptr;
};

inline std::string av_reason(int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> reason{};
  av_strerror(code, reason.data(), reason.size());
  return reason.data();
}

// Times that are out of range end at its edges.
inline base::Duration to_duration(std::int64_t ticks, AVRational unit) {
  constexpr std::int64_t kMost = INT64_MAX / 4;
  const std::int64_t ns = av_rescale_q(ticks, unit, {.num = 1, .den = 1'000'000'000});
  return base::Duration{ns > kMost ? kMost : ns < -kMost ? -kMost : ns};
}

}  // namespace kaskado::container
