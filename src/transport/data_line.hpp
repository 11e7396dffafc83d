// Data channels over DTLS: SCTP packets are its application data, one a record (RFC 8261).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/drop_reason.hpp"
#include "base/outbox.hpp"
#include "dtls/session.hpp"

namespace kaskado::sctp {
class DataChannels;
}

namespace kaskado::transport {

// As negotiated (RFC 8841).
struct DataParameters {
  std::uint16_t local_port = 5000;
  std::uint16_t remote_port = 5000;
  std::uint64_t remote_max_message_bytes = 65536;  // 0: any size
};

// Owned by a transport, which says when there is DTLS and when not.
class DataLine {
 public:
  DataLine();
  ~DataLine();

  // The channels are negotiated, and not any more.
  void want(const DataParameters& parameters) { wanted_ = parameters; }
  bool forgo() {
    wanted_.reset();
    return end();
  }

  // Begin and end the association, where channels are wanted and it is not there already; true where it was
  // begun or ended.
  bool begin(const dtls::DtlsSession& dtls, base::Instant now);
  bool end();
  sctp::DataChannels* channels() const { return channels_.get(); }

  // What DTLS has brought, all of it.
  base::DropReason take_from(dtls::DtlsSession& dtls, base::Instant now);
  void advance(base::Instant now);
  base::Instant deadline() const;
  // Sends what waits; without a path it is lost.
  void flush(dtls::DtlsSession& dtls, const base::Path* path, base::Instant now, base::Outbox& outbox);

 private:
  std::optional<DataParameters> wanted_;
  std::unique_ptr<sctp::DataChannels> channels_;
};

}  // namespace kaskado::transport
