#include "sdp/local_description.hpp"

namespace kaskado::sdp {
namespace {

constexpr std::string_view kSessionName = "Kaskado";

ConnectionAddress connection_address(const std::string& address) {
  return ConnectionAddress{"IN", address.find(':') == std::string::npos ? "IP4" : "IP6", address};
}

void write_ice(const LocalTransportParameters& local, const LocalTransport& transport, bool with_candidates,
               MediaDescription& media) {
  media.transport.ice_ufrag = transport.ice_ufrag;
  media.transport.ice_pwd = transport.ice_pwd;
  media.transport.fingerprints = {local.fingerprint};
  if (!with_candidates) return;
  media.candidates = transport.candidates;
  media.end_of_candidates = transport.end_of_candidates;
}

}  // namespace

SessionDescription begin_description(const LocalTransportParameters& local) {
  SessionDescription session;
  session.origin.session_id = local.session_id;
  session.origin.session_version = std::to_string(local.session_version);
  session.origin.address = connection_address(local.address);
  session.name = kSessionName;
  session.connection = connection_address(local.address);
  if (local.profile != TransportProfile::webrtc) return session;
  session.ice_lite = local.ice_lite;
  if (local.trickle) session.transport.ice_options = {"trickle"};
  return session;
}

void write_transport(const LocalTransportParameters& local, std::size_t transport, bool first_on_transport,
                     std::string_view crypto_tag, MediaDescription& media) {
  const LocalTransport& mine = local.transports[transport];
  media.port = mine.port;
  const bool is_webrtc = local.profile == TransportProfile::webrtc;
  if (is_webrtc) write_ice(local, mine, first_on_transport, media);
  if (local.profile == TransportProfile::sdes) media.cryptos = {std::string(crypto_tag) + " " + local.crypto};
  if (media.kind == MediaKind::application) return;
  if (is_webrtc) {
    media.rtcp_mux = true;
    media.rtcp = RtcpAddress{mine.rtcp_port, connection_address(local.address)};
  } else if (!media.rtcp_mux) {
    media.rtcp = RtcpAddress{mine.rtcp_port, std::nullopt};
  }
}

void write_source(const LocalTransportParameters& local, std::size_t media_index, bool rtx,
                  MediaDescription& media) {
  if (media_index >= local.sources.size()) return;
  const LocalSource& source = local.sources[media_index];
  if (!source.stream.empty()) media.msids = {Msid{source.stream, source.track}};
  if (source.ssrc == 0) return;
  media.ssrcs.push_back(SsrcDescription{.ssrc = source.ssrc, .cname = local.cname});
  if (!rtx || source.rtx_ssrc == 0) return;
  media.ssrcs.push_back(SsrcDescription{.ssrc = source.rtx_ssrc, .cname = local.cname});
  media.ssrc_groups.push_back(SsrcGroup{"FID", {source.ssrc, source.rtx_ssrc}});  // RFC 5576 §4.2
}

void write_limit(const LocalCapabilities& capabilities, MediaDescription& media) {
  const auto limit_kbps =
      media.kind == MediaKind::audio ? capabilities.audio_limit_kbps : capabilities.video_limit_kbps;
  if (!limit_kbps || *limit_kbps == 0) return;
  media.bandwidths = {Bandwidth{"AS", *limit_kbps}, Bandwidth{"TIAS", std::uint64_t{*limit_kbps} * 1000}};
}

}  // namespace kaskado::sdp
