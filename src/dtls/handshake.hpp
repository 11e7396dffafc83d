// The handshake of one DTLS association, done by OpenSSL. It is let go once it has finished: an SSL object
// with its buffers takes about 40 KB, and what comes after needs two keys.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "dtls/certificate.hpp"
#include "dtls/datagram_bio.hpp"
#include "dtls/fingerprint.hpp"
#include "dtls/srtp_keys.hpp"
#include "dtls/ssl_context.hpp"
#include "dtls/traffic_keys.hpp"

namespace kaskado::dtls {

// From SDP's `a=setup` (RFC 8842): active is the client.
enum class DtlsRole : std::uint8_t { client, server };

class Handshake final : private CertificateJudge {
 public:
  struct Settings {
    DtlsRole role = DtlsRole::server;
    std::span<const std::uint16_t> srtp_profiles;  // read by the constructor only
    std::size_t mtu_bytes = 0;
    bool requires_srtp = true;  // where there are profiles, one of them has to be the peer's too
  };
  enum class Progress : std::uint8_t { under_way, finished, failed };

  Handshake(const Certificate& certificate, const Fingerprint& expected_remote, Settings settings);
  Handshake(const Handshake&) = delete;
  Handshake& operator=(const Handshake&) = delete;

  // Whether a datagram of records has come too early. OpenSSL would keep it; of what belongs to the next
  // epoch only the end of the handshake is worth the memory, and not much of that.
  bool refuses(base::Bytes datagram);
  // Goes on with a datagram for which is_record_sequence() holds, or, for a start, with none.
  Progress run(base::Bytes datagram, const base::Path& path, base::Outbox& outbox);
  // Retransmits where gettimeofday(2) says that it is due.
  Progress advance(const base::Path& path, base::Outbox& outbox);
  // Until advance() is to be called; nothing where no timer runs.
  std::optional<base::Duration> time_left() const;

  // Of a failed one.
  const std::string& why() const { return why_; }

  // Of a finished one, valid as long as it lives or taken out of it.
  struct Result {
    TrafficKeys traffic_keys;
    std::optional<SrtpKeyMaterial> srtp_keys;
    std::uint64_t next_sequence = 0;
    std::vector<std::uint8_t> last_flight;  // where it is ours
  };
  // Nothing where OpenSSL does not give out the keys.
  std::optional<Result> result();

 private:
  class Call;

  Verdict judge(const x509_st& peer_certificate) override;
  bool make_ssl(const Certificate& certificate, const Settings& settings);
  Progress fail(std::string why);

  Fingerprint expected_remote_;
  DtlsRole role_;
  bool requires_srtp_;
  std::uint8_t early_datagrams_ = 0;
  DatagramPort port_;
  SslHandle ssl_;  // goes before port_, which its BIO points to
  std::string why_;
};

}  // namespace kaskado::dtls
