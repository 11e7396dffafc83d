// H.264 by whichever library can: openh264 for (constrained) baseline, which is what browsers send, and
// libavcodec for the rest. The parameter sets in a key frame tell; and where openh264 fails at a key frame
// all the same, libavcodec is given the same frame, and keeps the stream if it knows better.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "codec/codec_library.hpp"
#include "codec/video_codec.hpp"

namespace kaskado::codec {

class H264Decoder final : public VideoDecoder {
 public:
  // An error where neither library can be loaded.
  static base::Result<std::unique_ptr<VideoDecoder>> create(std::shared_ptr<PicturePool> pool);

  base::Result<void> decode(base::Bytes frame, std::int64_t tag, std::vector<Decoded>& pictures) override;
  void flush(std::vector<Decoded>& pictures) override;

  // The one that decodes the stream at the moment.
  CodecLibrary chosen() const { return chosen_; }

 private:
  explicit H264Decoder(std::shared_ptr<PicturePool> pool) : pool_(std::move(pool)) {}

  base::Result<void> choose(CodecLibrary library);
  // Appends what the present decoder holds back, and lets `library` decode from here on.
  base::Result<void> change_to(CodecLibrary library, std::vector<Decoded>& pictures);

  std::shared_ptr<PicturePool> pool_;
  std::unique_ptr<VideoDecoder> decoder_;
  CodecLibrary chosen_ = CodecLibrary::openh264;
  // openh264 is not there, or failed where libavcodec did not, so it is not asked again.
  bool openh264_failed_ = false;
  // After a frame that no library was given.
  bool needs_key_frame_ = false;
};

}  // namespace kaskado::codec
