#include "codec/ffmpeg/to_i420.hpp"

extern "C" {
#include <libavutil/pixfmt.h>
#include <libswscale/swscale.h>
}

#include <cstdint>

#include "codec/planes.hpp"

namespace kaskado::codec {

ToI420::~ToI420() {
  sws_freeContext(scaler_);
}

PictureRef ToI420::convert(const AVFrame& frame, PicturePool& pool) {
  if (!is_allowed_size(frame.width, frame.height)) return nullptr;
  const auto format = static_cast<AVPixelFormat>(frame.format);
  if (format == AV_PIX_FMT_YUV420P && frame.color_range != AVCOL_RANGE_JPEG) {
    MutablePictureRef picture = pool.acquire(frame.width, frame.height);
    copy_planes({.data = {frame.data[0], frame.data[1], frame.data[2]},
                 .stride = {frame.linesize[0], frame.linesize[1], frame.linesize[2]}},
                *picture);
    return picture;
  }
  if (!sws_isSupportedInput(format)) return nullptr;
  scaler_ = sws_getCachedContext(scaler_, frame.width, frame.height, format, frame.width, frame.height,
                                 AV_PIX_FMT_YUV420P, SWS_BILINEAR, nullptr, nullptr, nullptr);
  if (!scaler_) return nullptr;
  const int* const coefficients = sws_getCoefficients(SWS_CS_ITU601);
  const int full_range = frame.color_range == AVCOL_RANGE_JPEG ? 1 : 0;
  constexpr int kOne = 1 << 16;
  sws_setColorspaceDetails(scaler_, coefficients, full_range, coefficients, 0, 0, kOne, kOne);
  MutablePictureRef picture = pool.acquire(frame.width, frame.height);
  std::uint8_t* const planes[] = {picture->y(), picture->u(), picture->v(), nullptr};
  const int strides[] = {picture->stride_y(), picture->stride_uv(), picture->stride_uv(), 0};
  if (sws_scale(scaler_, frame.data, frame.linesize, 0, frame.height, planes, strides) != frame.height)
    return nullptr;
  return picture;
}

}  // namespace kaskado::codec
