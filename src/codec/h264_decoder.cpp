#include "codec/h264_decoder.hpp"

#include <utility>

#include "codec/bitstream/h264.hpp"
#include "codec/bitstream/nal_units.hpp"
#include "codec/planes.hpp"

namespace kaskado::codec {
namespace {

struct Contents {
  bool key_frame = false;
  // By the last parameter set in the frame; nothing where it has none.
  std::optional<CodecLibrary> suited;
  bool malformed = false;
};

bool openh264_decodes(const H264Sps& sps) {
  return sps.profile_idc == H264Sps::kBaseline && !sps.interlaced;
}

Contents look_into(base::Bytes frame) {
  Contents contents;
  NalUnits units(frame);
  while (const auto unit = units.next()) {
    const int type = h264::type_of((*unit)[0]);
    if (type == h264::kIdrSlice) contents.key_frame = true;
    if (type != h264::kSps) continue;
    const std::optional<H264Sps> sps = parse_h264_sps(*unit);
    if (!sps || !is_allowed_size(sps->coded_size.width, sps->coded_size.height)) {
      contents.malformed = true;
      return contents;
    }
    contents.suited = openh264_decodes(*sps) ? CodecLibrary::openh264 : CodecLibrary::avcodec;
  }
  return contents;
}

}  // namespace

base::Result<std::unique_ptr<VideoDecoder>> H264Decoder::create(std::shared_ptr<PicturePool> pool) {
  std::unique_ptr<H264Decoder> decoder(new H264Decoder(std::move(pool)));
  const base::Result<void> by_openh264 = decoder->choose(CodecLibrary::openh264);
  decoder->openh264_failed_ = !by_openh264;
  if (!by_openh264 && !decoder->choose(CodecLibrary::avcodec)) return by_openh264.error();
  return std::unique_ptr<VideoDecoder>(std::move(decoder));
}

base::Result<void> H264Decoder::choose(CodecLibrary library) {
  const auto module = codec_library(library);
  if (!module) return module.error();
  auto decoder = (*module)->video_decoder(CodecId::h264, pool_);
  if (!decoder) return decoder.error();
  decoder_ = std::move(*decoder);
  chosen_ = library;
  return {};
}

base::Result<void> H264Decoder::change_to(CodecLibrary library, std::vector<Decoded>& pictures) {
  std::unique_ptr<VideoDecoder> before = std::move(decoder_);
  const base::Result<void> chosen = choose(library);
  if (chosen) {
    before->flush(pictures);
  } else {
    decoder_ = std::move(before);
  }
  return chosen;
}

base::Result<void> H264Decoder::decode(base::Bytes frame, std::int64_t tag, std::vector<Decoded>& pictures) {
  const Contents contents = look_into(frame);
  if (contents.malformed) {
    needs_key_frame_ = true;
    return base::Error{"H264: a parameter set that cannot be"};
  }
  if (needs_key_frame_ && !contents.key_frame && !contents.suited)
    return base::Error{"H264: no key frame yet"};
  needs_key_frame_ = false;
  if (contents.suited && *contents.suited != chosen_ &&
      !(openh264_failed_ && chosen_ == CodecLibrary::avcodec)) {
    const base::Result<void> changed = change_to(*contents.suited, pictures);
    if (!changed) return changed;
  }
  base::Result<void> decoded = decoder_->decode(frame, tag, pictures);
  if (decoded || !contents.key_frame || chosen_ != CodecLibrary::openh264) return decoded;
  if (!change_to(CodecLibrary::avcodec, pictures)) return decoded;
  if (decoder_->decode(frame, tag, pictures)) {
    openh264_failed_ = true;
    return {};
  }
  const base::Result<void> back = change_to(CodecLibrary::openh264, pictures);
  return back ? decoded : back;
}

void H264Decoder::flush(std::vector<Decoded>& pictures) {
  decoder_->flush(pictures);
}

}  // namespace kaskado::codec
