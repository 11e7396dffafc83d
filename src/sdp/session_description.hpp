// A session description (RFC 8866) as a typed value: what WebRTC and plain RTP endpoints look at has a field
// of its own, everything else is kept as it was written and in its order.
//
// parse() and to_string() are pure functions, for any thread. What parse() gives, to_string() writes, and
// parse() of that is equal again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sdp/direction.hpp"
#include "sdp/rtp_codec.hpp"

namespace kaskado::sdp {

// The bounds of what parse() takes; more is SdpError::Kind::malformed.
inline constexpr std::size_t kMaxTextBytes = 256 * 1024;
inline constexpr std::size_t kMaxLineBytes = 8 * 1024;
inline constexpr std::size_t kMaxLines = 4096;
inline constexpr std::size_t kMaxMedia = 64;
inline constexpr std::size_t kMaxEntries =
    256;  // of each list: candidates, SSRCs, groups, unknown attributes …

struct SdpError {
  enum class Kind : std::uint8_t {
    empty,      // no text at all, or only white space
    malformed,  // not a session description, or beyond the bounds
    no_media,   // well formed, but nothing in it to negotiate
    mismatch,   // an answer that does not belong to the offer
  };
  Kind kind = Kind::malformed;
  std::size_t line = 0;  // 1 is the first; 0 where no one line is to blame
  std::string message;   // for a person; names the line and what is wrong with it
};

template <typename T>
using SdpResult = base::Result<T, SdpError>;

struct Attribute {
  std::string name;
  std::optional<std::string> value;  // nothing: `a=name` without a colon
  bool operator==(const Attribute&) const = default;
};

struct ConnectionAddress {  // c= and the end of o= (RFC 8866 §5.7)
  std::string network_type = "IN";
  std::string address_type = "IP4";
  std::string address = "0.0.0.0";  // as written, with TTL or count where there is one
  bool operator==(const ConnectionAddress&) const = default;
};

struct Origin {  // RFC 8866 §5.2; the two numbers are kept as text, since some senders exceed 64 bits
  std::string username = "-";
  std::string session_id = "0";
  std::string session_version = "0";
  ConnectionAddress address;
  bool operator==(const Origin&) const = default;
};

struct Bandwidth {  // b= (RFC 8866 §5.8, TIAS of RFC 3890)
  std::string type;
  std::uint64_t value = 0;  // AS, CT: kbit/s; TIAS, RS, RR: bit/s
  bool operator==(const Bandwidth&) const = default;
};

struct Fingerprint {      // RFC 8122 §5
  std::string algorithm;  // lower case, e.g. "sha-256"
  std::string value;      // upper-case hexadecimal pairs with colons
  bool operator==(const Fingerprint&) const = default;
};

enum class Setup : std::uint8_t { active, passive, actpass, holdconn };  // RFC 4145 §4, RFC 8842 §5
std::string_view to_string(Setup);

// What may stand at session level for every m-line, or in one (RFC 8839 §5, RFC 8122, RFC 8842).
struct TransportAttributes {
  std::string ice_ufrag;
  std::string ice_pwd;
  std::vector<std::string> ice_options;
  std::vector<Fingerprint> fingerprints;
  std::optional<Setup> setup;
  bool operator==(const TransportAttributes&) const = default;
};

struct ExtensionMap {  // RFC 8285 §5
  std::uint16_t id = 0;
  std::optional<Direction> direction;  // of whoever wrote it
  std::string uri;
  std::string attributes;
  bool operator==(const ExtensionMap&) const = default;
};

struct Group {  // RFC 5888, with BUNDLE of RFC 9143
  std::string semantics;
  std::vector<std::string> mids;
  bool operator==(const Group&) const = default;
};

struct Msid {  // RFC 8830 §2
  std::string stream;
  std::string track;
  bool operator==(const Msid&) const = default;
};

struct SsrcDescription {  // RFC 5576 §4.1: all the a=ssrc lines of one source
  std::uint32_t ssrc = 0;
  std::string cname;
  std::string msid;  // "stream track", as older browsers write it
  std::vector<Attribute> others;
  bool operator==(const SsrcDescription&) const = default;
};

struct SsrcGroup {  // RFC 5576 §4.2: FID, SIM, FEC-FR …
  std::string semantics;
  std::vector<std::uint32_t> ssrcs;
  bool operator==(const SsrcGroup&) const = default;
};

struct Rid {  // RFC 8851 §4
  std::string id;
  bool send = true;          // from the side of whoever wrote it
  std::string restrictions;  // e.g. "pt=97;max-width=1280"
  bool operator==(const Rid&) const = default;
};

struct SimulcastAlternative {
  std::string rid;
  bool paused = false;
  bool operator==(const SimulcastAlternative&) const = default;
};

struct Simulcast {  // RFC 8853 §5.1: a list of streams, each a list of alternatives
  using Streams = std::vector<std::vector<SimulcastAlternative>>;
  Streams send;
  Streams receive;
  bool operator==(const Simulcast&) const = default;
};

struct RtcpAddress {  // RFC 3605 §2.1
  std::uint16_t port = 0;
  std::optional<ConnectionAddress> address;
  bool operator==(const RtcpAddress&) const = default;
};

struct SctpMap {  // the form before RFC 8841: a=sctpmap:5000 webrtc-datachannel 1024
  std::uint16_t port = 0;
  std::string application;
  std::uint32_t streams = 0;  // 0: not said
  bool operator==(const SctpMap&) const = default;
};

enum class MediaKind : std::uint8_t { audio, video, application, other };

struct MediaDescription {
  MediaKind kind = MediaKind::other;
  std::string media;  // the first word of the m-line, "audio"
  std::uint16_t port = 0;
  std::uint16_t port_count = 1;
  std::string protocol;              // "UDP/TLS/RTP/SAVPF"
  std::vector<std::string> formats;  // the rest of the m-line, unless it is RTP: then `codecs` has it
  std::vector<RtpCodec> codecs;      // in the m-line's order

