// Asks a STUN server which address one of our ports has in its eyes (RFC 8445 §5.1.1.2): a server-reflexive
// candidate.
#pragma once

#include <optional>

#include "base/outbox.hpp"
#include "base/random.hpp"
#include "ice/stun_transaction.hpp"

namespace kaskado::ice {

// A machine of the usual shape. Owned by one loop.
class StunQuery {
 public:
  // From which port to which server.
  explicit StunQuery(const base::Path& path) : path_(path) {}

  const base::Path& path() const { return path_; }
  void start(base::Random& random, base::Instant now, base::Outbox& outbox);
  // none where it was the answer; unexpected_stun where it was another's.
  base::DropReason receive(Bytes datagram, const base::Path& path);
  void advance(base::Instant now, base::Outbox& outbox);
  base::Instant deadline() const { return transaction_.deadline(); }

  // Answered, refused or given up.
  bool is_over() const { return !transaction_.outstanding; }
  // Not set before, and where the server did not answer.
  const SocketAddress& mapped() const { return mapped_; }

 private:
  void send(base::Outbox& outbox) const;

  base::Path path_;
  StunTransaction transaction_;
  SocketAddress mapped_;
};

}  // namespace kaskado::ice
