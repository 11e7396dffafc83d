// One DTLS 1.2 association (RFC 6347) with the DTLS-SRTP extension (RFC 5764), as WebRTC wants it (RFC 8827
// §6.5): ECDHE, AEAD ciphers, certificates of both ends, known by their fingerprints in SDP. No
// renegotiation, no resumption, no compression.
//
// Owned and used by one loop; datagrams go to the Outbox before a call returns. A session holds some 60 KB
// during the handshake and 1 KB after it.
//
// Time: `now` sets deadline(), but OpenSSL decides with gettimeofday(2) whether a flight is due again. Call
// advance() at deadline() and all goes well; a test on virtual time defines gettimeofday in its executable.
// Retransmission starts at 400 ms, doubles up to 3.2 s, and gives up after 12 times (about 30 s).
//
// No HelloVerifyRequest is sent as a server: ICE has verified the peer's address before.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/drop_reason.hpp"
#include "base/outbox.hpp"
#include "base/time.hpp"
#include "dtls/association.hpp"
#include "dtls/certificate.hpp"
#include "dtls/handshake.hpp"

namespace kaskado::dtls {

enum class DtlsState : std::uint8_t { idle, connecting, connected, failed, closed };

std::string_view to_string(DtlsState state);

struct DtlsOutcome {
  base::DropReason drop = base::DropReason::none;
  bool state_changed = false;
};

class DtlsSession {
 public:
  static constexpr std::size_t kDefaultMtuBytes = 1200;  // of UDP payload

  // `expected_remote` is what the peer's certificate must be: a peer with a new certificate needs a new
  // association (RFC 8842 §4). `srtp_profiles` are ids in the order of our preference, which decides where we
  // are the server; where there are some and none is the peer's too, the handshake fails. With none the
  // association carries application data only, as it does without `requires_srtp` where the peer offers none of them.
  // `mtu_bytes` is taken into 256 to kMaxDatagramBytes.
  DtlsSession(std::shared_ptr<const Certificate> certificate, DtlsRole role,
              const Fingerprint& expected_remote,
              std::span<const std::uint16_t> srtp_profiles = kDefaultSrtpProfiles,
              std::size_t mtu_bytes = kDefaultMtuBytes, bool requires_srtp = true);

  // Once ICE has a path. A client sends its ClientHello; a server waits for one. Does nothing but in idle.
  DtlsOutcome start(const base::Path& path, base::Instant now, base::Outbox& outbox);

  // One datagram of the peer. Drops it as
  //   datagram_too_long  more than kMaxDatagramBytes
  //   dtls_before_ice    the session is idle
  //   bad_dtls           no sequence of DTLS records, or with one that is not authentic, or after the end
  //   duplicate_packet   with a record that came before
  // While the handshake is going on OpenSSL passes over what it does not like without a word. Answers, also
  // retransmissions that the peer asks for, go to the path given.
  DtlsOutcome receive(base::Bytes datagram, const base::Path& path, base::Instant now, base::Outbox& outbox);

  // Retransmits where that is due. Call it at deadline().
  DtlsOutcome advance(const base::Path& path, base::Instant now, base::Outbox& outbox);
  // kNever where nothing is to be done.
  base::Instant deadline() const { return deadline_; }

  // One record of application data, of at most max_application_bytes(). False where it is longer or empty, or
  // the session is not connected.
  bool send(base::Bytes application_data, const base::Path& path, base::Outbox& outbox);
  // 0 unless connected.
  std::size_t max_application_bytes() const;
  // The oldest record of the peer's application data, or an empty span. Valid until the next call to the
  // session. At most 64 KiB wait here; what comes while they are full is lost.
  base::Bytes next_application_data();

  // Sends a close_notify where there is an association, and ends in closed.
  void close(const base::Path& path, base::Instant now, base::Outbox& outbox);

  DtlsState state() const { return state_; }
  DtlsRole role() const { return role_; }
  // There while connected with an SRTP profile.
  const std::optional<SrtpKeyMaterial>& keys() const { return keys_; }
  // Why the state is failed, in words; else empty.
  const std::string& why() const { return why_; }

 private:
  void go_on(Handshake::Progress progress, base::Bytes datagram, const base::Path& path,
             base::Outbox& outbox);
  void establish(base::Bytes datagram, const base::Path& path, base::Outbox& outbox);
  base::DropReason receive_established(base::Bytes datagram, const base::Path& path, base::Outbox& outbox);
  void end_by_peer(Alert alert, const base::Path& path, base::Outbox& outbox);
  void fail(std::string why);
  void end(DtlsState state);
  DtlsOutcome outcome(base::DropReason drop, DtlsState before, base::Instant now);

  std::shared_ptr<const Certificate> certificate_;
  Fingerprint expected_remote_;
  std::vector<std::uint16_t> srtp_profiles_;
  std::size_t mtu_bytes_;
  bool requires_srtp_;
  DtlsRole role_;
  DtlsState state_ = DtlsState::idle;
  base::Instant deadline_ = base::kNever;
  // One of them at a time, none at the ends of life.
  std::unique_ptr<Handshake> handshake_;
  std::unique_ptr<Association> association_;
  std::optional<SrtpKeyMaterial> keys_;
  ApplicationInbox inbox_;
  std::string why_;
};

}  // namespace kaskado::dtls
