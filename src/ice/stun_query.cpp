#include "ice/stun_query.hpp"

#include "ice/stun_writer.hpp"

namespace kaskado::ice {

using base::DropReason;

void StunQuery::start(base::Random& random, base::Instant now, base::Outbox& outbox) {
  TransactionId id;
  random.fill(id);
  transaction_.begin(id, false, now);
  send(outbox);
}

void StunQuery::send(base::Outbox& outbox) const {
  StunWriter writer(outbox.slot(), StunClass::request, transaction_.id);
  outbox.commit(writer.finish().size(), path_);
}

DropReason StunQuery::receive(Bytes datagram, const base::Path& path) {
  const auto message = StunMessage::parse(datagram);
  if (!message) return message.error();
  const bool is_answer = message->type == StunClass::success || message->type == StunClass::error;
  if (!is_answer || message->method != kBindingMethod || !transaction_.outstanding ||
      message->transaction != transaction_.id || !(path == path_)) {
    return DropReason::unexpected_stun;
  }
  transaction_.end();
  const SocketAddress& mapped = message->reflexive_address();
  const bool usable =
      mapped.is_set() && mapped.port() != 0 && !mapped.is_unspecified() && !mapped.is_multicast();
  if (message->type == StunClass::success && usable) mapped_ = mapped;
  return DropReason::none;
}

void StunQuery::advance(base::Instant now, base::Outbox& outbox) {
  if (transaction_.is_spent(now)) return transaction_.end();
  if (!transaction_.is_due(now)) return;
  transaction_.note_sent_again(now);
  send(outbox);
}

}  // namespace kaskado::ice
