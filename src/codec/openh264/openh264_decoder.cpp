#include "codec/openh264/openh264_decoder.hpp"

#include <wels/codec_api.h>

#include <array>
#include <string>
#include <utility>

#include "codec/bitstream/nal_units.hpp"
#include "codec/planes.hpp"

namespace kaskado::codec {
namespace {

struct Destroy {
  void operator()(ISVCDecoder* decoder) const {
    decoder->Uninitialize();
    WelsDestroyDecoder(decoder);
  }
};

// What Annex G adds to a stream.
bool is_of_layers(std::uint8_t header) {
  const int type = h264::type_of(header);
  return type == h264::kSubsetSps || type == h264::kSliceExtension;
}

class OpenH264Decoder final : public VideoDecoder {
 public:
  explicit OpenH264Decoder(std::shared_ptr<PicturePool> pool) : pool_(std::move(pool)) {}

  bool open() {
    ISVCDecoder* made = nullptr;
    if (WelsCreateDecoder(&made) != 0 || !made) return false;
    library_.reset(made);
    int silent = WELS_LOG_QUIET;
    library_->SetOption(DECODER_OPTION_TRACE_LEVEL, &silent);
    SDecodingParam settings{};
    settings.eEcActiveIdc = ERROR_CON_DISABLE;
    settings.sVideoProperty.size = sizeof(settings.sVideoProperty);
    settings.sVideoProperty.eVideoBsType = VIDEO_BITSTREAM_AVC;
    return library_->Initialize(&settings) == 0;
  }

  base::Result<void> decode(base::Bytes frame, std::int64_t tag, std::vector<Decoded>& pictures) override {
    if (frame.empty()) return fail("an empty frame");
    if (find_nal(frame, is_of_layers)) return fail("layers of Annex G are not decoded");
    if (needs_key_frame_ && !find_nal(frame, h264::is_idr)) return fail("no key frame yet");
    // After an error the library may hold on to a half of a picture.
    if (failed_ && !reopen()) return fail("openh264 does not start again");
    std::array<std::uint8_t*, 3> planes{};
    SBufferInfo info{};
    const DECODING_STATE state =
        library_->DecodeFrameNoDelay(frame.data(), static_cast<int>(frame.size()), planes.data(), &info);
    if (state != dsErrorFree) {
      failed_ = true;
      return fail("openh264 cannot decode this frame");
    }
    needs_key_frame_ = false;
    if (info.iBufferStatus != 1) return {};
    return take_picture(info, planes, tag, pictures);
  }

 private:
  base::Error fail(const char* reason) {
    needs_key_frame_ = true;
    return base::Error{std::string("H264: ") + reason};
  }

  bool reopen() {
    failed_ = !open();
    return !failed_;
  }

  base::Result<void> take_picture(const SBufferInfo& info, const std::array<std::uint8_t*, 3>& planes,
                                  std::int64_t tag, std::vector<Decoded>& pictures) {
    const SSysMEMBuffer& layout = info.UsrData.sSystemBuffer;
    if (!planes[0] || !is_allowed_size(layout.iWidth, layout.iHeight))
      return fail("a size that is not taken");
    MutablePictureRef picture = pool_->acquire(layout.iWidth, layout.iHeight);
    copy_planes({.data = {planes[0], planes[1], planes[2]},
                 .stride = {layout.iStride[0], layout.iStride[1], layout.iStride[1]}},
                *picture);
    pictures.push_back({.picture = std::move(picture), .tag = tag});
    return {};
  }

  std::shared_ptr<PicturePool> pool_;
  std::unique_ptr<ISVCDecoder, Destroy> library_;
  bool needs_key_frame_ = true;
  bool failed_ = false;
};

}  // namespace

base::Result<std::unique_ptr<VideoDecoder>> make_openh264_decoder(CodecId,
                                                                  std::shared_ptr<PicturePool> pool) {
  auto decoder = std::make_unique<OpenH264Decoder>(std::move(pool));
  if (!decoder->open()) return base::Error{"openh264 does not start"};
  return std::unique_ptr<VideoDecoder>(std::move(decoder));
}

}  // namespace kaskado::codec
