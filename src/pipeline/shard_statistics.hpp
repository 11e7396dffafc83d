// What a shard can tell of itself: what it has done, what it holds, and how long its work takes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/drop_reason.hpp"
#include "base/latency_histogram.hpp"
#include "loop/udp_counters.hpp"
#include "rtp/fec_counters.hpp"

namespace kaskado::pipeline {

#define KASKADO_STAGES(X) \
  X(batch)   /* datagrams of one port, from the first one's reading until all that they caused is sent; of one in 16 */ \
  X(forward) /* of a batch, all but the sending: demultiplexing, opening, stamping, sealing */                \
  X(send)    /* of a batch, the kernel's part */                                                              \
  X(relayed) /* what other shards have relayed, from their ring into the outbox */                            \
  X(timers)  /* what has become due */                                                                        \
  X(command) /* one command of the control thread or of another shard */

enum class Stage : std::uint8_t {
#define X(name) name,
  KASKADO_STAGES(X)
#undef X
};
inline constexpr std::array kStageNames{
#define X(name) std::string_view(#name),
    KASKADO_STAGES(X)
#undef X
};

using StageLatencies = std::array<base::LatencyHistogram, kStageNames.size()>;

struct ShardStatistics {
  std::size_t shard = 0;
  base::Duration processor_time{};  // that its thread has used
  std::size_t sessions = 0;
  std::size_t objects = 0;  // stand-ins for elements of other shards included
  std::size_t packets_in_use = 0;
  std::size_t max_packets = 0;
  loop::UdpCounters udp;  // of all ports that are open
  base::DropCounters drops;
  rtp::FecCounters fec;
  StageLatencies latencies;
};

}  // namespace kaskado::pipeline
