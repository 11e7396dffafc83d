// The fan-out of one source: every accepted packet to every subscriber, each in its own numbering and key.
#pragma once

#include <span>
#include <vector>

#include "base/drop_reason.hpp"
#include "base/outbox.hpp"
#include "rtp/send_stream.hpp"
#include "transport/egress_line.hpp"

namespace kaskado::pipeline {

struct Subscription {
  rtp::SendStream* stream;
  transport::EgressLine* line;
};

// Owned by one shard. forward() does not allocate.
class Router {
 public:
  void subscribe(Subscription subscription);
  void unsubscribe(const rtp::SendStream& stream);
  std::size_t subscriptions() const { return subscriptions_.size(); }

  // The outer loop is over subscribers, so that the packets of a run leave to each of them side by side, and
  // can go as one segmented send. Order within each stream is that of the run.
  void forward(std::span<const rtp::MediaPacket> run, base::Instant now, base::Outbox& outbox, base::DropCounters& drops);

 private:
  std::vector<Subscription> subscriptions_;
};

}  // namespace kaskado::pipeline
