// One payload type of one m-line: what a source sends or a sink can take.
#pragma once

#include <optional>
#include <vector>

#include "codec/codec_id.hpp"
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

// What this server encodes is in the profile that every decoder of the codec knows, so it goes out as any format of it.
bool same_codec(const MediaFormat& a, const MediaFormat& b);
std::vector<rtp::SendPayload> match_codecs(const std::vector<MediaFormat>& encoded, const std::vector<MediaFormat>& sink);
// Nothing where it is none that this server knows.
std::optional<codec::CodecId> codec_of(const MediaFormat& format);
bool can_decode(const MediaFormat& format);
bool can_encode(const MediaFormat& format);

}  // namespace kaskado::pipeline
