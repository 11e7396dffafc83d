#include "container/container_module.hpp"

extern "C" {
#include <libavformat/avformat.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

#include "container/ffmpeg/av_demuxer.hpp"
#include "container/ffmpeg/av_muxer.hpp"

namespace {

// What files hold is no matter for the server's error output.
void stay_silent(void*, int, const char*, va_list) {}

// Of one allocation within FFmpeg: a picture of 8192x8192 in 4:4:4 with 10 bits takes 384 MB.
constexpr std::size_t kMostAllocated = std::size_t{400} << 20;

}  // namespace

const kaskado::container::ContainerModule* kaskado_container_module_1() {
  using namespace kaskado::container;
  static constexpr ContainerModule kModule{
      .open_bytes = open_av_demuxer,
      .open_address = open_av_demuxer,
      .make_muxer = make_av_muxer,
  };
  av_log_set_callback(stay_silent);
  av_max_alloc(kMostAllocated);
  avformat_network_init();
  return &kModule;
}
