// What the peer's description says to us, in the terms of a negotiation. Inside the room only.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "sdp/negotiation.hpp"

namespace kaskado::sdp {

// The m-line's protocol is one that the profile carries media of this kind over.
bool protocol_suits(const MediaDescription&, TransportProfile);
// RFC 8841 §4: "webrtc-datachannel", or the older "DTLS/SCTP <port>" with its a=sctpmap.
bool is_data_channel(const MediaDescription&);

// ICE and DTLS of the transport that `m_lines` share: from the first of them that has them. `setup` is left
// as it is.
Refusal read_ice_transport(const SessionDescription& remote, std::span<const std::size_t> m_lines,
                           NegotiatedTransport&);
// The peer's setup role on the transport that `m_lines` share.
std::optional<Setup> read_setup(const SessionDescription& remote, std::span<const std::size_t> m_lines);
// Addresses and ports of a plain RTP or SDES m-line. `crypto` is ours, or empty for plain RTP.
Refusal read_rtp_transport(const SessionDescription& remote, const MediaDescription&, std::string_view crypto,
                           NegotiatedTransport&);

// The peer of a plain RTP or SDES m-line is to be sent to where its packets come from (RFC 4145): it says so by
// a=direction, as Kurento's peers do, or by a=setup, or it names the discard port.
bool peer_connects(const SessionDescription& remote, const MediaDescription&);

// Sources, RTCP modes, bandwidth and SCTP port: all that needs no decision.
void read_media(const SessionDescription& remote, const MediaDescription&, NegotiatedMedia&);

}  // namespace kaskado::sdp
