// Decoders: arbitrary frames into each of those that outside bytes meet. The first byte names the codec, and
// each frame stands behind its length. Frames that are refused must leave a decoder that goes on.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "base/bytes.hpp"
#include "codec/audio_codec.hpp"
#include "codec/video_codec.hpp"

using namespace kaskado;

namespace {

constexpr codec::CodecId kCodecs[] = {codec::CodecId::vp8,   codec::CodecId::vp9,  codec::CodecId::h264,
                                      codec::CodecId::opus,  codec::CodecId::pcmu, codec::CodecId::pcma,
                                      codec::CodecId::amr_nb};
constexpr std::size_t kMostFrames = 16;

std::vector<base::Bytes> frames_of(base::ByteReader& reader) {
  std::vector<base::Bytes> frames;
  while (reader.remaining() > 2 && frames.size() < kMostFrames)
    frames.push_back(reader.take(std::min<std::size_t>(reader.u16(), reader.remaining())));
  return frames;
}

void require(bool condition) {
  if (!condition) std::abort();
}

void decode_pictures(codec::CodecId id, const std::vector<base::Bytes>& frames) {
  auto decoder = codec::VideoDecoder::create(id, std::make_shared<codec::PicturePool>());
  require(decoder.ok());
  std::vector<codec::VideoDecoder::Decoded> pictures;
  for (const base::Bytes frame : frames) {
    const std::size_t before = pictures.size();
    if (!(*decoder)->decode(frame, 1, pictures)) require(pictures.size() >= before);
    for (const auto& decoded : pictures) require(decoded.picture && decoded.picture->width() >= 1);
    pictures.clear();
  }
  (*decoder)->flush(pictures);
}

void decode_sound(codec::CodecId id, const std::vector<base::Bytes>& frames) {
  auto decoder = codec::AudioDecoder::create(id, {.sample_rate = 48000, .channels = 2});
  require(decoder.ok());
  for (const base::Bytes frame : frames) {
    std::vector<std::int16_t> samples;
    if (!(*decoder)->decode(frame, samples)) require(samples.empty());
    samples.clear();
    const int asked = static_cast<int>(frame.size()) * 7;
    (*decoder)->conceal(asked, frame, samples);
    require(samples.size() == static_cast<std::size_t>(asked * (*decoder)->format().channels));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteReader reader({data, size});
  const codec::CodecId id = kCodecs[reader.u8() % std::size(kCodecs)];
  const std::vector<base::Bytes> frames = frames_of(reader);
  if (codec::is_video(id)) {
    decode_pictures(id, frames);
  } else {
    decode_sound(id, frames);
  }
  return 0;
}
