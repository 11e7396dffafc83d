// A BIO that keeps datagrams apart: each write is one datagram in the Outbox, each read takes the one that
// came in. OpenSSL itself packs the records of a flight into datagrams up to the MTU.
#pragma once

#include <vector>

#include "base/outbox.hpp"
#include "dtls/openssl_handles.hpp"

namespace kaskado::dtls {

// What a BIO reads from and writes to. Lives as long as the BIO.
struct DatagramPort {
  // For one call into OpenSSL.
  base::Bytes inbound;  // taken whole by the next read, then empty
  base::Outbox* outbox = nullptr;
  const base::Path* path = nullptr;
  std::vector<std::uint8_t> written;  // all records of the call, one behind the other

  // One past the highest sequence number that was written in epoch 1.
  std::uint64_t next_sequence = 0;
};

// Empty where there is no memory.
BioHandle make_datagram_bio(DatagramPort& port);

}  // namespace kaskado::dtls
