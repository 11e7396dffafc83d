#include "dtls/session.hpp"

#include <algorithm>
#include <array>

#include "dtls/record.hpp"

namespace kaskado::dtls {
namespace {

using base::DropReason;

constexpr std::size_t kMinMtuBytes = 256;

}  // namespace

std::string_view to_string(DtlsState state) {
  constexpr std::array<std::string_view, 5> kNames{"idle", "connecting", "connected", "failed", "closed"};
  return kNames[static_cast<std::size_t>(state)];
}

DtlsSession::DtlsSession(std::shared_ptr<const Certificate> certificate, DtlsRole role,
                         const Fingerprint& expected_remote, std::span<const std::uint16_t> srtp_profiles,
                         std::size_t mtu_bytes, bool requires_srtp)
    : certificate_(std::move(certificate)),
      expected_remote_(expected_remote),
      srtp_profiles_(srtp_profiles.begin(), srtp_profiles.end()),
      mtu_bytes_(std::clamp(mtu_bytes, kMinMtuBytes, base::kMaxDatagramBytes)),
      requires_srtp_(requires_srtp),
      role_(role) {}

DtlsOutcome DtlsSession::start(const base::Path& path, base::Instant now, base::Outbox& outbox) {
  if (state_ != DtlsState::idle) return {};
  state_ = DtlsState::connecting;
  handshake_ = std::make_unique<Handshake>(*certificate_, expected_remote_,
                                           Handshake::Settings{role_, srtp_profiles_, mtu_bytes_, requires_srtp_});
  go_on(handshake_->run({}, path, outbox), {}, path, outbox);
  return outcome(DropReason::none, DtlsState::idle, now);
}

DtlsOutcome DtlsSession::receive(base::Bytes datagram, const base::Path& path, base::Instant now,
                                 base::Outbox& outbox) {
  if (datagram.size() > base::kMaxDatagramBytes) return {DropReason::datagram_too_long};
  if (state_ == DtlsState::idle) return {DropReason::dtls_before_ice};
  if (!is_record_sequence(datagram)) return {DropReason::bad_dtls};
  const DtlsState before = state_;
  DropReason drop = DropReason::none;
  if (handshake_ && handshake_->refuses(datagram)) return {DropReason::bad_dtls};
  if (handshake_) {
    go_on(handshake_->run(datagram, path, outbox), datagram, path, outbox);
  } else {
    drop = association_ ? receive_established(datagram, path, outbox) : DropReason::bad_dtls;
  }
  return outcome(drop, before, now);
}

DtlsOutcome DtlsSession::advance(const base::Path& path, base::Instant now, base::Outbox& outbox) {
  if (!handshake_ || now < deadline_) return {};
  const DtlsState before = state_;
  go_on(handshake_->advance(path, outbox), {}, path, outbox);
  return outcome(DropReason::none, before, now);
}

void DtlsSession::go_on(Handshake::Progress progress, base::Bytes datagram, const base::Path& path,
                        base::Outbox& outbox) {
  switch (progress) {
    case Handshake::Progress::under_way:
      return;
    case Handshake::Progress::finished:
      return establish(datagram, path, outbox);
    case Handshake::Progress::failed:
      return fail(handshake_->why());
  }
}

void DtlsSession::establish(base::Bytes datagram, const base::Path& path, base::Outbox& outbox) {
  auto result = handshake_->result();
  if (!result) return fail("OpenSSL gives no keys of the handshake");
  association_ = std::make_unique<Association>(result->traffic_keys, result->next_sequence,
                                               std::move(result->last_flight));
  keys_ = std::move(result->srtp_keys);
  handshake_.reset();
  state_ = DtlsState::connected;
  // OpenSSL has read the datagram as far as the peer's Finished; what stands behind that is ours.
  const Association::Received rest = association_->receive(datagram, inbox_);
  if (rest.end) end_by_peer(*rest.end, path, outbox);
}

DropReason DtlsSession::receive_established(base::Bytes datagram, const base::Path& path,
                                            base::Outbox& outbox) {
  const Association::Received received = association_->receive(datagram, inbox_);
  if (received.wants_last_flight) association_->send_last_flight(path, outbox);
  if (received.end) end_by_peer(*received.end, path, outbox);
  return received.drop;
}

void DtlsSession::end_by_peer(Alert alert, const base::Path& path, base::Outbox& outbox) {
  if (alert.description != kCloseNotify)
    return fail("the peer sent an alert: " + std::string(alert_text(alert.description)));
  association_->send_alert({AlertLevel::warning, kCloseNotify}, path, outbox);  // RFC 5246 §7.2.1
  end(DtlsState::closed);
}

bool DtlsSession::send(base::Bytes application_data, const base::Path& path, base::Outbox& outbox) {
  if (application_data.empty() || application_data.size() > max_application_bytes()) return false;
  return association_->send(application_data, path, outbox);
}

std::size_t DtlsSession::max_application_bytes() const {
  return state_ == DtlsState::connected ? mtu_bytes_ - association_->overhead_bytes() : 0;
}

base::Bytes DtlsSession::next_application_data() {
  return state_ == DtlsState::connected ? inbox_.next() : base::Bytes{};
}

void DtlsSession::close(const base::Path& path, base::Instant now, base::Outbox& outbox) {
  if (state_ == DtlsState::failed || state_ == DtlsState::closed) return;
  if (association_) association_->send_alert({AlertLevel::warning, kCloseNotify}, path, outbox);
  end(DtlsState::closed);
  outcome(DropReason::none, state_, now);
}

void DtlsSession::fail(std::string why) {
  why_ = std::move(why);
  end(DtlsState::failed);
}

void DtlsSession::end(DtlsState state) {
  state_ = state;
  handshake_.reset();
  association_.reset();
  keys_.reset();
  inbox_ = {};
}

DtlsOutcome DtlsSession::outcome(DropReason drop, DtlsState before, base::Instant now) {
  const auto left = handshake_ ? handshake_->time_left() : std::nullopt;
  deadline_ = left ? now + *left : base::kNever;
  return {drop, state_ != before};
}

}  // namespace kaskado::dtls
