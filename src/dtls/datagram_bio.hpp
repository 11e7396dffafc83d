// A BIO that keeps datagrams apart: each write is one datagram in the Outbox, each read takes the one that
// came in. OpenSSL itself packs the records of a flight into datagrams up to the MTU.
#pragma once

#include "base/outbox.hpp"
#include "dtls/openssl_handles.hpp"

namespace kaskado::dtls {

// What a BIO reads from and writes to during one call into a session. Lives as long as the BIO.
struct DatagramPort {
  base::Bytes inbound;  // taken whole by the next read, then empty
  base::Outbox* outbox = nullptr;
  const base::Path* path = nullptr;
};

// Empty where there is no memory.
BioHandle make_datagram_bio(DatagramPort& port);

}  // namespace kaskado::dtls
