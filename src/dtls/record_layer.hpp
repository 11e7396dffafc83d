// Protects and opens the records of an association after its handshake: epoch 1 of DTLS 1.2 (RFC 6347 §4.1)
// with an AEAD (RFC 5246 §6.2.3.3). There is no renegotiation, so there is no other epoch.
#pragma once

#include "base/drop_reason.hpp"
#include "dtls/openssl_handles.hpp"
#include "dtls/record.hpp"
#include "dtls/traffic_keys.hpp"

namespace kaskado::dtls {

// The replay protection of RFC 6347 §4.1.2.6 over 64 records.
class RecordWindow {
 public:
  bool was_taken(std::uint64_t sequence) const;
  void take(std::uint64_t sequence);

 private:
  static constexpr std::uint64_t kRecords = 64;

  std::uint64_t next_ = 0;   // one past the highest taken
  std::uint64_t taken_ = 0;  // bit 0 is next_ - 1
};

class RecordLayer {
 public:
  // `next_sequence` is the first that the handshake left unused in epoch 1.
  RecordLayer(const TrafficKeys& keys, std::uint64_t next_sequence)
      : keys_(keys), next_sequence_(next_sequence) {}

  // Header, nonce and tag.
  std::size_t overhead_bytes() const;

  // Writes one record to `out` and returns its length; 0 where it does not fit, or the sequence is at its
  // end.
  std::size_t seal(ContentType type, base::Bytes plain, base::MutableBytes out);

  struct Opened {
    base::DropReason drop = base::DropReason::none;
    std::size_t length = 0;  // of the plain bytes
  };
  // Opens a record of kProtectedEpoch into `out`, which is as long as its fragment at least. Drops it as
  //   duplicate_packet  taken before, or older than the window
  //   bad_dtls          too short, or not authentic
  // and remembers nothing of it then.
  Opened open(const Record& record, base::MutableBytes out);

 private:
  TrafficKeys keys_;
  std::uint64_t next_sequence_;
  RecordWindow window_;
  // Made for the first application data and kept: most associations carry nothing but SRTP keys, and an alert
  // comes once.
  CipherContextHandle sealing_;
  CipherContextHandle opening_;
};

}  // namespace kaskado::dtls
