// The statistics of a WebRTC connection's selected pair, in the record of the client API.
#pragma once

#include <optional>

#include "base/time.hpp"
#include "elements/web_rtc_connection.hpp"
#include "pipeline/api.hpp"

namespace kaskado::elements {

// Nothing before a pair is selected. Bytes are those of RTP payloads; what may be sent is 0 while nobody has
// said anything of the path.
std::optional<pipeline::RTCIceCandidatePairStats> candidate_pair_stats(WebRtcConnection& connection,
                                                                       base::Instant now,
                                                                       base::WallTime wall);

}  // namespace kaskado::elements
