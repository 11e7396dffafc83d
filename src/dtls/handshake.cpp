#include "dtls/handshake.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/time.h>

#include <algorithm>

#include "dtls/alert.hpp"
#include "dtls/record.hpp"

namespace kaskado::dtls {
namespace {

constexpr unsigned kFirstRetransmission_us = 400'000;
constexpr unsigned kLastRetransmission_us = 3'200'000;
// Datagrams of the next epoch that OpenSSL may have to keep until the handshake catches up, at 17 KB each.
constexpr std::uint8_t kMaxEarlyDatagrams = 16;

unsigned next_retransmission_us(SSL*, unsigned current_us) {
  return current_us == 0 ? kFirstRetransmission_us : std::min(2 * current_us, kLastRetransmission_us);
}

// OpenSSL reports an alert of the peer as an error with the alert's number in it.
std::string failure_text() {
  const int reason = ERR_GET_REASON(ERR_peek_last_error());
  const int alert = reason - SSL_AD_REASON_OFFSET;
  if (alert >= 0 && alert <= 255)
    return "the peer sent an alert: " + std::string(alert_text(static_cast<std::uint8_t>(alert)));
  return "the DTLS handshake failed: " + newest_openssl_error();
}

}  // namespace

// The frame of each call into OpenSSL: where datagrams go, and an error queue of its own.
class Handshake::Call {
 public:
  Call(DatagramPort& port, base::Bytes inbound, const base::Path& path, base::Outbox& outbox) : port_(port) {
    port_.inbound = inbound;
    port_.outbox = &outbox;
    port_.path = &path;
    port_.written.clear();
  }
  ~Call() {
    port_.inbound = {};
    port_.outbox = nullptr;
    port_.path = nullptr;
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  ErrorQueueGuard errors_;
  DatagramPort& port_;
};

Handshake::Handshake(const Certificate& certificate, const Fingerprint& expected_remote, Settings settings)
    : expected_remote_(expected_remote), role_(settings.role), requires_srtp_(settings.requires_srtp && !settings.srtp_profiles.empty()) {
  const ErrorQueueGuard guard;
  if (make_ssl(certificate, settings)) return;
  why_ = "OpenSSL cannot set up a DTLS session: " + newest_openssl_error();
  ssl_.reset();
}

bool Handshake::make_ssl(const Certificate& certificate, const Settings& settings) {
  ssl_.reset(SSL_new(certificate.context()));
  BioHandle bio = make_datagram_bio(port_);
  if (!ssl_ || !bio) return false;
  SSL* ssl = ssl_.get();
  BIO* both_ways = bio.release();
  SSL_set_bio(ssl, both_ways, both_ways);
  set_certificate_judge(ssl, this);
  SSL_set_mtu(ssl, static_cast<long>(settings.mtu_bytes));
  DTLS_set_timer_cb(ssl, next_retransmission_us);
  if (role_ == DtlsRole::client) {
    SSL_set_connect_state(ssl);
  } else {
    SSL_set_accept_state(ssl);
  }
  // Gives 0 for success, unlike all the others.
  return settings.srtp_profiles.empty() || SSL_set_tlsext_use_srtp(ssl, srtp_profile_list(settings.srtp_profiles).c_str()) == 0;
}

Handshake::Progress Handshake::run(base::Bytes datagram, const base::Path& path, base::Outbox& outbox) {
  if (!ssl_) return Progress::failed;
  const Call call(port_, datagram, path, outbox);
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return Progress::finished;
  const int error = SSL_get_error(ssl_.get(), result);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return Progress::under_way;
  return fail(why_.empty() ? failure_text() : std::move(why_));
}

bool Handshake::refuses(base::Bytes datagram) {
  const auto first = take_record(datagram);
  if (!first || first->epoch == 0) return false;
  if (first->type == ContentType::application_data || early_datagrams_ == kMaxEarlyDatagrams) return true;
  ++early_datagrams_;
  return false;
}

Handshake::Progress Handshake::advance(const base::Path& path, base::Outbox& outbox) {
  if (!ssl_) return Progress::failed;
  const Call call(port_, {}, path, outbox);
  if (DTLSv1_handle_timeout(ssl_.get()) >= 0) return Progress::under_way;
  return fail("the peer does not answer the DTLS handshake");
}

// Never more than the longest pause, so that a step of the wall clock does not stop the handshake.
std::optional<base::Duration> Handshake::time_left() const {
  timeval left{};
  if (!ssl_ || DTLSv1_get_timeout(ssl_.get(), &left) != 1) return std::nullopt;
  const auto left_us = std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
  return std::min(left_us, std::chrono::microseconds(kLastRetransmission_us));
}

CertificateJudge::Verdict Handshake::judge(const X509& peer_certificate) {
  if (requires_srtp_ && !SSL_get_selected_srtp_profile(ssl_.get())) {
    why_ = "the peer has no SRTP protection profile of ours";
    return Verdict::no_common_srtp_profile;
  }
  if (Fingerprint::of(peer_certificate, expected_remote_.algorithm()) != expected_remote_) {
    why_ = "the peer's certificate is not the one of its fingerprint";
    return Verdict::wrong_certificate;
  }
  return Verdict::accept;
}

std::optional<Handshake::Result> Handshake::result() {
  const ErrorQueueGuard guard;
  const bool we_are_client = role_ == DtlsRole::client;
  auto traffic_keys = export_traffic_keys(ssl_.get(), we_are_client);
  Result result{{}, export_srtp_keys(ssl_.get(), we_are_client), port_.next_sequence, {}};
  // Without a certificate nothing has been judged.
  const bool peer_is_known = SSL_get0_peer_certificate(ssl_.get()) != nullptr;
  if (!traffic_keys || !peer_is_known || (requires_srtp_ && !result.srtp_keys)) return std::nullopt;
  result.traffic_keys = *traffic_keys;
  // The server speaks last (RFC 6347 §4.2.4, figure 1).
  if (!we_are_client) result.last_flight = std::move(port_.written);
  return result;
}

Handshake::Progress Handshake::fail(std::string why) {
  why_ = std::move(why);
  ssl_.reset();
  return Progress::failed;
}

}  // namespace kaskado::dtls
