// Owners of libavformat's and libavcodec's objects.
#pragma once

extern "C" {
#include <libavcodec/bsf.h>
#include <libavcodec/packet.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/error.h>
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
};
using AvPacket = std::unique_ptr<AVPacket, AvFree>;
using AvFilter = std::unique_ptr<AVBSFContext, AvFree>;

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
