#include "codec/vpx/vpx_decoder.hpp"

#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>

#include <optional>
#include <string>
#include <utility>

#include "codec/planes.hpp"
#include "codec/vpx/frame_buffers.hpp"

namespace kaskado::codec {
namespace {

class VpxDecoder final : public VideoDecoder {
 public:
  VpxDecoder(CodecId codec, std::shared_ptr<PicturePool> pool) : codec_(codec), pool_(std::move(pool)) {}
  ~VpxDecoder() override {
    if (open_) vpx_codec_destroy(&context_);
  }
  VpxDecoder(const VpxDecoder&) = delete;

  bool open() {
    // One thread: a server has more streams than cores, and a strand for each.
    const vpx_codec_dec_cfg_t settings{.threads = 1, .w = 0, .h = 0};
    open_ = vpx_codec_dec_init(&context_, interface(), &settings, 0) == VPX_CODEC_OK;
    return open_ && (codec_ == CodecId::vp8 || buffers_.attach_to(context_));
  }

  base::Result<void> decode(base::Bytes frame, std::int64_t tag, std::vector<Decoded>& pictures) override {
    if (frame.empty()) return fail("an empty frame");
    const std::optional<vpx_codec_stream_info_t> info = look_into(frame);
    if (!info) return fail("a frame whose header cannot be read");
    if (info->is_kf && !is_allowed_size(static_cast<int>(info->w), static_cast<int>(info->h)))
      return fail("a frame of a size that is not taken");
    if (needs_key_frame_ && !info->is_kf) return fail("no key frame yet");
    const auto bytes = static_cast<unsigned>(frame.size());
    if (vpx_codec_decode(&context_, frame.data(), bytes, nullptr, 0) != VPX_CODEC_OK)
      return fail(vpx_codec_error(&context_));
    if (codec_ == CodecId::vp8 && is_corrupted()) return fail("a frame that is cut short");
    needs_key_frame_ = false;
    return take_pictures(tag, pictures);
  }

 private:
  vpx_codec_iface_t* interface() const {
    return codec_ == CodecId::vp8 ? vpx_codec_vp8_dx() : vpx_codec_vp9_dx();
  }

  std::optional<vpx_codec_stream_info_t> look_into(base::Bytes frame) const {
    vpx_codec_stream_info_t info{};
    info.sz = sizeof(info);
    // VP8's inter frames tell nothing more, and are refused by this call (RFC 6386 §9.1).
    if (codec_ == CodecId::vp8 && frame[0] & 1) return info;
    const auto bytes = static_cast<unsigned>(frame.size());
    if (vpx_codec_peek_stream_info(interface(), frame.data(), bytes, &info) != VPX_CODEC_OK)
      return std::nullopt;
    return info;
  }

  base::Error fail(const char* reason) {
    needs_key_frame_ = true;
    return base::Error{std::string(codec_ == CodecId::vp8 ? "VP8: " : "VP9: ") + reason};
  }

  bool is_corrupted() {
    int corrupted = 0;
    return vpx_codec_control(&context_, VP8D_GET_FRAME_CORRUPTED, &corrupted) == VPX_CODEC_OK &&
           corrupted != 0;
  }

  base::Result<void> take_pictures(std::int64_t tag, std::vector<Decoded>& pictures) {
    vpx_codec_iter_t iterator = nullptr;
    while (const vpx_image_t* image = vpx_codec_get_frame(&context_, &iterator)) {
      const auto width = static_cast<int>(image->d_w), height = static_cast<int>(image->d_h);
      if (image->fmt != VPX_IMG_FMT_I420) return fail("pictures that are not 8 bits of 4:2:0");
      if (!is_allowed_size(width, height)) return fail("a frame of a size that is not taken");
      MutablePictureRef picture = pool_->acquire(width, height);
      copy_planes({.data = {image->planes[0], image->planes[1], image->planes[2]},
                   .stride = {image->stride[0], image->stride[1], image->stride[2]}},
                  *picture);
      pictures.push_back({.picture = std::move(picture), .tag = tag});
    }
    return {};
  }

  CodecId codec_;
  std::shared_ptr<PicturePool> pool_;
  FrameBuffers buffers_;
  vpx_codec_ctx_t context_{};
  bool open_ = false;
  bool needs_key_frame_ = true;
};

}  // namespace

base::Result<std::unique_ptr<VideoDecoder>> make_vpx_decoder(CodecId codec,
                                                             std::shared_ptr<PicturePool> pool) {
  auto decoder = std::make_unique<VpxDecoder>(codec, std::move(pool));
  if (!decoder->open()) return base::Error{"libvpx has no decoder for this"};
  return std::unique_ptr<VideoDecoder>(std::move(decoder));
}

}  // namespace kaskado::codec
