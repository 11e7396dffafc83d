#include "pipeline/media_format.hpp"

#include <algorithm>

#include "base/text.hpp"
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
