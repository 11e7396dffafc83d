#include "sdp/remote_description.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "sdp/tokens.hpp"

namespace kaskado::sdp {
namespace {

constexpr std::uint64_t kDefaultMaxMessageSizeBytes = 65536;  // RFC 8841 §6.1
constexpr std::uint16_t kDefaultSctpPort = 5000;

template <std::size_t Count>
bool is_one_of(std::string_view text, const std::array<std::string_view, Count>& names) {
  return std::find(names.begin(), names.end(), text) != names.end();
}

// RFC 8829 §5.1.2, with the bare RTP/SAVPF that Kurento and old browsers write for DTLS-SRTP.
constexpr std::array<std::string_view, 6> kDtlsRtp = {"UDP/TLS/RTP/SAVPF",  "UDP/TLS/RTP/SAVP",
                                                      "TCP/DTLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVP",
                                                      "RTP/SAVPF",          "RTP/SAVP"};
constexpr std::array<std::string_view, 3> kDtlsSctp = {"UDP/DTLS/SCTP", "TCP/DTLS/SCTP", "DTLS/SCTP"};
constexpr std::array<std::string_view, 2> kPlainRtp = {"RTP/AVP", "RTP/AVPF"};
constexpr std::array<std::string_view, 2> kSdesRtp = {"RTP/SAVP", "RTP/SAVPF"};

// RFC 8122 §5, less those too weak to accept.
constexpr std::array<std::string_view, 5> kHashes = {"sha-256", "sha-1", "sha-224", "sha-384", "sha-512"};

std::vector<Fingerprint> usable_fingerprints(const std::vector<Fingerprint>& all) {
  std::vector<Fingerprint> usable;
  for (const Fingerprint& fingerprint : all) {
    if (is_one_of(fingerprint.algorithm, kHashes)) usable.push_back(fingerprint);
  }
  return usable;
}

// Bundled m-lines repeat the candidates of one transport; those of another (a peer that could also do without
// the bundle) carry another user fragment.
void read_candidates(const SessionDescription& remote, std::span<const std::size_t> m_lines,
                     NegotiatedTransport& transport) {
  auto& all = transport.remote_candidates;
  for (const std::size_t index : m_lines) {
    const MediaDescription& media = remote.media[index];
    const TransportAttributes attributes = remote.transport_of(media);
    if (!attributes.ice_ufrag.empty() && attributes.ice_ufrag != transport.remote_ufrag) continue;
    for (const std::string& candidate : media.candidates) {
      if (all.size() >= kMaxEntries) return;
      if (std::find(all.begin(), all.end(), candidate) == all.end()) all.push_back(candidate);
    }
    transport.remote_end_of_candidates |= media.end_of_candidates;
  }
}

// The bit rate of a b= list: TIAS is exact, AS counts kbit/s with headers.
std::optional<std::uint64_t> bandwidth_bps(const std::vector<Bandwidth>& bandwidths) {
  std::optional<std::uint64_t> as_bps;
  for (const Bandwidth& b : bandwidths) {
    if (b.type == "TIAS") return b.value;
    if (b.type == "AS") as_bps = std::min(b.value, std::numeric_limits<std::uint64_t>::max() / 1000) * 1000;
  }
  return as_bps;
}

std::string_view without_ttl(std::string_view address) {
  return address.substr(0, address.find('/'));
}

// RFC 8866 §5.7: <group>/<ttl>[/<count>] with IPv4; with IPv6 only the count stands there.
std::uint8_t ttl_of(const ConnectionAddress& connection) {
  std::string_view rest = connection.address;
  base::take_until(rest, '/');
  if (connection.address_type != "IP4") return 1;
  return base::parse_number<std::uint8_t>(base::take_until(rest, '/')).value_or(1);
}

// The a=crypto line of our suite; empty where there is none. RFC 4568 §9.1: <tag> <suite> <key> …
std::string_view find_crypto(const MediaDescription& media, std::string_view ours) {
  const std::string_view suite = take_word(ours);
  for (const std::string& crypto : media.cryptos) {
    std::string_view rest = crypto;
    take_word(rest);
    if (take_word(rest) == suite) return crypto;
  }
  return {};
}

}  // namespace

bool protocol_suits(const MediaDescription& media, TransportProfile profile) {
  if (media.kind == MediaKind::application) {
    return profile == TransportProfile::webrtc && is_one_of(media.protocol, kDtlsSctp);
  }
  switch (profile) {
    case TransportProfile::webrtc:
      return is_one_of(media.protocol, kDtlsRtp);
    case TransportProfile::rtp:
      return is_one_of(media.protocol, kPlainRtp);
    case TransportProfile::sdes:
      break;
  }
  return is_one_of(media.protocol, kSdesRtp);
}

bool peer_connects(const SessionDescription& remote, const MediaDescription& media) {
  constexpr std::uint16_t kDiscardPort = 9;  // RFC 4145 §4.1
  if (media.comedia == Setup::active || media.comedia == Setup::actpass || media.port == kDiscardPort) return true;
  return remote.transport_of(media).setup == Setup::active;
}

bool is_data_channel(const MediaDescription& media) {
  if (media.formats.empty()) return false;
  if (media.formats.front() == "webrtc-datachannel") return true;
  return media.sctpmap && media.sctpmap->application == "webrtc-datachannel";
}

Refusal read_ice_transport(const SessionDescription& remote, std::span<const std::size_t> m_lines,
                           NegotiatedTransport& transport) {
  Refusal refusal = Refusal::no_ice;
  for (const std::size_t index : m_lines) {
    TransportAttributes attributes = remote.transport_of(remote.media[index]);
    if (attributes.ice_ufrag.empty() || attributes.ice_pwd.empty()) continue;
    transport.remote_fingerprints = usable_fingerprints(attributes.fingerprints);
    if (transport.remote_fingerprints.empty()) {
      refusal = Refusal::no_fingerprint;
      continue;
    }
    transport.remote_ufrag = std::move(attributes.ice_ufrag);
    transport.remote_pwd = std::move(attributes.ice_pwd);
    transport.remote_ice_options = std::move(attributes.ice_options);
    transport.remote_ice_lite = remote.ice_lite;
    read_candidates(remote, m_lines, transport);
    return Refusal::none;
  }
  return refusal;
}

std::optional<Setup> read_setup(const SessionDescription& remote, std::span<const std::size_t> m_lines) {
  for (const std::size_t index : m_lines) {
    if (const auto setup = remote.transport_of(remote.media[index]).setup) return setup;
  }
  return std::nullopt;
}

Refusal read_rtp_transport(const SessionDescription& remote, const MediaDescription& media,
                           std::string_view crypto, NegotiatedTransport& transport) {
  if (!crypto.empty()) {
    transport.remote_crypto = find_crypto(media, crypto);
    if (transport.remote_crypto.empty()) return Refusal::no_common_crypto;
  }
  const ConnectionAddress* connection = remote.connection_of(media);
  transport.remote_address = without_ttl(connection ? connection->address : "0.0.0.0");
  if (connection) transport.remote_ttl = ttl_of(*connection);
  transport.remote_port = media.port;
  transport.remote_rtcp_address = transport.remote_address;
  // RFC 3550 §11: RTCP is one port higher, unless a=rtcp or a=rtcp-mux says otherwise.
  transport.remote_rtcp_port = media.rtcp_mux ? media.port : static_cast<std::uint16_t>(media.port + 1);
  if (media.rtcp && !media.rtcp_mux) {
    transport.remote_rtcp_port = media.rtcp->port;
    if (media.rtcp->address) transport.remote_rtcp_address = without_ttl(media.rtcp->address->address);
  }
  return Refusal::none;
}

void read_media(const SessionDescription& remote, const MediaDescription& media, NegotiatedMedia& result) {
  result.rtcp_rsize = media.rtcp_rsize;
  result.remote_msids = media.msids;
  result.remote_ssrcs = media.ssrcs;
  result.remote_ssrc_groups = media.ssrc_groups;
  for (const SsrcDescription& source : media.ssrcs) {
    if (result.remote_cname.empty()) result.remote_cname = source.cname;
  }
  result.remote_bandwidth_bps = bandwidth_bps(media.bandwidths);
  if (!result.remote_bandwidth_bps) result.remote_bandwidth_bps = bandwidth_bps(remote.bandwidths);
  if (media.kind != MediaKind::application) return;
  result.remote_sctp_port = media.sctp_port.value_or(media.sctpmap ? media.sctpmap->port : kDefaultSctpPort);
  result.remote_max_message_size_bytes = media.max_message_size.value_or(kDefaultMaxMessageSizeBytes);
}

}  // namespace kaskado::sdp
