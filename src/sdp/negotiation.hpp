// Offer and answer (RFC 3264, RFC 8829): pure functions of two descriptions and the caller's own parameters.
// All randomness (ICE secrets, SSRCs, session ids) is an argument.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sdp/capabilities.hpp"
#include "sdp/session_description.hpp"

namespace kaskado::sdp {

enum class Refusal : std::uint8_t {
  none,
  port_zero,         // the peer refused or stopped the m-line
  unknown_media,     // neither audio, video nor a data channel
  unknown_protocol,  // not one of the transport profile, e.g. RTP/AVP to a WebRTC endpoint
  too_many_of_kind,  // LocalCapabilities::max_audio, max_video, or a second data m-line
  no_data_channels,  // LocalCapabilities::data_channels is off
  no_common_codec,
  no_ice,  // no ice-ufrag and ice-pwd
  no_fingerprint,
  no_rtcp_mux,        // RTP and RTCP on two ports are for plain RTP only
  setup_conflict,     // holdconn, or the role that we have ourselves
  no_common_crypto,   // SDES: no a=crypto of our suite
  no_transport_left,  // not in a bundle, and LocalTransportParameters::transports has no more
};
std::string_view to_string(Refusal);

struct NegotiatedCodec {
  // As the peer wants it: payload type and parameters for what we send, feedback that both sides know.
  RtpCodec codec;
  // On what the peer sends. Differs from codec.payload_type only where the answer to our offer renumbered.
  std::uint8_t receive_payload_type = 0;
  std::optional<std::uint8_t> rtx_payload_type;  // on what we send
  std::optional<std::uint8_t> receive_rtx_payload_type;
};

// How the peer may protect the video that it sends: payload types, nothing where that is not taken.
struct NegotiatedFec {
  std::optional<std::uint8_t> red;      // what brings media and ULPFEC alike (RFC 2198)
  std::optional<std::uint8_t> red_rtx;  // retransmissions of it
  std::optional<std::uint8_t> ulpfec;   // RFC 5109, within RED
  std::optional<std::uint8_t> flexfec;  // "flexfec-03", a stream of its own
  bool any() const { return red || flexfec; }
};

struct NegotiatedMedia {
  std::size_t index = 0;  // of the m-line
  std::string mid;
  MediaKind kind = MediaKind::other;
  std::uint8_t number = 0;  // among those of its kind, by MediaNumbers
  Refusal refusal = Refusal::none;
  bool accepted() const { return refusal == Refusal::none; }
  // All below is set for accepted m-lines only.

  std::size_t transport = 0;                  // index into Negotiation::transports
  Direction direction = Direction::inactive;  // ours
  std::vector<NegotiatedCodec> codecs;        // best first
  NegotiatedFec fec;                          // of video that we receive
  std::vector<ExtensionMap> extensions;       // with our direction
  bool rtcp_mux = false;
  bool rtcp_rsize = false;
  bool comedia = false;  // plain RTP: send to where the peer's packets come from

  // What the peer says of what it sends.
  std::string remote_cname;
  std::vector<Msid> remote_msids;
  std::vector<SsrcDescription> remote_ssrcs;
  std::vector<SsrcGroup> remote_ssrc_groups;
  std::vector<Rid> remote_rids;                       // those that we receive, as the peer wrote them
  std::optional<Simulcast> simulcast;                 // as answered: from the answerer's side
  std::optional<std::uint64_t> remote_bandwidth_bps;  // the most that the peer wants to receive

  std::uint16_t remote_sctp_port = 0;               // data channels
  std::uint64_t remote_max_message_size_bytes = 0;  // 0: any size (RFC 8841 §6)

  std::uint8_t extension_id(std::string_view uri) const;  // 0: not negotiated
};

// One per bundle or unbundled m-line, in the order of their first accepted m-lines.
struct NegotiatedTransport {
  std::vector<std::size_t> media;  // indices of the m-lines on it
  std::size_t local = 0;           // index into LocalTransportParameters::transports
  // webrtc
  std::string remote_ufrag;
  std::string remote_pwd;
  std::vector<std::string> remote_ice_options;
  bool remote_ice_lite = false;
  std::vector<Fingerprint> remote_fingerprints;  // the peer's certificate must match one
  Setup setup = Setup::active;                   // our role: active or passive
  std::vector<std::string> remote_candidates;    // "candidate:…", without repetitions
  bool remote_end_of_candidates = false;
  // rtp and sdes
  std::string remote_address;
  std::uint8_t remote_ttl = 1;  // where the address is a group of IPv4 (RFC 8866 §5.7)
  std::uint16_t remote_port = 0;
  std::string remote_rtcp_address;
  std::uint16_t remote_rtcp_port = 0;
  std::string remote_crypto;  // the a=crypto value that counts, with its tag
};

struct Negotiation {
  SessionDescription local;            // our answer, or the offer that was answered
  std::vector<NegotiatedMedia> media;  // one for each m-line of the offer, in its order
  std::vector<NegotiatedTransport> transports;
};

// The transports that an offer can use, each as its m-lines by index: bundles and unbundled m-lines that are
// not refused, in the order of their first m-lines. make_answer() takes LocalTransportParameters::transports in
// this order, and refuses m-lines of those that it was not given. Only WebRTC shares a transport among m-lines.
std::vector<std::vector<std::size_t>> transport_groups(const SessionDescription& offer,
                                                       TransportProfile profile = TransportProfile::webrtc);

// The answer has the m-lines of the offer in their order, refused ones with port 0 and a=inactive. All may be
// refused. Errors: no_media. A second offer is answered the same way, with the caller's session_version
// raised.
SdpResult<Negotiation> make_answer(const SessionDescription& offer, const LocalCapabilities&,
                                   const LocalTransportParameters&);

struct OfferOptions {
  bool audio = true;
  bool video = true;
  bool data = false;
};

// The kinds of the m-lines that make_offer() writes, in their order: those asked for that the capabilities
// have, each as often as they allow. LocalTransportParameters::sources follows it.
std::vector<MediaKind> offered_kinds(const OfferOptions&, const LocalCapabilities&, TransportProfile);

// One m-line for each of offered_kinds(): audio0, audio1, …, video0, …, application0. All of them share
// transports[0] in one bundle, unless there are as many transports as m-lines: then each m-line has its own,
// for peers that know no bundles. Plain RTP and SDES know none either: m-lines without a transport of their
// own are left out there.
SessionDescription make_offer(const OfferOptions&, const LocalCapabilities&, const LocalTransportParameters&);

// Errors: no_media; mismatch, where the m-lines are not those of our offer.
SdpResult<Negotiation> apply_answer(const SessionDescription& our_offer, const SessionDescription& answer,
                                    const LocalTransportParameters&);

// Whether the peer restarted ICE between two descriptions of one transport (RFC 8839 §4.4.1.1.1).
bool ice_restarted(const NegotiatedTransport& before, const NegotiatedTransport& after);

}  // namespace kaskado::sdp
