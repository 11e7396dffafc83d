// The statistics of an endpoint's RTP, in the records of the client API.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "pipeline/api.hpp"
#include "pipeline/rtp_session.hpp"

namespace kaskado::elements {

// One record a stream, of one media type or of both; the keys are the records' own ids.
std::map<std::string, pipeline::Value> rtp_stats(pipeline::RtpSession& session, std::optional<pipeline::MediaType> type,
                                                 base::Instant now, base::WallTime wall);

}  // namespace kaskado::elements
