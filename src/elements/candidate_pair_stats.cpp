#include "elements/candidate_pair_stats.hpp"

#include <string>

#include "pipeline/stats_record.hpp"

namespace kaskado::elements {

using pipeline::MediaType;

namespace {

// By this side's estimate, or by what the peer asks for.
std::uint64_t available_bps(pipeline::RtpSession& session) {
  if (const std::uint64_t estimated_bps = session.available_bps()) return estimated_bps;
  std::uint64_t asked_bps = 0;
  for (const pipeline::Pad pad : session.pads()) {
    const rtp::SendStream* const sent = pad.type == MediaType::video ? session.sink(pad).stream() : nullptr;
    if (sent) asked_bps += sent->stats().remb_bps;
  }
  return asked_bps;
}

}  // namespace

std::optional<pipeline::RTCIceCandidatePairStats> candidate_pair_stats(WebRtcConnection& connection,
                                                                       base::Instant now,
                                                                       base::WallTime wall) {
  const ice::IceAgent& agent = connection.transport().ice();
  const auto pair = agent.selected_pair();
  if (!pair) return std::nullopt;
  const std::string stream = std::to_string(connection.stream_id());
  auto record = pipeline::stats_record<pipeline::RTCIceCandidatePairStats>(
      "candidatepair-" + stream, pipeline::StatsType::candidatepair, wall);
  record.transport_id = "transport-" + stream;
  record.local_candidate_id = pair->local.to_string();
  record.remote_candidate_id = pair->remote.to_string();
  record.state = pipeline::RTCStatsIceCandidatePairState::succeeded;
  record.priority = static_cast<std::int64_t>(pair->priority);
  record.nominated = record.readable = true;
  record.writable = pair->valid;
  record.round_trip_time = base::to_seconds(agent.round_trip());
  pipeline::RtpSession& session = connection.session().rtp();
  for (const pipeline::Pad pad : session.pads()) {
    const rtp::SendStream* const sent = session.sink(pad).stream();
    if (sent)
      record.bytes_sent += static_cast<std::int64_t>(sent->stats().bytes + sent->stats().retransmitted_bytes);
    for (const auto& received : session.source(pad).streams()) {
      record.bytes_received += static_cast<std::int64_t>(received->stats(now).bytes);
    }
  }
  record.available_outgoing_bitrate = static_cast<double>(available_bps(session));
  record.available_incoming_bitrate = static_cast<double>(session.last_remb_bps());
  return record;
}

}  // namespace kaskado::elements
