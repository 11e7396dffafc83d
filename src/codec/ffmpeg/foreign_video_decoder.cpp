#include <utility>

#include "codec/ffmpeg/av_memory.hpp"
#include "codec/ffmpeg/foreign_decoders.hpp"
#include "codec/ffmpeg/to_i420.hpp"

namespace kaskado::codec {
namespace {

class ForeignVideoDecoder final : public VideoDecoder {
 public:
  explicit ForeignVideoDecoder(std::shared_ptr<PicturePool> pool) : pool_(std::move(pool)) {}

  bool open(const AVCodec& decoder, const ForeignFormat& format) {
    if (!allocate(decoder, context_, frame_, packet_) || !give_extradata(*context_, format.extradata))
      return false;
    context_->thread_count = 1;
    context_->max_pixels = std::int64_t{Picture::kMaxWidth} * Picture::kMaxHeight;
    context_->width = format.width;
    context_->height = format.height;
    return avcodec_open2(context_.get(), &decoder, nullptr) == 0;
  }

  base::Result<void> decode(base::Bytes frame, std::int64_t tag, std::vector<Decoded>& pictures) override {
    if (!fill(*packet_, frame)) return base::Error{"an empty frame"};
    packet_->pts = tag;
    const std::size_t before = pictures.size();
    const int sent = avcodec_send_packet(context_.get(), packet_.get());
    const int received = receive(pictures);
    const bool well = sent == 0 && (received == AVERROR(EAGAIN) || received == AVERROR_EOF);
    if (well || pictures.size() > before) return {};
    return av_failure(*context_, sent != 0 ? sent : received);
  }

  void flush(std::vector<Decoded>& pictures) override {
    if (avcodec_send_packet(context_.get(), nullptr) == 0) receive(pictures);
    avcodec_flush_buffers(context_.get());
  }

 private:
  // What ended it.
  int receive(std::vector<Decoded>& pictures) {
    for (;;) {
      const int code = avcodec_receive_frame(context_.get(), frame_.get());
      if (code != 0) return code;
      PictureRef picture = converter_.convert(*frame_, *pool_);
      if (!picture) return AVERROR_PATCHWELCOME;
      pictures.push_back({.picture = std::move(picture), .tag = frame_->pts});
      av_frame_unref(frame_.get());
    }
  }

  std::shared_ptr<PicturePool> pool_;
  AvContext context_;
  AvFrame frame_;
  AvPacket packet_;
  ToI420 converter_;
};

}  // namespace

base::Result<std::unique_ptr<VideoDecoder>> make_foreign_video_decoder(const ForeignFormat& format,
                                                                       std::shared_ptr<PicturePool> pool) {
  const AVCodec* const decoder = find_foreign_decoder(format.codec, AVMEDIA_TYPE_VIDEO);
  if (!decoder) return base::Error{"the installed libavcodec has no decoder for " + format.codec};
  auto made = std::make_unique<ForeignVideoDecoder>(std::move(pool));
  if (!made->open(*decoder, format))
    return base::Error{"libavcodec refuses a decoder for this " + format.codec};
  return std::unique_ptr<VideoDecoder>(std::move(made));
}

}  // namespace kaskado::codec
