#include "control/shard_report.hpp"

#include <string>
#include <utility>

namespace kaskado::control {

using pipeline::Object;
using pipeline::Value;

namespace {

Value integer(std::uint64_t number) { return Value(static_cast<std::int64_t>(number)); }

Value micros(base::Duration duration) {
  return Value(std::chrono::duration<double, std::micro>(duration).count());
}

Object traffic(const loop::UdpCounters& udp) {
  Object told;
  told.set("datagramsIn", integer(udp.datagrams_in));
  told.set("datagramsOut", integer(udp.datagrams_out));
  told.set("receiveCalls", integer(udp.receive_calls));
  told.set("sendCalls", integer(udp.send_calls));
  told.set("tooLong", integer(udp.too_long));
  told.set("poolEmpty", integer(udp.pool_empty));
  told.set("queueOverflows", integer(udp.queue_overflows));
  told.set("sendFailed", integer(udp.send_failed));
  return told;
}

Object drops(const base::DropCounters& counters) {
  Object told;
  for (std::size_t i = 1; i < base::kDropReasonCount; ++i) {
    const auto reason = static_cast<base::DropReason>(i);
    if (counters.of(reason)) told.set(std::string(base::to_string(reason)), integer(counters.of(reason)));
  }
  return told;
}

Object fec(const rtp::FecCounters& counters) {
  Object told;
  told.set("packetsReceived", integer(counters.received));
  told.set("packetsDiscarded", integer(counters.discarded));
  told.set("packetsRecovered", integer(counters.recovered));
  return told;
}

Object latency(const base::LatencyHistogram& histogram) {
  Object told;
  told.set("count", integer(histogram.count()));
  told.set("p50", micros(histogram.quantile(0.5)));
  told.set("p90", micros(histogram.quantile(0.9)));
  told.set("p99", micros(histogram.quantile(0.99)));
  told.set("p999", micros(histogram.quantile(0.999)));
  told.set("max", micros(histogram.most()));
  return told;
}

}  // namespace

Value to_value(const pipeline::ShardStatistics& statistics) {
  Object stages;
  for (std::size_t i = 0; i < statistics.latencies.size(); ++i) {
    stages.set(std::string(pipeline::kStageNames[i]), Value(latency(statistics.latencies[i])));
  }
  Object told;
  told.set("shard", integer(statistics.shard));
  told.set("processorTime", micros(statistics.processor_time));
  told.set("sessions", integer(statistics.sessions));
  told.set("objects", integer(statistics.objects));
  told.set("packetsInUse", integer(statistics.packets_in_use));
  told.set("maxPackets", integer(statistics.max_packets));
  told.set("traffic", Value(traffic(statistics.udp)));
  told.set("drops", Value(drops(statistics.drops)));
  told.set("fec", Value(fec(statistics.fec)));
  told.set("stages", Value(std::move(stages)));
  return Value(std::move(told));
}

}  // namespace kaskado::control
