#include "media/recording/track_of.hpp"

#include <algorithm>
#include <array>

#include "codec/bitstream/av1.hpp"
#include "codec/bitstream/nal_units.hpp"
#include "codec/frame_facts.hpp"

namespace kaskado::media {

namespace {

using Octets = std::vector<std::uint8_t>;

// The units of these types, as a byte stream; nothing where one of them is missing.
template <std::size_t kTypes>
Octets units_of(base::Bytes frame, const std::array<int, kTypes>& types, int (*type_of)(std::uint8_t)) {
  Octets found;
  std::array<bool, kTypes> seen{};
  codec::NalUnits units(frame);
  while (const auto unit = units.next()) {
    const auto type = std::ranges::find(types, type_of((*unit)[0]));
    if (type == types.end()) continue;
    seen[static_cast<std::size_t>(type - types.begin())] = true;
    found.insert(found.end(), std::begin(codec::kStartCode), std::end(codec::kStartCode));
    found.insert(found.end(), unit->begin(), unit->end());
  }
  return std::ranges::find(seen, false) == seen.end() ? found : Octets{};
}

// The whole OBU with its size field, as containers keep it (AV1 in ISO base media §2.3.3).
Octets sequence_header_of(base::Bytes frame) {
  codec::Obus obus(frame);
  while (const auto obu = obus.next()) {
    if (obu->header.type() != codec::ObuType::sequence_header) continue;
    Octets found{static_cast<std::uint8_t>(obu->header.first | codec::ObuHeader::kHasSizeField)};
    if (obu->header.has_extension()) found.push_back(obu->header.extension);
    std::array<std::uint8_t, codec::kMaxLeb128Octets> length{};
    const auto octets = codec::write_leb128(static_cast<std::uint32_t>(obu->payload.size()), length.data());
    found.insert(found.end(), length.begin(), length.begin() + static_cast<std::ptrdiff_t>(octets));
    found.insert(found.end(), obu->payload.begin(), obu->payload.end());
    return found;
  }
  return {};
}

// RFC 7845 §5.1. What a sender's encoder holds back at its beginning has been heard long ago, so the pre-skip
// is 0.
Octets opus_head(int channels) {
  return {'O', 'p', 'u',  's',  'H', 'e', 'a', 'd', 1, static_cast<std::uint8_t>(channels),
          0,   0,   0x80, 0xbb, 0,   0,   0,   0,   0};
}

// AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) of low complexity.
Octets aac_config(int sample_rate, int channels) {
  constexpr std::array kRates{96'000, 88'200, 64'000, 48'000, 44'100, 32'000,
                              24'000, 22'050, 16'000, 12'000, 11'025, 8'000};
  constexpr int kLowComplexity = 2;
  const auto rate = std::ranges::find(kRates, sample_rate);
  if (rate == kRates.end()) return {};
  const auto index = static_cast<int>(rate - kRates.begin());
  return {static_cast<std::uint8_t>(kLowComplexity << 3 | index >> 1),
          static_cast<std::uint8_t>((index & 1) << 7 | channels << 3)};
}

Octets extradata_of(const codec::EncodedFrame& frame, int sample_rate, int channels) {
  using codec::CodecId;
  switch (frame.codec) {
    case CodecId::h264:
      return units_of(frame.span(), std::array{codec::h264::kSps, codec::h264::kPps}, &codec::h264::type_of);
    case CodecId::h265:
      return units_of(frame.span(), std::array{codec::h265::kVps, codec::h265::kSps, codec::h265::kPps},
                      &codec::h265::type_of);
    case CodecId::av1:
      return sequence_header_of(frame.span());
    case CodecId::opus:
      return opus_head(channels);
    case CodecId::aac:
      return aac_config(sample_rate, channels);
    default:
      return {};
  }
}

}  // namespace

std::optional<container::Track> track_of(const codec::EncodedFrame& frame) {
  container::Track track{.codec = container::codec_name(frame.codec), .id = frame.codec};
  if (codec::is_video(frame.codec)) {
    if (!frame.key_frame) return std::nullopt;
    const auto size = codec::picture_size(frame);
    if (!size && frame.codec != codec::CodecId::jpeg) return std::nullopt;
    track.kind = container::Track::Kind::video;
    track.width = size ? size->width : 0;
    track.height = size ? size->height : 0;
  } else {
    track.kind = container::Track::Kind::audio;
    // Opus decoders run at 48 kHz (RFC 7845 §5.1).
    track.sample_rate = frame.codec == codec::CodecId::opus ? 48'000 : static_cast<int>(frame.clock_rate);
    track.channels = std::clamp(frame.channels, 1, 2);
  }
  track.extradata = extradata_of(frame, track.sample_rate, track.channels);
  const bool needs_extradata = frame.codec == codec::CodecId::h264 || frame.codec == codec::CodecId::h265 ||
                               frame.codec == codec::CodecId::av1 || frame.codec == codec::CodecId::aac;
  if (needs_extradata && track.extradata.empty()) return std::nullopt;
  return track;
}

}  // namespace kaskado::media
