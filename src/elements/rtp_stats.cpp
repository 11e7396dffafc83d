#include "elements/rtp_stats.hpp"

#include "pipeline/stats_record.hpp"

namespace kaskado::elements {

using pipeline::MediaType;
using pipeline::StatsType;

namespace {

// Stable for as long as the stream lives.
std::string id_of(const char* direction, const char* kind, rtp::Ssrc ssrc) {
  return std::string(direction) + "-" + kind + "-" + std::to_string(ssrc.value);
}

const char* name_of(rtp::MediaKind kind) { return kind == rtp::MediaKind::audio ? "audio" : "video"; }

pipeline::RTCInboundRTPStreamStats inbound(rtp::ReceiveStream& stream, std::uint64_t remb_bps, base::Instant now,
                                           base::WallTime wall) {
  const rtp::ReceiveStats stats = stream.stats(now);
  auto record = pipeline::stats_record<pipeline::RTCInboundRTPStreamStats>(
      id_of("inbound", name_of(stream.kind()), stream.ssrc()), StatsType::inboundrtp, wall);
  record.ssrc = std::to_string(stream.ssrc().value);
  record.pli_count = static_cast<std::int64_t>(stats.plis_sent);
  record.fir_count = static_cast<std::int64_t>(stats.firs_sent);
  record.nack_count = static_cast<std::int64_t>(stats.nacks_sent);
  record.remb = static_cast<std::int64_t>(remb_bps);
  record.packets_lost = stats.packets_lost;
  record.fraction_lost = stats.fraction_lost / 256.0;
  record.packets_received = static_cast<std::int64_t>(stats.packets);
  record.bytes_received = static_cast<std::int64_t>(stats.bytes);
  record.jitter = base::to_seconds(stats.jitter);
  return record;
}

pipeline::RTCOutboundRTPStreamStats outbound(const rtp::SendStream& stream, base::WallTime wall) {
  const rtp::SendStats stats = stream.stats();
  auto record = pipeline::stats_record<pipeline::RTCOutboundRTPStreamStats>(
      id_of("outbound", name_of(stream.kind()), stream.ssrc()), StatsType::outboundrtp, wall);
  record.ssrc = std::to_string(stream.ssrc().value);
  record.fir_count = static_cast<std::int64_t>(stats.firs);
  record.pli_count = static_cast<std::int64_t>(stats.plis);
  record.nack_count = static_cast<std::int64_t>(stats.nacks);
  record.remb = static_cast<std::int64_t>(stats.remb_bps);
  record.packets_lost = stats.packets_lost;
  record.fraction_lost = stats.fraction_lost / 256.0;
  // What was sent again is among them, as it is in our sender reports.
  record.packets_sent = static_cast<std::int64_t>(stats.packets + stats.retransmitted_packets);
  record.bytes_sent = static_cast<std::int64_t>(stats.bytes + stats.retransmitted_bytes);
  record.round_trip_time = base::to_seconds(stats.rtt);
  return record;
}

}  // namespace

std::map<std::string, pipeline::Value> rtp_stats(pipeline::RtpSession& session, std::optional<MediaType> type,
                                                 base::Instant now, base::WallTime wall) {
  std::map<std::string, pipeline::Value> records;
  const auto put = [&](const auto& record) { records.emplace(record.id, record.to_value()); };
  for (const pipeline::Pad pad : session.pads()) {
    if (type && *type != pad.type) continue;
    const std::uint64_t remb_bps = pad.type == MediaType::video ? session.last_remb_bps() : 0;
    for (const auto& stream : session.source(pad).streams()) put(inbound(*stream, remb_bps, now, wall));
    if (const rtp::SendStream* stream = session.sink(pad).stream()) put(outbound(*stream, wall));
  }
  return records;
}

}  // namespace kaskado::elements
