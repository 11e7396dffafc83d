#include "pipeline/router.hpp"

namespace kaskado::pipeline {

void Router::subscribe(Subscription subscription) { subscriptions_.push_back(subscription); }

void Router::unsubscribe(const rtp::SendStream& stream) {
  std::erase_if(subscriptions_, [&](const Subscription& s) { return s.stream == &stream; });
}

void Router::forward(std::span<const rtp::MediaPacket> run, base::Outbox& outbox, base::DropCounters& drops) {
  for (const Subscription& to : subscriptions_) {
    if (!to.line->is_open()) continue;
    for (const rtp::MediaPacket& packet : run) {
      const base::MutableBytes slot = outbox.slot();
      const rtp::Stamped stamped = to.stream->stamp(packet, slot);
      if (stamped.drop != base::DropReason::none) {
        drops.count(stamped.drop);
      } else if (!to.line->send_rtp(outbox, slot, stamped.header_bytes, stamped.payload(packet, slot), stamped.packet_index)) {
        drops.count(base::DropReason::datagram_too_long);
      }
    }
  }
}

}  // namespace kaskado::pipeline
