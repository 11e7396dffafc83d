#include "dtls/session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/time.h>

#include <algorithm>

#include "dtls/record.hpp"

namespace kaskado::dtls {
namespace {

using base::DropReason;

constexpr std::size_t kMinMtuBytes = 256;
constexpr unsigned kFirstRetransmission_us = 400'000;
constexpr unsigned kLastRetransmission_us = 3'200'000;
// Records of the next epoch that OpenSSL may have to keep until the handshake catches up, at 17 KB each.
constexpr std::uint8_t kMaxEarlyRecords = 16;

unsigned next_retransmission_us(SSL*, unsigned current_us) {
  return current_us == 0 ? kFirstRetransmission_us : std::min(2 * current_us, kLastRetransmission_us);
}

}  // namespace

std::string_view to_string(DtlsState state) {
  constexpr std::array<std::string_view, 5> kNames{"idle", "connecting", "connected", "failed", "closed"};
  return kNames[static_cast<std::size_t>(state)];
}

// The frame of each call that lets OpenSSL work: where datagrams go to, an error queue of its own, and read
// and write buffers (17 KB) that an established session has only for so long.
class DtlsSession::Call {
 public:
  Call(DtlsSession& session, const base::Path& path, base::Outbox& outbox, base::Bytes inbound = {})
      : session_(session), state_before_(session.state_) {
    session_.port_ = {inbound, &outbox, &path};
    if (session_.ssl_ && session_.handshake_finished_) SSL_alloc_buffers(session_.ssl_.get());
  }
  ~Call() {
    if (session_.ssl_ && session_.handshake_finished_) SSL_free_buffers(session_.ssl_.get());
    session_.port_ = {};
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  DtlsOutcome outcome(base::Instant now) {
    session_.update_deadline(now);
    return {DropReason::none, session_.state_ != state_before_};
  }

 private:
  ErrorQueueGuard errors_;
  DtlsSession& session_;
  DtlsState state_before_;
};

DtlsSession::DtlsSession(std::shared_ptr<const Certificate> certificate, DtlsRole role,
                         std::optional<Fingerprint> expected_remote,
                         std::span<const std::uint16_t> srtp_profiles, std::size_t mtu_bytes)
    : certificate_(std::move(certificate)),
      expected_remote_(std::move(expected_remote)),
      srtp_profiles_(srtp_profiles.begin(), srtp_profiles.end()),
      mtu_bytes_(std::clamp(mtu_bytes, kMinMtuBytes, base::kMaxDatagramBytes)),
      role_(role) {}

DtlsOutcome DtlsSession::start(const base::Path& path, base::Instant now, base::Outbox& outbox) {
  if (state_ != DtlsState::idle) return {};
  Call call(*this, path, outbox);
  state_ = DtlsState::connecting;
  if (make_ssl()) {
    run();
  } else {
    fail("OpenSSL cannot set up a DTLS session: " + newest_openssl_error());
  }
  return call.outcome(now);
}

bool DtlsSession::make_ssl() {
  ssl_.reset(SSL_new(certificate_->context()));
  BioHandle bio = make_datagram_bio(port_);
  if (!ssl_ || !bio) return false;
  SSL* ssl = ssl_.get();
  BIO* both_ways = bio.release();
  SSL_set_bio(ssl, both_ways, both_ways);
  set_certificate_judge(ssl, this);
  SSL_set_mtu(ssl, static_cast<long>(mtu_bytes_));
  DTLS_set_timer_cb(ssl, next_retransmission_us);
  if (role_ == DtlsRole::client) {
    SSL_set_connect_state(ssl);
  } else {
    SSL_set_accept_state(ssl);
  }
  // Gives 0 for success, unlike all the others.
  return srtp_profiles_.empty() ||
         SSL_set_tlsext_use_srtp(ssl, srtp_profile_list(srtp_profiles_).c_str()) == 0;
}

DtlsOutcome DtlsSession::receive(base::Bytes datagram, const base::Path& path, base::Instant now,
                                 base::Outbox& outbox) {
  if (datagram.size() > base::kMaxDatagramBytes) return {DropReason::datagram_too_long};
  if (state_ == DtlsState::idle) return {DropReason::dtls_before_ice};
  if (!ssl_ || !is_record_sequence(datagram) || is_premature(datagram)) return {DropReason::bad_dtls};
  Call call(*this, path, outbox, datagram);
  run();
  return call.outcome(now);
}

// Until the handshake is over OpenSSL keeps what comes for the next epoch. Of that only the end of the
// handshake itself is worth the memory.
bool DtlsSession::is_premature(base::Bytes datagram) {
  if (handshake_finished_) return false;
  const RecordHeader first = first_record(datagram);
  if (first.epoch == 0) return false;
  if (first.type == ContentType::application_data || early_records_ == kMaxEarlyRecords) return true;
  ++early_records_;
  return false;
}

DtlsOutcome DtlsSession::advance(const base::Path& path, base::Instant now, base::Outbox& outbox) {
  if (!ssl_ || now < deadline_) return {};
  Call call(*this, path, outbox);
  if (DTLSv1_handle_timeout(ssl_.get()) < 0) fail("the peer does not answer the DTLS handshake");
  return call.outcome(now);
}

DtlsOutcome DtlsSession::set_remote_fingerprint(const Fingerprint& expected, const base::Path& path,
                                                base::Instant now, base::Outbox& outbox) {
  expected_remote_ = expected;
  if (!ssl_ || !handshake_finished_) return {};
  Call call(*this, path, outbox);
  become_connected();
  return call.outcome(now);
}

bool DtlsSession::send(base::Bytes application_data, const base::Path& path, base::Outbox& outbox) {
  if (application_data.empty() || application_data.size() > max_application_bytes()) return false;
  Call call(*this, path, outbox);
  return SSL_write(ssl_.get(), application_data.data(), static_cast<int>(application_data.size())) > 0;
}

std::size_t DtlsSession::max_application_bytes() const {
  return state_ == DtlsState::connected ? DTLS_get_data_mtu(ssl_.get()) : 0;
}

base::Bytes DtlsSession::next_application_data() {
  return state_ == DtlsState::connected ? inbox_.next() : base::Bytes{};
}

void DtlsSession::close(const base::Path& path, base::Instant now, base::Outbox& outbox) {
  if (state_ == DtlsState::failed || state_ == DtlsState::closed) return;
  Call call(*this, path, outbox);
  send_close_notify();
  end(DtlsState::closed);
  call.outcome(now);
}

void DtlsSession::run() {
  if (!handshake_finished_) shake_hands();
  if (handshake_finished_ && ssl_) read_records();
}

void DtlsSession::shake_hands() {
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    finish_handshake();
  } else {
    handle_result(result);
  }
}

void DtlsSession::finish_handshake() {
  handshake_finished_ = true;
  if (expected_remote_) become_connected();
}

// The fingerprint is looked at here again: it may have been set, or changed, since the certificate came.
void DtlsSession::become_connected() {
  const X509* peer = SSL_get0_peer_certificate(ssl_.get());
  if (!peer || !is_expected(*peer)) {
    send_close_notify();
    return fail("the peer's certificate is not the one of its fingerprint");
  }
  if (state_ == DtlsState::connected) return;
  keys_ = export_srtp_keys(ssl_.get(), role_ == DtlsRole::client);
  if (!srtp_profiles_.empty() && !keys_) return fail("no SRTP keys came of the handshake");
  state_ = DtlsState::connected;
}

CertificateJudge::Verdict DtlsSession::judge(const X509& peer_certificate) {
  if (!srtp_profiles_.empty() && !SSL_get_selected_srtp_profile(ssl_.get())) {
    why_ = "the peer has no SRTP protection profile of ours";
    return Verdict::no_common_srtp_profile;
  }
  if (expected_remote_ && !is_expected(peer_certificate)) {
    why_ = "the peer's certificate is not the one of its fingerprint";
    return Verdict::wrong_certificate;
  }
  return Verdict::accept;
}

bool DtlsSession::is_expected(const X509& peer_certificate) const {
  return expected_remote_ &&
         Fingerprint::of(peer_certificate, expected_remote_->algorithm()) == *expected_remote_;
}

void DtlsSession::read_records() {
  std::array<std::uint8_t, base::kMaxDatagramBytes> record;
  int size = SSL_read(ssl_.get(), record.data(), static_cast<int>(record.size()));
  while (size > 0) {
    inbox_.push(base::Bytes{record}.first(static_cast<std::size_t>(size)));
    size = SSL_read(ssl_.get(), record.data(), static_cast<int>(record.size()));
  }
  handle_result(size);
}

void DtlsSession::handle_result(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return;
    case SSL_ERROR_ZERO_RETURN:
      send_close_notify();
      return end(DtlsState::closed);
    default:
      return fail(why_.empty() ? "DTLS: " + newest_openssl_error() : std::move(why_));
  }
}

void DtlsSession::send_close_notify() {
  if (ssl_ && handshake_finished_) SSL_shutdown(ssl_.get());
}

void DtlsSession::fail(std::string why) {
  why_ = std::move(why);
  end(DtlsState::failed);
}

// The session of OpenSSL is of no use any more, and neither are keys that the peer has given up.
void DtlsSession::end(DtlsState state) {
  state_ = state;
  ssl_.reset();
  keys_.reset();
  inbox_ = {};
}

// Never further off than the longest pause, so that a step of the wall clock does not stop the handshake.
void DtlsSession::update_deadline(base::Instant now) {
  timeval left{};
  deadline_ = base::kNever;
  if (!ssl_ || DTLSv1_get_timeout(ssl_.get(), &left) != 1) return;
  const auto left_us = std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
  deadline_ = now + std::min(left_us, std::chrono::microseconds(kLastRetransmission_us));
}

}  // namespace kaskado::dtls
