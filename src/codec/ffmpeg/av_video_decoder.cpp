#include "codec/ffmpeg/av_video_decoder.hpp"

extern "C" {
#include <libavutil/opt.h>
}

#include <utility>

#include "codec/bitstream/nal_units.hpp"
#include "codec/ffmpeg/av_memory.hpp"
#include "codec/ffmpeg/to_i420.hpp"
#include "codec/frame_facts.hpp"

namespace kaskado::codec {
namespace {

// libavcodec's own AV1 decoder needs hardware.
const AVCodec* find_decoder(CodecId codec) {
  switch (codec) {
    case CodecId::h264:
      return avcodec_find_decoder_by_name("h264");
    case CodecId::h265:
      return avcodec_find_decoder_by_name("hevc");
    case CodecId::av1:
      return avcodec_find_decoder_by_name("libdav1d");
    case CodecId::h263:
      return avcodec_find_decoder_by_name("h263");
    default:
      return nullptr;
  }
}

// libavcodec does not say so before it has tried. An open group of pictures of H264 begins with no key frame,
// but repeats the parameter sets.
bool can_begin_with(CodecId codec, base::Bytes frame) {
  if (is_key_frame(codec, frame)) return true;
  const auto is_sps = [](std::uint8_t header) { return h264::type_of(header) == h264::kSps; };
  return codec == CodecId::h264 && find_nal(frame, is_sps);
}

class AvVideoDecoder final : public VideoDecoder {
 public:
  AvVideoDecoder(CodecId codec, std::shared_ptr<PicturePool> pool) : codec_(codec), pool_(std::move(pool)) {}

  bool open() {
    const AVCodec* const decoder = find_decoder(codec_);
    if (!decoder || !allocate(*decoder, context_, frame_, packet_)) return false;
    // A server has more streams than cores, and a strand for each; more threads also mean frames held back.
    context_->thread_count = 1;
    context_->max_pixels = std::int64_t{Picture::kMaxWidth} * Picture::kMaxHeight;
    // A picture with holes is an error, so that a key frame is asked for.
    context_->err_recognition = AV_EF_EXPLODE;
    context_->error_concealment = 0;
    if (codec_ == CodecId::av1) av_opt_set_int(context_->priv_data, "max_frame_delay", 1, 0);
    return avcodec_open2(context_.get(), decoder, nullptr) == 0;
  }

  base::Result<void> decode(base::Bytes frame, std::int64_t tag, std::vector<Decoded>& pictures) override {
    if (frame.empty()) return base::Error{"an empty frame"};
    if (needs_key_frame_ && !can_begin_with(codec_, frame)) return base::Error{"no key frame yet"};
    if (!fill(*packet_, frame)) return base::Error{"no memory for a frame"};
    packet_->pts = tag;
    needs_key_frame_ = false;
    const std::size_t before = pictures.size();
    int code = avcodec_send_packet(context_.get(), packet_.get());
    if (code == 0) code = receive(pictures);
    if (code == AVERROR(EAGAIN)) return {};
    pictures.resize(before);
    needs_key_frame_ = true;
    avcodec_flush_buffers(context_.get());
    return av_failure(*context_, code);
  }

  void flush(std::vector<Decoded>& pictures) override {
    if (avcodec_send_packet(context_.get(), nullptr) == 0) receive(pictures);
    avcodec_flush_buffers(context_.get());
    needs_key_frame_ = true;
  }

 private:
  // Takes all that are ready. What ends it: AVERROR(EAGAIN) or AVERROR_EOF where all is well.
  int receive(std::vector<Decoded>& pictures) {
    for (;;) {
      const int code = avcodec_receive_frame(context_.get(), frame_.get());
      if (code != 0) return code;
      if ((frame_->flags & AV_FRAME_FLAG_CORRUPT) || frame_->decode_error_flags) return AVERROR_INVALIDDATA;
      PictureRef picture = converter_.convert(*frame_, *pool_);
      if (!picture) return AVERROR_PATCHWELCOME;
      pictures.push_back({.picture = std::move(picture), .tag = frame_->pts});
      av_frame_unref(frame_.get());
    }
  }

  CodecId codec_;
  std::shared_ptr<PicturePool> pool_;
  AvContext context_;
  AvFrame frame_;
  AvPacket packet_;
  ToI420 converter_;
  bool needs_key_frame_ = true;
};

}  // namespace

base::Result<std::unique_ptr<VideoDecoder>> make_av_video_decoder(CodecId codec,
                                                                  std::shared_ptr<PicturePool> pool) {
  auto decoder = std::make_unique<AvVideoDecoder>(codec, std::move(pool));
  if (!decoder->open()) return base::Error{"the installed libavcodec has no decoder for this codec"};
  return std::unique_ptr<VideoDecoder>(std::move(decoder));
}

}  // namespace kaskado::codec
