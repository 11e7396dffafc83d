#include "codec/frame_facts.hpp"

#include "codec/bitstream/av1.hpp"
#include "codec/bitstream/h263.hpp"
#include "codec/bitstream/h264.hpp"
#include "codec/bitstream/h265.hpp"
#include "codec/bitstream/nal_units.hpp"
#include "codec/bitstream/opus.hpp"
#include "codec/bitstream/speech.hpp"
#include "codec/bitstream/vp8.hpp"
#include "codec/bitstream/vp9.hpp"

namespace kaskado::codec {

namespace {

using base::Bytes;
using namespace std::chrono_literals;

std::optional<PictureSize> vp8_size(Bytes frame) {
  const auto header = parse_vp8_frame_header(frame);
  return header && header->key_frame ? std::optional(header->size) : std::nullopt;
}

std::optional<PictureSize> vp9_size(Bytes chunk) {
  std::optional<PictureSize> largest;
  for (const Bytes frame : split_vp9_superframe(chunk)) {
    const auto header = parse_vp9_frame_header(frame);
    if (!header || !header->size) continue;
    if (!largest || header->size->width > largest->width) largest = header->size;
  }
  return largest;
}

// A sequence parameter set behind a slice is the next picture's.
std::optional<PictureSize> h264_size(Bytes frame) {
  const auto nal = find_nal(frame, [](std::uint8_t header) {
    const int type = h264::type_of(header);
    return type == h264::kSps || h264::is_slice(type);
  });
  const auto sps = nal ? parse_h264_sps(*nal) : std::nullopt;
  return sps ? std::optional(sps->size) : std::nullopt;
}

std::optional<PictureSize> h265_size(Bytes frame) {
  const auto nal = find_nal(frame, [](std::uint8_t header) {
    const int type = h265::type_of(header);
    return type == h265::kSps || h265::is_slice(type);
  });
  const auto sps = nal ? parse_h265_sps(*nal) : std::nullopt;
  return sps ? std::optional(sps->size) : std::nullopt;
}

std::optional<PictureSize> av1_size(Bytes frame) {
  Obus obus(frame);
  while (const auto obu = obus.next()) {
    if (obu->header.type() != ObuType::sequence_header) continue;
    const auto header = parse_av1_sequence_header(obu->payload);
    return header ? std::optional(header->size) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<PictureSize> h263_size(Bytes frame) {
  const auto header = parse_h263_picture_header(frame);
  return header ? header->size : std::nullopt;
}

bool is_vp9_key_frame(Bytes chunk) {
  const Vp9Frames frames = split_vp9_superframe(chunk);
  if (frames.count == 0) return false;
  const auto header = parse_vp9_frame_header(frames.frames[0]);
  return header && header->key_frame;
}

bool has_h265_key_frame(Bytes frame) {
  return find_nal(frame, [](std::uint8_t header) { return h265::is_random_access(h265::type_of(header)); })
      .has_value();
}

// A sequence header and behind it a key frame (AV1 §7.5).
bool is_av1_key_frame(Bytes frame) {
  bool has_sequence = false;
  Obus obus(frame);
  while (const auto obu = obus.next()) {
    if (obu->header.type() == ObuType::sequence_header) {
      const auto header = parse_av1_sequence_header(obu->payload);
      has_sequence = header.has_value();
      if (header && header->reduced_still_picture) return true;
    } else if (obu->header.type() == ObuType::frame || obu->header.type() == ObuType::frame_header) {
      return has_sequence && is_av1_key_frame_header(*obu);
    }
  }
  return false;
}

template <typename Count>
std::optional<base::Duration> frames_of_20_ms(const Count& frames) {
  return frames ? std::optional<base::Duration>(20ms * *frames) : std::nullopt;
}

}  // namespace

std::optional<PictureSize> picture_size(const EncodedFrame& frame) {
  return picture_size(frame.codec, frame.span());
}

std::optional<PictureSize> picture_size(CodecId codec, Bytes frame) {
  switch (codec) {
    case CodecId::vp8:
      return vp8_size(frame);
    case CodecId::vp9:
      return vp9_size(frame);
    case CodecId::h264:
      return h264_size(frame);
    case CodecId::h265:
      return h265_size(frame);
    case CodecId::av1:
      return av1_size(frame);
    case CodecId::h263:
      return h263_size(frame);
    default:
      return std::nullopt;
  }
}

bool is_key_frame(CodecId codec, Bytes frame) {
  switch (codec) {
    case CodecId::vp8: {
      const auto header = parse_vp8_frame_header(frame);
      return header && header->key_frame;
    }
    case CodecId::vp9:
      return is_vp9_key_frame(frame);
    case CodecId::h264:
      return find_nal(frame, h264::is_idr).has_value();
    case CodecId::h265:
      return has_h265_key_frame(frame);
    case CodecId::av1:
      return is_av1_key_frame(frame);
    case CodecId::h263: {
      const auto header = parse_h263_picture_header(frame);
      return header && header->intra;
    }
    default:
      return true;
  }
}

std::optional<base::Duration> sound_duration(CodecId codec, Bytes frame) {
  if (frame.empty()) return std::nullopt;
  switch (codec) {
    case CodecId::opus: {
      const auto packet = parse_opus_packet(frame);
      return packet ? std::optional(packet->duration()) : std::nullopt;
    }
    case CodecId::pcmu:
    case CodecId::pcma:
      return 125us * frame.size();  // 8000 octets a second
    case CodecId::amr_nb:
      return frames_of_20_ms(count_amr_nb_frames(frame));
    case CodecId::speex:
      return frames_of_20_ms(count_speex_frames(frame));
    default:
      return std::nullopt;
  }
}

}  // namespace kaskado::codec
