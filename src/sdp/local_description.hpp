// The parts of our own descriptions that offers and answers share. Inside the room only.
#pragma once

#include <cstddef>

#include "sdp/capabilities.hpp"
#include "sdp/session_description.hpp"

namespace kaskado::sdp {

// Origin, name, address and ICE options; no m-lines.
SessionDescription begin_description(const LocalTransportParameters&);

// Port, RTCP, ICE and DTLS (but a=setup) or keys of an m-line on local.transports[transport]. Candidates are
// written once a transport, on its first m-line. `crypto_tag` is the tag of the a=crypto line that is
// answered.
void write_transport(const LocalTransportParameters& local, std::size_t transport, bool first_on_transport,
                     std::string_view crypto_tag, MediaDescription&);
// a=msid and a=ssrc of what the m-line sends.
void write_source(const LocalTransportParameters& local, std::size_t media_index, bool rtx,
                  MediaDescription&);
// b= lines for what the peer may send.
void write_limit(const LocalCapabilities&, MediaDescription&);

}  // namespace kaskado::sdp
