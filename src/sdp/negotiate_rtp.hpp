// Codecs, feedback, header extensions and simulcast that both sides know. Inside the room only.
#pragma once

#include <span>
#include <vector>

#include "sdp/negotiation.hpp"

namespace kaskado::sdp {

// The offered codecs that we can do, in the offer's order, with feedback cut to what both know.
std::vector<NegotiatedCodec> answer_codecs(const MediaDescription& offered, std::span<const CodecCapability>,
                                           bool rtx);
// The codecs of the answer that our offer has, in the answer's order.
std::vector<NegotiatedCodec> answered_codecs(const MediaDescription& our_offer,
                                             const MediaDescription& answer);
// The negotiated codecs as an m-line of ours lists them, each with its rtx behind it.
std::vector<RtpCodec> list_codecs(std::span<const NegotiatedCodec>);

// The format of retransmissions of `repaired` (RFC 4588 §8.6).
RtpCodec make_rtx(std::uint8_t payload_type, const RtpCodec& repaired);

// The offered extensions that we know, with our direction. Ids above 14 need `two_byte_ids` (RFC 8285 §4.2).
std::vector<ExtensionMap> answer_extensions(std::span<const ExtensionMap> offered, MediaKind kind,
                                            std::span<const ExtensionCapability>, bool two_byte_ids);
// The answered extensions that our offer has, with our direction.
std::vector<ExtensionMap> answered_extensions(std::span<const ExtensionMap> our_offer,
                                              std::span<const ExtensionMap> answer);

// How the peer offers to protect the video that it sends: ULPFEC within RED (RFC 5109 §14.2), FlexFEC. Not of several encodings, for which browsers do
// not tell which is protected. Into `media` and behind the codecs of our m-line.
void answer_fec(const MediaDescription& offered, bool rtx, NegotiatedMedia& media, MediaDescription& answer);

// The encodings that the peer offers to send and that use accepted payload types (RFC 8851 §6.3), into
// `media` and into our m-line.
void answer_simulcast(const MediaDescription& offered, NegotiatedMedia& media, MediaDescription& answer);

}  // namespace kaskado::sdp
