#include "codec/ffmpeg/jpeg_encoder.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "codec/ffmpeg/av_memory.hpp"

namespace kaskado::codec {
namespace {

constexpr int kQuantizer = 4;  // of 2 … 31

// JFIF has the full range of values, where pictures here have the limited one (ITU-R BT.601 §2.5.3).
using Range = std::array<std::uint8_t, 256>;
constexpr Range widened(int lowest, int steps, int centre) {
  Range range{};
  for (int i = 0; i < 256; ++i) {
    const int value = (i - lowest) * 255 / steps + centre;
    range[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::clamp(value, 0, 255));
  }
  return range;
}
constexpr Range kLuma = widened(16, 219, 0), kChroma = widened(128, 224, 128);

struct Plane {
  const std::uint8_t* from;
  int stride, width, height;
};

class JpegEncoder final : public VideoEncoder {
 public:
  explicit JpegEncoder(const VideoEncoderSettings& settings) : settings_(settings) {}

  bool open() {
    const AVCodec* const encoder = avcodec_find_encoder_by_name("mjpeg");
    if (!encoder || !allocate(*encoder, context_, frame_, packet_)) return false;
    context_->width = settings_.width;
    context_->height = settings_.height;
    context_->pix_fmt = AV_PIX_FMT_YUVJ420P;
    context_->color_range = AVCOL_RANGE_JPEG;
    context_->time_base = {.num = 1, .den = 1000};
    context_->thread_count = 1;
    context_->flags = AV_CODEC_FLAG_QSCALE;
    context_->global_quality = kQuantizer * FF_QP2LAMBDA;
    return avcodec_open2(context_.get(), encoder, nullptr) == 0;
  }

  base::Result<EncodedPicture> encode(const Picture& picture, base::Duration, bool) override {
    if (picture.width() != settings_.width || picture.height() != settings_.height)
      return base::Error{"a picture of another size than the encoder's"};
    int code = copy(picture);
    if (code == 0) code = avcodec_send_frame(context_.get(), frame_.get());
    if (code == 0) code = avcodec_receive_packet(context_.get(), packet_.get());
    if (code != 0) return av_failure(*context_, code);
    auto bytes = std::make_shared<std::vector<std::uint8_t>>(packet_->data, packet_->data + packet_->size);
    av_packet_unref(packet_.get());
    return EncodedPicture{.bytes = std::move(bytes), .key_frame = true};
  }

  void set_bitrate(int) override {}

 private:
  int copy(const Picture& picture) {
    av_frame_unref(frame_.get());
    frame_->format = AV_PIX_FMT_YUVJ420P;
    frame_->width = picture.width();
    frame_->height = picture.height();
    frame_->color_range = AVCOL_RANGE_JPEG;
    frame_->quality = kQuantizer * FF_QP2LAMBDA;
    frame_->pts = next_++;
    if (const int code = av_frame_get_buffer(frame_.get(), 0); code != 0) return code;
    const std::array<Plane, 3> planes{
        {{picture.y(), picture.stride_y(), picture.width(), picture.height()},
         {picture.u(), picture.stride_uv(), picture.chroma_width(), picture.chroma_height()},
         {picture.v(), picture.stride_uv(), picture.chroma_width(), picture.chroma_height()}}};
    for (std::size_t i = 0; i < planes.size(); ++i) {
      const Plane& plane = planes[i];
      const Range& range = i == 0 ? kLuma : kChroma;
      for (int row = 0; row < plane.height; ++row) {
        std::transform(plane.from + row * plane.stride, plane.from + row * plane.stride + plane.width,
                       frame_->data[i] + row * frame_->linesize[i],
                       [&](std::uint8_t value) { return range[value]; });
      }
    }
    return 0;
  }

  VideoEncoderSettings settings_;
  AvContext context_;
  AvFrame frame_;
  AvPacket packet_;
  std::int64_t next_ = 0;
};

}  // namespace

base::Result<std::unique_ptr<VideoEncoder>> make_jpeg_encoder(const VideoEncoderSettings& settings) {
  auto encoder = std::make_unique<JpegEncoder>(settings);
  if (!encoder->open()) return base::Error{"libavcodec refuses a JPEG encoder of these settings"};
  return std::unique_ptr<VideoEncoder>(std::move(encoder));
}

}  // namespace kaskado::codec
