// Pictures of libavcodec as ours: copied where they are I420 of limited range, else converted by libswscale.
#pragma once

extern "C" {
#include <libavutil/frame.h>
}

#include <memory>

#include "codec/picture.hpp"

struct SwsContext;

namespace kaskado::codec {

class ToI420 {
 public:
  ToI420() = default;
  ~ToI420();
  ToI420(const ToI420&) = delete;

  // Null where the format is none that can be converted, or the size none that is taken.
  PictureRef convert(const AVFrame& frame, PicturePool& pool);

 private:
  SwsContext* scaler_ = nullptr;
};

}  // namespace kaskado::codec
