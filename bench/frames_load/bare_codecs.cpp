#include "bare_codecs.hpp"

#include <vpx/vp8cx.h>
#include <vpx/vp8dx.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vpx_encoder.h>
#include <wels/codec_api.h>

#include <algorithm>
#include <array>

#include "codec/openh264/encoder_settings.hpp"
#include "codec/vpx/encoder_settings.hpp"

namespace kaskado::bench {

namespace {

class BareVp8Decoder final : public BareDecoder {
 public:
  BareVp8Decoder() {
    const vpx_codec_dec_cfg_t settings{.threads = 1, .w = 0, .h = 0};
    vpx_codec_dec_init(&context_, vpx_codec_vp8_dx(), &settings, 0);
  }
  ~BareVp8Decoder() override { vpx_codec_destroy(&context_); }

  bool decode(base::Bytes frame, BarePicture& picture) override {
    if (vpx_codec_decode(&context_, frame.data(), static_cast<unsigned>(frame.size()), nullptr, 0) !=
        VPX_CODEC_OK)
      return false;
    vpx_codec_iter_t iterator = nullptr;
    const vpx_image_t* image = vpx_codec_get_frame(&context_, &iterator);
    if (!image) return false;
    picture = {{image->planes[0], image->planes[1], image->planes[2]},
               {image->stride[0], image->stride[1], image->stride[2]},
               static_cast<int>(image->d_w),
               static_cast<int>(image->d_h)};
    return true;
  }

 private:
  vpx_codec_ctx_t context_{};
};

class BareVp8Encoder final : public BareEncoder {
 public:
  explicit BareVp8Encoder(const codec::VideoEncoderSettings& settings)
      : duration_(static_cast<unsigned long>(codec::kTicksPerSecond / settings.frames_per_second)) {
    vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &config_, 0);
    codec::configure(settings, config_);
    vpx_codec_enc_init(&context_, vpx_codec_vp8_cx(), &config_, 0);
    codec::control(settings, config_, context_);
  }
  ~BareVp8Encoder() override { vpx_codec_destroy(&context_); }

  std::size_t encode(const BarePicture& picture, base::Duration time) override {
    vpx_image_t image{};
    vpx_img_wrap(&image, VPX_IMG_FMT_I420, static_cast<unsigned>(picture.width),
                 static_cast<unsigned>(picture.height), 1, const_cast<std::uint8_t*>(picture.planes[0]));
    for (int plane = 0; plane < 3; ++plane) {
      image.planes[plane] = const_cast<std::uint8_t*>(picture.planes[plane]);
      image.stride[plane] = picture.strides[plane];
    }
    const auto ticks = static_cast<vpx_codec_pts_t>(base::to_us(time) * codec::kTicksPerSecond / 1'000'000);
    vpx_codec_encode(&context_, &image, ticks, duration_, 0, VPX_DL_REALTIME);
    std::size_t bytes = 0;
    vpx_codec_iter_t iterator = nullptr;
    while (const auto* packet = vpx_codec_get_cx_data(&context_, &iterator))
      bytes += packet->kind == VPX_CODEC_CX_FRAME_PKT ? packet->data.frame.sz : 0;
    return bytes;
  }

 private:
  const unsigned long duration_;
  vpx_codec_enc_cfg_t config_{};
  vpx_codec_ctx_t context_{};
};

class BareH264Decoder final : public BareDecoder {
 public:
  BareH264Decoder() {
    int silent = WELS_LOG_QUIET;
    WelsCreateDecoder(&decoder_);
    decoder_->SetOption(DECODER_OPTION_TRACE_LEVEL, &silent);
    SDecodingParam settings{};
    settings.eEcActiveIdc = ERROR_CON_DISABLE;
    settings.sVideoProperty.size = sizeof(settings.sVideoProperty);
    settings.sVideoProperty.eVideoBsType = VIDEO_BITSTREAM_AVC;
    decoder_->Initialize(&settings);
  }
  ~BareH264Decoder() override {
    decoder_->Uninitialize();
    WelsDestroyDecoder(decoder_);
  }

  bool decode(base::Bytes frame, BarePicture& picture) override {
    std::array<std::uint8_t*, 3> planes{};
    SBufferInfo info{};
    decoder_->DecodeFrameNoDelay(frame.data(), static_cast<int>(frame.size()), planes.data(), &info);
    if (info.iBufferStatus != 1) return false;
    const SSysMEMBuffer& layout = info.UsrData.sSystemBuffer;
    picture = {{planes[0], planes[1], planes[2]},
               {layout.iStride[0], layout.iStride[1], layout.iStride[1]},
               layout.iWidth,
               layout.iHeight};
    return true;
  }

 private:
  ISVCDecoder* decoder_ = nullptr;
};

class BareH264Encoder final : public BareEncoder {
 public:
  explicit BareH264Encoder(const codec::VideoEncoderSettings& settings) {
    int silent = WELS_LOG_QUIET, format = videoFormatI420;
    WelsCreateSVCEncoder(&encoder_);
    encoder_->SetOption(ENCODER_OPTION_TRACE_LEVEL, &silent);
    SEncParamExt parameters;
    encoder_->GetDefaultParams(&parameters);
    codec::configure(settings, settings.width, settings.height, parameters);
    encoder_->InitializeExt(&parameters);
    encoder_->SetOption(ENCODER_OPTION_DATAFORMAT, &format);
  }
  ~BareH264Encoder() override {
    encoder_->Uninitialize();
    WelsDestroySVCEncoder(encoder_);
  }

  std::size_t encode(const BarePicture& picture, base::Duration time) override {
    SSourcePicture source{};
    source.iColorFormat = videoFormatI420;
    source.iPicWidth = picture.width;
    source.iPicHeight = picture.height;
    for (int plane = 0; plane < 3; ++plane) {
      source.iStride[plane] = picture.strides[plane];
      source.pData[plane] = const_cast<std::uint8_t*>(picture.planes[plane]);
    }
    source.uiTimeStamp = base::to_ms(time);
    SFrameBSInfo written{};
    encoder_->EncodeFrame(&source, &written);
    return written.eFrameType == videoFrameTypeSkip ? 0 : static_cast<std::size_t>(written.iFrameSizeInBytes);
  }

 private:
  ISVCEncoder* encoder_ = nullptr;
};

}  // namespace

std::unique_ptr<BareDecoder> BareDecoder::create(codec::CodecId codec) {
  if (codec == codec::CodecId::vp8) return std::make_unique<BareVp8Decoder>();
  return std::make_unique<BareH264Decoder>();
}

std::unique_ptr<BareEncoder> BareEncoder::create(const codec::VideoEncoderSettings& settings) {
  if (settings.codec == codec::CodecId::vp8) return std::make_unique<BareVp8Encoder>(settings);
  return std::make_unique<BareH264Encoder>(settings);
}

}  // namespace kaskado::bench
