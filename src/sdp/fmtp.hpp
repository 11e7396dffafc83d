// Which a=fmtp parameters of one encoding mean formats that understand each other.
#pragma once

#include <string_view>

#include "sdp/rtp_codec.hpp"

namespace kaskado::sdp {

// Whether what is encoded under `a` can be decoded under `b`, level aside. `encoding` is the name of both in
// any case.
//   H264: one profile (42e0, 42c0 … are one) and one packetization-mode (RFC 6184 §8.1 and §8.2.2); without
//         profile-level-id the profile is constrained baseline, as WebRTC's senders mean it.
//   H265: profile-id, and tier-flag where both name it (RFC 7798 §7.1).      VP9: profile-id (RFC 9628 §6).
//   AV1: profile (AV1 RTP §7.2).      rtx: never, since `apt` ties it to another payload type.
//   AMR: octet-align (RFC 4867 §8.1).
//   opus, VP8, G.711 and all else: parameters are wishes, so that any match.
bool formats_match(std::string_view encoding, const FormatParameters& a, const FormatParameters& b);

// The parameters to answer `offered` with when we can do `local`: the offer's, with H264's level lowered to
// ours where level-asymmetry-allowed is not set on both sides (RFC 6184 §8.2.2). formats_match() must hold.
FormatParameters answer_format(std::string_view encoding, const FormatParameters& offered,
                               const FormatParameters& local);

// The payload type that an rtx format repairs (RFC 4588 §8.6), if that is what `codec` is.
std::optional<std::uint8_t> repaired_payload_type(const RtpCodec& codec);

}  // namespace kaskado::sdp
