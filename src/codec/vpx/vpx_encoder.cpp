#include "codec/vpx/vpx_encoder.hpp"

#include <vpx/vp8cx.h>
#include <vpx/vpx_encoder.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "codec/vpx/encoder_settings.hpp"

namespace kaskado::codec {
namespace {

class VpxEncoder final : public VideoEncoder {
 public:
  explicit VpxEncoder(const VideoEncoderSettings& settings) : settings_(settings) {}
  ~VpxEncoder() override {
    if (open_) vpx_codec_destroy(&context_);
  }
  VpxEncoder(const VpxEncoder&) = delete;

  bool open() {
    vpx_codec_iface_t* const interface =
        settings_.codec == CodecId::vp8 ? vpx_codec_vp8_cx() : vpx_codec_vp9_cx();
    if (vpx_codec_enc_config_default(interface, &config_, 0) != VPX_CODEC_OK) return false;
    configure(settings_, config_);
    open_ = vpx_codec_enc_init(&context_, interface, &config_, 0) == VPX_CODEC_OK;
    return open_ && control(settings_, config_, context_);
  }

  base::Result<EncodedPicture> encode(const Picture& picture, base::Duration time, bool key_frame) override {
    if (picture.width() != settings_.width || picture.height() != settings_.height)
      return base::Error{"a picture of another size than the encoder's"};
    const vpx_image_t image = wrap(picture);
    const vpx_enc_frame_flags_t flags = key_frame ? VPX_EFLAG_FORCE_KF : 0;
    const auto duration = static_cast<unsigned long>(kTicksPerSecond / settings_.frames_per_second);
    if (vpx_codec_encode(&context_, &image, next_ticks(time), std::max(duration, 1ul), flags,
                         VPX_DL_REALTIME) != VPX_CODEC_OK)
      return base::Error{std::string("libvpx does not encode this picture: ") + vpx_codec_error(&context_)};
    return take_packets();
  }

  void set_bitrate(int bitrate_bps) override {
    config_.rc_target_bitrate = kilobits(bitrate_bps);
    vpx_codec_enc_config_set(&context_, &config_);
  }

 private:
  // libvpx takes a picture only if it is later than the one before.
  vpx_codec_pts_t next_ticks(base::Duration time) {
    const auto ticks = static_cast<vpx_codec_pts_t>(base::to_us(time) * kTicksPerSecond / 1'000'000);
    if (!started_) first_ticks_ = ticks;
    last_ticks_ = started_ ? std::max(ticks - first_ticks_, last_ticks_ + 1) : 0;
    started_ = true;
    return last_ticks_;
  }

  static vpx_image_t wrap(const Picture& picture) {
    // libvpx only reads it.
    auto* const memory = const_cast<std::uint8_t*>(picture.y());
    vpx_image_t image{};
    vpx_img_wrap(&image, VPX_IMG_FMT_I420, static_cast<unsigned>(picture.width()),
                 static_cast<unsigned>(picture.height()), 1, memory);
    image.planes[VPX_PLANE_Y] = memory;
    image.planes[VPX_PLANE_U] = const_cast<std::uint8_t*>(picture.u());
    image.planes[VPX_PLANE_V] = const_cast<std::uint8_t*>(picture.v());
    image.stride[VPX_PLANE_Y] = picture.stride_y();
    image.stride[VPX_PLANE_U] = image.stride[VPX_PLANE_V] = picture.stride_uv();
    return image;
  }

  EncodedPicture take_packets() {
    auto bytes = std::make_shared<std::vector<std::uint8_t>>();
    bool key_frame = false;
    vpx_codec_iter_t iterator = nullptr;
    while (const vpx_codec_cx_pkt_t* packet = vpx_codec_get_cx_data(&context_, &iterator)) {
      if (packet->kind != VPX_CODEC_CX_FRAME_PKT) continue;
      const auto* const data = static_cast<const std::uint8_t*>(packet->data.frame.buf);
      bytes->insert(bytes->end(), data, data + packet->data.frame.sz);
      key_frame = key_frame || (packet->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
    }
    if (bytes->empty()) return {};
    return {.bytes = std::move(bytes), .key_frame = key_frame};
  }

  VideoEncoderSettings settings_;
  vpx_codec_enc_cfg_t config_{};
  vpx_codec_ctx_t context_{};
  bool open_ = false;
  bool started_ = false;
  vpx_codec_pts_t first_ticks_ = 0;
  vpx_codec_pts_t last_ticks_ = 0;
};

}  // namespace

base::Result<std::unique_ptr<VideoEncoder>> make_vpx_encoder(const VideoEncoderSettings& settings) {
  auto encoder = std::make_unique<VpxEncoder>(settings);
  if (!encoder->open()) return base::Error{"libvpx refuses an encoder of these settings"};
  return std::unique_ptr<VideoEncoder>(std::move(encoder));
}

}  // namespace kaskado::codec
