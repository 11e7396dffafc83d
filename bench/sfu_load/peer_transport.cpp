#include "peer_transport.hpp"

#include <algorithm>

#include "srtp/profile.hpp"

namespace kaskado::bench {

namespace {

ice::IceConfig ice_config(ice::IceRole role, const ice::Credentials& local) {
  ice::IceConfig config{.role = role, .local = local};
  config.timers.nomination_delay = {};  // there is one pair
  return config;
}

}  // namespace

PeerTransport::PeerTransport(Surroundings& shared, PeerSocket socket, ice::IceRole role, base::Instant now)
    : shared_(shared),
      socket_(std::move(socket)),
      local_(ice::Credentials::generate(shared.random)),
      ice_(ice_config(role, local_), shared.random) {
  ice_.add_local_candidate(candidate(), 0, now);
}

ice::Candidate PeerTransport::candidate() const {
  ice::Candidate candidate;
  candidate.foundation = "1";
  candidate.address = socket_.local();
  candidate.priority = ice::candidate_priority(ice::CandidateType::host, 65535);
  return candidate;
}

bool PeerTransport::set_remote(const ice::Credentials& remote, bool lite,
                               const dtls::Fingerprint& fingerprint, dtls::DtlsRole role, base::Instant now) {
  if (dtls_ || !ice_.set_remote_credentials(remote, lite, now)) return false;
  dtls_ = std::make_unique<dtls::DtlsSession>(shared_.certificate, role, fingerprint, shared_.srtp_profiles);
  return true;
}

void PeerTransport::add_remote_candidate(const ice::Candidate& candidate, base::Instant now) {
  const base::SocketAddress& address = candidate.address;
  const bool usable = candidate.transport == ice::CandidateTransport::udp && address.is_v4() &&
                      (address.is_loopback() || address.with_port(0) == shared_.ip);
  if (!usable || socket_.connected() || !socket_.connect(candidate.address)) return;
  ice_.add_remote_candidate(candidate, now);
}

void PeerTransport::receive(base::Bytes datagram, base::Instant now) {
  if (datagram.empty() || !socket_.connected()) return;
  if (ice::is_stun(datagram)) {
    ice_.receive(datagram, path(), now, shared_.outbox);
    after_ice(now);
  } else if (dtls_ && dtls_->state() == dtls::DtlsState::idle) {
    // The server may know sooner than we that the path works.
    early_hello_.assign(datagram.begin(), datagram.end());
  } else if (dtls_) {
    dtls_->receive(datagram, path(), now, shared_.outbox);
    after_dtls();
  }
  flush();
}

void PeerTransport::after_ice(base::Instant now) {
  if (!ice_.selected_path() || !dtls_ || dtls_->state() != dtls::DtlsState::idle) return;
  dtls_->start(path(), now, shared_.outbox);
  if (!early_hello_.empty()) dtls_->receive(std::exchange(early_hello_, {}), path(), now, shared_.outbox);
  after_dtls();
}

void PeerTransport::after_dtls() {
  if (receiver_ || dtls_->state() != dtls::DtlsState::connected) return;
  const dtls::SrtpKeyMaterial& keys = *dtls_->keys();
  const auto profile = srtp::profile_from_dtls_id(keys.profile_id);
  if (!profile) return;
  const auto local = srtp::MasterKey::from(*profile, keys.local_key(), keys.local_salt());
  const auto remote = srtp::MasterKey::from(*profile, keys.remote_key(), keys.remote_salt());
  if (!local || !remote) return;
  sender_.emplace(*local);
  receiver_.emplace(*remote);
}

void PeerTransport::advance(base::Instant now) {
  if (ice_.deadline() <= now) {
    ice_.advance(now, shared_.outbox);
    after_ice(now);
  }
  if (dtls_ && ice_.selected_path() && dtls_->deadline() <= now) {
    dtls_->advance(path(), now, shared_.outbox);
    after_dtls();
  }
  flush();
}

base::Instant PeerTransport::deadline() const {
  return dtls_ && ice_.selected_path() ? std::min(ice_.deadline(), dtls_->deadline()) : ice_.deadline();
}

void PeerTransport::close(base::Instant now) {
  if (dtls_ && ice_.selected_path()) dtls_->close(path(), now, shared_.outbox);
  flush();
}

std::string PeerTransport::failure() const {
  if (ice_.state() == ice::IceState::failed) return "ICE failed";
  if (ice_.state() == ice::IceState::disconnected) return "the server's consent to send ran out";
  if (dtls_ && dtls_->state() == dtls::DtlsState::failed) return "DTLS failed: " + dtls_->why();
  if (dtls_ && dtls_->state() == dtls::DtlsState::closed) return "the server closed DTLS";
  return {};
}

void PeerTransport::send(base::Bytes sealed) {
  if (!shared_.loss.takes() && !socket_.send(sealed)) ++shared_.send_failures;
}

void PeerTransport::send_rtcp(base::Bytes compound) {
  const base::MutableBytes slot = shared_.outbox.slot();
  std::ranges::copy(compound, slot.begin());
  const std::size_t sealed = sender_->seal_rtcp(slot, compound.size());
  if (sealed != 0) send(slot.first(sealed));
}

void PeerTransport::flush() {
  for (const base::Egress& egress : shared_.outbox.pending())
    send(std::as_const(shared_.outbox).bytes(egress));
  shared_.outbox.clear();
}

}  // namespace kaskado::bench
