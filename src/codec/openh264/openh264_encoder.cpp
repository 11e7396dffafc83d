#include "codec/openh264/openh264_encoder.hpp"

#include <wels/codec_api.h>

#include <utility>

#include "codec/openh264/encoder_settings.hpp"

namespace kaskado::codec {
namespace {

struct Destroy {
  void operator()(ISVCEncoder* encoder) const {
    encoder->Uninitialize();
    WelsDestroySVCEncoder(encoder);
  }
};

class OpenH264Encoder final : public VideoEncoder {
 public:
  explicit OpenH264Encoder(const VideoEncoderSettings& settings)
      : settings_(settings), width_(settings.width & ~1), height_(settings.height & ~1) {}

  bool open() {
    ISVCEncoder* made = nullptr;
    if (WelsCreateSVCEncoder(&made) != 0 || !made) return false;
    library_.reset(made);
    int silent = WELS_LOG_QUIET;
    library_->SetOption(ENCODER_OPTION_TRACE_LEVEL, &silent);
    SEncParamExt parameters;
    library_->GetDefaultParams(&parameters);
    configure(settings_, width_, height_, parameters);
    int format = videoFormatI420;
    return library_->InitializeExt(&parameters) == 0 &&
           library_->SetOption(ENCODER_OPTION_DATAFORMAT, &format) == 0;
  }

  base::Result<EncodedPicture> encode(const Picture& picture, base::Duration time, bool key_frame) override {
    if (picture.width() != settings_.width || picture.height() != settings_.height)
      return base::Error{"a picture of another size than the encoder's"};
    if (key_frame && library_->ForceIntraFrame(true) != 0) return base::Error{"openh264 refuses a key frame"};
    const SSourcePicture source = wrap(picture, time);
    SFrameBSInfo written{};
    if (library_->EncodeFrame(&source, &written) != cmResultSuccess)
      return base::Error{"openh264 does not encode this picture"};
    return collect(written);
  }

  void set_bitrate(int bitrate_bps) override {
    SBitrateInfo bitrate{.iLayer = SPATIAL_LAYER_ALL, .iBitrate = bitrate_bps};
    library_->SetOption(ENCODER_OPTION_BITRATE, &bitrate);
  }

 private:
  SSourcePicture wrap(const Picture& picture, base::Duration time) const {
    SSourcePicture source{};
    source.iColorFormat = videoFormatI420;
    source.iPicWidth = width_;
    source.iPicHeight = height_;
    source.iStride[0] = picture.stride_y();
    source.iStride[1] = source.iStride[2] = picture.stride_uv();
    // openh264 only reads them.
    source.pData[0] = const_cast<std::uint8_t*>(picture.y());
    source.pData[1] = const_cast<std::uint8_t*>(picture.u());
    source.pData[2] = const_cast<std::uint8_t*>(picture.v());
    source.uiTimeStamp = base::to_ms(time);
    return source;
  }

  // Parameter sets come before each IDR picture as a layer of their own.
  static EncodedPicture collect(const SFrameBSInfo& written) {
    if (written.eFrameType == videoFrameTypeSkip || written.iLayerNum == 0) return {};
    auto bytes = std::make_shared<std::vector<std::uint8_t>>();
    bytes->reserve(static_cast<std::size_t>(written.iFrameSizeInBytes));
    for (int i = 0; i < written.iLayerNum; ++i) {
      const SLayerBSInfo& layer = written.sLayerInfo[i];
      std::ptrdiff_t size = 0;
      for (int nal = 0; nal < layer.iNalCount; ++nal) size += layer.pNalLengthInByte[nal];
      bytes->insert(bytes->end(), layer.pBsBuf, layer.pBsBuf + size);
    }
    if (bytes->empty()) return {};
    return {.bytes = std::move(bytes), .key_frame = written.eFrameType == videoFrameTypeIDR};
  }

  VideoEncoderSettings settings_;
  int width_;
  int height_;
  std::unique_ptr<ISVCEncoder, Destroy> library_;
};

}  // namespace

base::Result<std::unique_ptr<VideoEncoder>> make_openh264_encoder(const VideoEncoderSettings& settings) {
  auto encoder = std::make_unique<OpenH264Encoder>(settings);
  if (!encoder->open()) return base::Error{"openh264 refuses an encoder of these settings"};
  return std::unique_ptr<VideoEncoder>(std::move(encoder));
}

}  // namespace kaskado::codec
