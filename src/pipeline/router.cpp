#include "pipeline/router.hpp"

namespace kaskado::pipeline {

void Router::subscribe(Subscription subscription) { subscriptions_.push_back(subscription); }

void Router::unsubscribe(const rtp::SendStream& stream) {
  std::erase_if(subscriptions_, [&](const Subscription& s) { return s.stream == &stream; });
}

void Router::forward(std::span<const rtp::MediaPacket> run, base::Instant now, base::Outbox& outbox,
                     base::DropCounters& drops) {
  for (const Subscription& to : subscriptions_) {
    if (!to.line->is_open()) continue;
    const rtp::SentStream sent_as = to.stream->sent_as();
    for (const rtp::MediaPacket& packet : run) {
      const base::MutableBytes slot = outbox.slot();
      const rtp::Stamped stamped = to.stream->stamp(packet, slot);
      if (stamped.drop != base::DropReason::none) {
        drops.count(stamped.drop);
      } else if (!to.line->send(outbox, slot, stamped, sent_as, stamped.payload(packet, slot), now)) {
        drops.count(base::DropReason::datagram_too_long);
      }
    }
  }
}

}  // namespace kaskado::pipeline
