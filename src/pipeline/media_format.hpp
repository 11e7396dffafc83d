// One payload type of one m-line: what a source sends or a sink can take.
#pragma once

#include <vector>

#include "rtp/key_frame.hpp"
#include "rtp/send_stream.hpp"
#include "rtp/types.hpp"
#include "sdp/rtp_codec.hpp"

namespace kaskado::pipeline {

struct MediaFormat {
  rtp::PayloadType payload_type;
  sdp::RtpCodec codec;
  bool operator==(const MediaFormat&) const = default;
};

// Whether packets of `a` can go out as `b` unchanged.
bool forwards_as(const MediaFormat& a, const MediaFormat& b);
// For each format of the source that the sink can take, the sink's payload type for it.
std::vector<rtp::SendPayload> match_payloads(const std::vector<MediaFormat>& source, const std::vector<MediaFormat>& sink);
rtp::VideoCodec video_codec_of(const sdp::RtpCodec& codec);

}  // namespace kaskado::pipeline
