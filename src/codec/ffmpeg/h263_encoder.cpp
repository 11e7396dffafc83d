#include "codec/ffmpeg/h263_encoder.hpp"

#include <utility>

#include "codec/ffmpeg/av_memory.hpp"
#include "codec/ffmpeg/h263_rate_control.hpp"

namespace kaskado::codec {
namespace {

constexpr int kTicksPerSecond = 30'000;

class H263Encoder final : public VideoEncoder {
 public:
  explicit H263Encoder(const VideoEncoderSettings& settings)
      : settings_(settings), rate_(settings.bitrate_bps) {}

  bool open() {
    const AVCodec* const encoder = avcodec_find_encoder_by_name("h263p");
    if (!encoder || !allocate(*encoder, context_, frame_, packet_)) return false;
    context_->width = settings_.width;
    context_->height = settings_.height;
    context_->pix_fmt = AV_PIX_FMT_YUV420P;
    context_->time_base = {.num = 1001, .den = kTicksPerSecond};  // the clock that every H.263 decoder has
    // Decoders' transforms differ a little, which adds up (ITU-T H.263 §4.4): now and then a key frame comes
    // unasked.
    context_->gop_size = 600;
    context_->max_b_frames = 0;
    context_->thread_count = 1;
    context_->flags = AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_LOOP_FILTER;
    context_->global_quality = 8 * FF_QP2LAMBDA;
    return avcodec_open2(context_.get(), encoder, nullptr) == 0;
  }

  base::Result<EncodedPicture> encode(const Picture& picture, base::Duration time, bool key_frame) override {
    if (picture.width() != settings_.width || picture.height() != settings_.height)
      return base::Error{"a picture of another size than the encoder's"};
    const base::Duration usual(static_cast<base::Duration::rep>(1e9 / settings_.frames_per_second));
    const std::optional<int> quantizer = rate_.next(started_ ? time - last_time_ : usual, key_frame);
    last_time_ = time;
    if (!quantizer) return EncodedPicture{};
    started_ = true;
    wrap(picture, time, *quantizer, key_frame);
    int code = avcodec_send_frame(context_.get(), frame_.get());
    if (code == 0) code = avcodec_receive_packet(context_.get(), packet_.get());
    if (code != 0) return av_failure(*context_, code);
    return take_packet();
  }

  void set_bitrate(int bitrate_bps) override { rate_.set_bitrate(bitrate_bps); }

 private:
  void wrap(const Picture& picture, base::Duration time, int quantizer, bool key_frame) {
    av_frame_unref(frame_.get());
    frame_->format = AV_PIX_FMT_YUV420P;
    frame_->width = picture.width();
    frame_->height = picture.height();
    // Without a buffer to refer to, libavcodec copies it.
    frame_->data[0] = const_cast<std::uint8_t*>(picture.y());
    frame_->data[1] = const_cast<std::uint8_t*>(picture.u());
    frame_->data[2] = const_cast<std::uint8_t*>(picture.v());
    frame_->linesize[0] = picture.stride_y();
    frame_->linesize[1] = frame_->linesize[2] = picture.stride_uv();
    const std::int64_t ticks = base::to_us(time) * kTicksPerSecond / 1'001'000'000;
    last_ticks_ = std::max(ticks, last_ticks_ + 1);
    frame_->pts = last_ticks_;
    frame_->quality = quantizer * FF_QP2LAMBDA;
    frame_->pict_type = key_frame ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  }

  EncodedPicture take_packet() {
    auto bytes = std::make_shared<std::vector<std::uint8_t>>(packet_->data, packet_->data + packet_->size);
    const bool key_frame = (packet_->flags & AV_PKT_FLAG_KEY) != 0;
    av_packet_unref(packet_.get());
    rate_.encoded(bytes->size(), key_frame);
    return {.bytes = std::move(bytes), .key_frame = key_frame};
  }

  VideoEncoderSettings settings_;
  H263RateControl rate_;
  AvContext context_;
  AvFrame frame_;
  AvPacket packet_;
  base::Duration last_time_{};
  std::int64_t last_ticks_ = -1;
  bool started_ = false;
};

}  // namespace

base::Result<std::unique_ptr<VideoEncoder>> make_h263_encoder(const VideoEncoderSettings& settings) {
  if (settings.codec != CodecId::h263) return base::Error{"libavcodec is asked for H263 only"};
  auto encoder = std::make_unique<H263Encoder>(settings);
  if (!encoder->open()) return base::Error{"libavcodec refuses an H263 encoder of these settings"};
  return std::unique_ptr<VideoEncoder>(std::move(encoder));
}

}  // namespace kaskado::codec
