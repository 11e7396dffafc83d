// A DTLS association after its handshake: application data, alerts, and the last flight for a peer that has
// not heard it. Of OpenSSL it uses the AEAD alone; it holds some hundred bytes until data flows.
#pragma once

#include <optional>
#include <vector>

#include "base/drop_reason.hpp"
#include "base/outbox.hpp"
#include "dtls/alert.hpp"
#include "dtls/application_inbox.hpp"
#include "dtls/record_layer.hpp"

namespace kaskado::dtls {

class Association {
 public:
  // `last_flight` is what the handshake sent in the end, where the peer might miss it.
  Association(const TrafficKeys& keys, std::uint64_t next_sequence, std::vector<std::uint8_t> last_flight)
      : records_(keys, next_sequence), last_flight_(std::move(last_flight)) {}

  struct Received {
    base::DropReason drop = base::DropReason::none;  // of the last record that was dropped
    std::optional<Alert> end;                        // a close_notify or a fatal alert
    bool wants_last_flight = false;                  // the peer repeats its own Finished
  };
  // A datagram for which is_record_sequence() holds. Application data goes to `inbox`, where the newest is
  // lost when it is full. Records of epoch 0 are the handshake's leftovers and pass unseen.
  Received receive(base::Bytes datagram, ApplicationInbox& inbox);

  bool send(base::Bytes application_data, const base::Path& path, base::Outbox& outbox);
  void send_alert(Alert alert, const base::Path& path, base::Outbox& outbox);
  // RFC 6347 §4.2.4: nothing where the peer cannot miss it.
  void send_last_flight(const base::Path& path, base::Outbox& outbox) const;

  std::size_t overhead_bytes() const { return records_.overhead_bytes(); }

 private:
  bool send_record(ContentType type, base::Bytes plain, const base::Path& path, base::Outbox& outbox);
  void take(ContentType type, base::Bytes plain, ApplicationInbox& inbox, Received& received);

  RecordLayer records_;
  std::vector<std::uint8_t> last_flight_;
};

}  // namespace kaskado::dtls
