#include "pipeline/media_format.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "codec/audio_codec.hpp"
#include "codec/video_codec.hpp"
#include "sdp/fmtp.hpp"

namespace kaskado::pipeline {

bool forwards_as(const MediaFormat& a, const MediaFormat& b) {
  return sdp::same_encoding(a.codec, b.codec) &&
         sdp::formats_match(a.codec.name, a.codec.parameters, b.codec.parameters);
}

std::vector<rtp::SendPayload> match_payloads(const std::vector<MediaFormat>& source, const std::vector<MediaFormat>& sink) {
  std::vector<rtp::SendPayload> pairs;
  for (const MediaFormat& from : source) {
    const auto to = std::ranges::find_if(sink, [&](const MediaFormat& candidate) { return forwards_as(from, candidate); });
    if (to != sink.end()) pairs.push_back({from.payload_type, to->payload_type});
  }
  return pairs;
}

bool same_codec(const MediaFormat& a, const MediaFormat& b) { return sdp::same_encoding(a.codec, b.codec); }

std::vector<rtp::SendPayload> match_codecs(const std::vector<MediaFormat>& encoded, const std::vector<MediaFormat>& sink) {
  std::vector<rtp::SendPayload> pairs;
  for (const MediaFormat& from : encoded) {
    auto to = std::ranges::find_if(sink, [&](const MediaFormat& candidate) { return forwards_as(from, candidate); });
    if (to == sink.end()) {
      to = std::ranges::find_if(sink, [&](const MediaFormat& other) { return same_codec(from, other) && can_encode(other); });
    }
    if (to != sink.end()) pairs.push_back({from.payload_type, to->payload_type});
  }
  return pairs;
}

std::optional<codec::CodecId> codec_of(const MediaFormat& format) { return codec::codec_named(format.codec.name); }

bool can_decode(const MediaFormat& format) {
  const auto codec = codec_of(format);
  return codec && codec::has_payload_format(*codec);
}

bool can_encode(const MediaFormat& format) {
  const auto codec = codec_of(format);
  if (!codec) return false;
  if (*codec == codec::CodecId::h264) {
    // Packets of ours hold fragments (RFC 6184 §6.3).
    return format.codec.parameters.number("packetization-mode").value_or(0) == 1 && codec::VideoEncoder::can_encode(*codec);
  }
  return codec::is_video(*codec) ? codec::VideoEncoder::can_encode(*codec) : codec::AudioEncoder::can_encode(*codec);
}

rtp::VideoCodec video_codec_of(const sdp::RtpCodec& codec) {
  struct Named {
    std::string_view name;
    rtp::VideoCodec codec;
  };
  static constexpr Named kNames[] = {{"VP8", rtp::VideoCodec::vp8},
                                     {"VP9", rtp::VideoCodec::vp9},
                                     {"H264", rtp::VideoCodec::h264},
                                     {"H265", rtp::VideoCodec::h265},
                                     {"AV1", rtp::VideoCodec::av1}};
  for (const Named& named : kNames) {
    if (base::equals_ignoring_case(named.name, codec.name)) return named.codec;
  }
  return rtp::VideoCodec::none;
}

}  // namespace kaskado::pipeline