  std::string title;  // i=
  std::optional<ConnectionAddress> connection;
  std::vector<Bandwidth> bandwidths;

  std::string mid;
  std::optional<Direction> direction;
  bool bundle_only = false;
  bool rtcp_mux = false;
  bool rtcp_mux_only = false;  // RFC 8858
  bool rtcp_rsize = false;     // RFC 5506
  std::optional<RtcpAddress> rtcp;

  TransportAttributes transport;
  std::vector<std::string> candidates;  // "candidate:1 1 UDP …", as trickled candidates are written
  bool end_of_candidates = false;
  std::vector<std::string> cryptos;  // RFC 4568 §9.1: "1 AES_CM_128_HMAC_SHA1_80 inline:…"
  std::optional<Setup> comedia;      // a=direction:active|passive, of Kurento's plain RTP endpoints

  bool extmap_allow_mixed = false;
  std::vector<ExtensionMap> extensions;
  std::vector<Msid> msids;
  std::vector<SsrcDescription> ssrcs;
  std::vector<SsrcGroup> ssrc_groups;
  std::vector<Rid> rids;
  std::optional<Simulcast> simulcast;

  std::optional<std::uint16_t> sctp_port;  // RFC 8841 §5
  std::optional<std::uint64_t> max_message_size;
  std::optional<SctpMap> sctpmap;

  std::vector<Attribute> others;  // attributes without a field above, in their order

  // The m-line is RTP of any profile, so that its formats are payload types.
  bool is_rtp() const;
  // Refused or stopped: port 0, unless it is only waiting for its bundle (RFC 9143 §6).
  bool refused() const { return port == 0 && !bundle_only; }
  const RtpCodec* find_codec(std::uint8_t payload_type) const;

  bool operator==(const MediaDescription&) const = default;
};

struct SessionDescription {
  Origin origin;
  std::string name = "-";
  // i=, u=, e=, p=, t=, r=, z= and k= lines as written, without line end.
  std::vector<std::string> other_lines = {"t=0 0"};
  std::optional<ConnectionAddress> connection;
  std::vector<Bandwidth> bandwidths;

  std::vector<Group> groups;
  std::optional<std::string> msid_semantic;
  bool ice_lite = false;
  bool extmap_allow_mixed = false;
  std::optional<Direction> direction;
  TransportAttributes transport;
  std::vector<ExtensionMap> extensions;
  std::vector<Attribute> others;

  std::vector<MediaDescription> media;

  // Takes LF or CRLF, blank lines, spaces around values and lines out of order; v=0 must come first. The
  // error names the line. Text without m-lines is well formed.
  static SdpResult<SessionDescription> parse(std::string_view text);
  // CRLF after every line.
  std::string to_string() const;

  // The m-line's own attributes, each from session level where the m-line has none.
  TransportAttributes transport_of(const MediaDescription&) const;
  Direction direction_of(const MediaDescription&) const;  // sendrecv where none is said
  const ConnectionAddress* connection_of(const MediaDescription&) const;

  bool operator==(const SessionDescription&) const = default;
};

}  // namespace kaskado::sdp
