#include "sdp/session_description.hpp"

#include <algorithm>

#include "sdp/tokens.hpp"

namespace kaskado::sdp {

std::string_view to_string(Setup setup) {
  switch (setup) {
    case Setup::active:
      return "active";
    case Setup::passive:
      return "passive";
    case Setup::actpass:
      return "actpass";
    case Setup::holdconn:
      break;
  }
  return "holdconn";
}

// RFC 8866 §5.14 and RFC 3551: "RTP/AVP", "UDP/TLS/RTP/SAVPF" and the like.
bool MediaDescription::is_rtp() const {
  return protocol.starts_with("RTP/") || protocol.find("/RTP/") != std::string::npos;
}

const RtpCodec* MediaDescription::find_codec(std::uint8_t payload_type) const {
  const auto at = std::find_if(codecs.begin(), codecs.end(),
                               [&](const RtpCodec& c) { return c.payload_type == payload_type; });
  return at == codecs.end() ? nullptr : &*at;
}

TransportAttributes SessionDescription::transport_of(const MediaDescription& m) const {
  TransportAttributes result = m.transport;
  // RFC 8839 §5.4: the two belong together, so the session's are used only where both are missing.
  if (result.ice_ufrag.empty() && result.ice_pwd.empty()) {
    result.ice_ufrag = transport.ice_ufrag;
    result.ice_pwd = transport.ice_pwd;
  }
  if (result.ice_options.empty()) result.ice_options = transport.ice_options;
  if (result.fingerprints.empty()) result.fingerprints = transport.fingerprints;
  if (!result.setup) result.setup = transport.setup;
  return result;
}

Direction SessionDescription::direction_of(const MediaDescription& m) const {
  return m.direction.value_or(direction.value_or(Direction::sendrecv));
}

const ConnectionAddress* SessionDescription::connection_of(const MediaDescription& m) const {
  if (m.connection) return &*m.connection;
  return connection ? &*connection : nullptr;
}

}  // namespace kaskado::sdp
