// What an endpoint can do, and what it calls itself: the two inputs of offer and answer beside the remote
// description.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sdp/session_description.hpp"

namespace kaskado::sdp {

// Header extensions that the media plane reads or writes.
namespace extension {
inline constexpr std::string_view kAbsSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
inline constexpr std::string_view kTransportCc =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
inline constexpr std::string_view kMid = "urn:ietf:params:rtp-hdrext:sdes:mid";            // RFC 9143 §16.2
inline constexpr std::string_view kRid = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";  // RFC 8852 §4.1
inline constexpr std::string_view kRepairedRid = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
inline constexpr std::string_view kSsrcAudioLevel =
    "urn:ietf:params:rtp-hdrext:ssrc-audio-level";  // RFC 6464
// RTP Payload Format For AV1, appendix A.
inline constexpr std::string_view kDependencyDescriptor =
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension";
inline constexpr std::string_view kVideoOrientation = "urn:3gpp:video-orientation";
inline constexpr std::string_view kPlayoutDelay = "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay";
}  // namespace extension

struct CodecCapability {
  std::string name;
  std::uint32_t clock_rate = 0;
  std::uint8_t channels = 1;
  std::optional<std::uint8_t> static_payload_type;  // RFC 3551; else our offers number it from 96
  FormatParameters offered;                         // a=fmtp in our offers
  // The formats that can be taken from an offer; empty: any.
  std::vector<FormatParameters> accepted;
  std::vector<std::string> feedback;  // a=rtcp-fb values that we understand
  bool in_offers = true;              // else only taken where the peer offers it
};

struct ExtensionCapability {
  std::string uri;
  bool audio = false;
  bool video = false;
};

struct LocalCapabilities {
  std::vector<CodecCapability> audio;  // in the order of our offers; answers keep the order of the offer
  std::vector<CodecCapability> video;
  std::vector<ExtensionCapability> extensions;  // our offers number them from 1

  bool can_send = true;
  bool can_receive = true;
  // Further m-lines of the kind are refused; with 0 none is offered either.
  std::size_t max_audio = 1;
  std::size_t max_video = 1;

  bool data_channels = false;
  std::uint16_t sctp_port = 5000;
  std::uint64_t max_message_size_bytes = 262144;

  bool rtx = false;        // RFC 4588 retransmission streams
  bool simulcast = false;  // RFC 8853: receives several encodings of one m-line
  bool fec = false;        // ULPFEC in RED and FlexFEC of video that is received, where they are offered; in no offer of ours

  // What the peer may send, written as b=AS (and b=TIAS, for those who read only that).
  std::optional<std::uint32_t> audio_limit_kbps;
  std::optional<std::uint32_t> video_limit_kbps;
};

// opus, PCMU, PCMA; VP8, H264, VP9, AV1, H265 in every profile; all of namespace extension; one audio and one
// video.
LocalCapabilities default_capabilities();
// With what peers without WebRTC speak besides: AMR.
LocalCapabilities plain_rtp_capabilities();

// How the media travels, which decides what an m-line must and will carry.
enum class TransportProfile : std::uint8_t {
  webrtc,  // ICE, DTLS-SRTP, rtcp-mux
  rtp,     // RTP/AVP(F) to an address and port
  sdes,    // RTP/SAVP(F) with keys in a=crypto
};

// One transport that the caller is ready to open. An answer takes one a bundle or unbundled m-line, in their
// order.
struct LocalTransport {
  std::string ice_ufrag;  // webrtc
  std::string ice_pwd;
  std::vector<std::string> candidates;  // "candidate:…" lines gathered so far
  bool end_of_candidates = false;
  // Our role where the offer leaves the choice. A transport that has DTLS already keeps its role (RFC 8842
  // §5.5).
  Setup setup = Setup::active;
  std::uint16_t port = 9;  // rtp, sdes; 9 stands for "see the candidates" (RFC 8840 §4.1.1)
  std::uint16_t rtcp_port = 9;
};

// What one m-line sends; taken by the m-line's index.
struct LocalSource {
  std::uint32_t ssrc = 0;  // 0: none is named
  std::uint32_t rtx_ssrc = 0;
  std::string stream;  // a=msid; empty: none is written
  std::string track;
};

struct LocalTransportParameters {
  TransportProfile profile = TransportProfile::webrtc;
  std::string session_id = "0";       // digits; the same for the whole session
  std::uint64_t session_version = 0;  // the caller raises it with each description of the session
  std::string cname;
  std::string address = "0.0.0.0";  // c= and o=; an IPv6 address makes them IP6
  // webrtc
  Fingerprint fingerprint;
  bool ice_lite = false;
  bool trickle = true;
  // sdes: suite and key, e.g. "AES_CM_128_HMAC_SHA1_80 inline:…", without tag.
  std::string crypto;

  std::vector<LocalTransport> transports;  // one at least
  std::vector<LocalSource> sources;
};

}  // namespace kaskado::sdp
