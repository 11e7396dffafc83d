#include "peer_transport.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "certificates.hpp"

namespace kaskado::sim {

using base::DropReason;
using transport::DatagramKind;

PeerTransport::PeerTransport(VirtualNetwork& network, base::Random& random, int certificate,
                             std::vector<SocketAddress> addresses, ice::IceRole role)
    : network_(network),
      random_(random),
      addresses_(std::move(addresses)),
      certificate_(test_certificate(certificate)),
      local_(ice::Credentials::generate(random)),
      ice_({.role = role, .local = local_}, random) {
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    EXPECT_TRUE(ice_.add_local_candidate(candidate(i), static_cast<std::uint8_t>(i), network_.now()));
  }
}

ice::Candidate PeerTransport::candidate(std::size_t index) const {
  ice::Candidate candidate;
  candidate.foundation = std::to_string(index + 1);
  candidate.address = addresses_[index];
  candidate.priority =
      ice::candidate_priority(ice::CandidateType::host, static_cast<std::uint16_t>(65535 - index));
  return candidate;
}

void PeerTransport::set_remote(const ice::Credentials& remote, const dtls::Fingerprint& fingerprint,
                               dtls::DtlsRole role) {
  EXPECT_TRUE(ice_.set_remote_credentials(remote, network_.now()));
  if (!dtls_) dtls_ = std::make_unique<dtls::DtlsSession>(certificate_, role, fingerprint);
}

void PeerTransport::add_remote_candidate(const std::string& text) {
  ice_.add_remote_candidate(ice::Candidate::parse(text).value(), network_.now());
}

void PeerTransport::restart_ice() {
  local_ = ice::Credentials::generate(random_);
  ice_.restart(local_, network_.now());
}

void PeerTransport::close() {
  if (dtls_ && ice_.selected_path()) dtls_->close(*ice_.selected_path(), network_.now(), outbox_);
  flush();
}

base::Path PeerTransport::path_of(const Datagram& datagram) const {
  const auto port = std::ranges::find(addresses_, datagram.to) - addresses_.begin();
  return {static_cast<std::uint8_t>(port), datagram.from};
}

PeerTransport::Opened PeerTransport::receive(Datagram& datagram, Instant now) {
  const base::Path path = path_of(datagram);
  const DatagramKind kind = datagram.kind();
  if (kind == DatagramKind::stun) {
    drops_.count(ice_.receive(datagram.bytes, path, now, outbox_).drop);
    after_ice(now);
  } else if (kind == DatagramKind::dtls) {
    if (!dtls_ || !ice_.accepts(path)) return {};
    if (dtls_->state() == dtls::DtlsState::idle) {
      // As browsers do: the other side may know sooner that the path works.
      early_hello_ = datagram.bytes;
      return {};
    }
    drops_.count(dtls_->receive(datagram.bytes, path, now, outbox_).drop);
    after_dtls();
    receive_data(now);
  } else if (!receiver_ || !ice_.accepts(path)) {
    drops_.count(DropReason::srtp_before_dtls);
  } else {
    const srtp::OpenResult opened = kind == DatagramKind::rtp ? receiver_->open_rtp(datagram.bytes)
                                                              : receiver_->open_rtcp(datagram.bytes);
    drops_.count(opened.drop);
    return {kind, base::Bytes(datagram.bytes).first(opened.length)};
  }
  flush();
  return {};
}

void PeerTransport::after_ice(Instant now) {
  if (ice_.selected_path() && dtls_ && dtls_->state() == dtls::DtlsState::idle) {
    dtls_->start(*ice_.selected_path(), now, outbox_);
    if (!early_hello_.empty()) dtls_->receive(std::exchange(early_hello_, {}), *ice_.selected_path(), now, outbox_);
    after_dtls();
  }
}

void PeerTransport::receive_data(Instant now) {
  if (!data_ && wants_data_ && dtls_->state() == dtls::DtlsState::connected) {
    data_ = std::make_unique<sctp::DataChannels>(
        sctp::DataChannelsConfig{.dtls_client = dtls_->role() == dtls::DtlsRole::client, .remote_max_message_bytes = 262'144},
        now);
  }
  for (base::Bytes record; !(record = dtls_->next_application_data()).empty();) {
    if (data_) data_->receive(record, now);
  }
}

void PeerTransport::after_dtls() {
  if (receiver_ || dtls_->state() != dtls::DtlsState::connected) return;
  const dtls::SrtpKeyMaterial& keys = *dtls_->keys();
  const srtp::Profile profile = srtp::profile_from_dtls_id(keys.profile_id).value();
  sender_.emplace(srtp::MasterKey::from(profile, keys.local_key(), keys.local_salt()).value());
  const srtp::MasterKey remote =
      srtp::MasterKey::from(profile, keys.remote_key(), keys.remote_salt()).value();
  receiver_.emplace(remote);
  eavesdropper_.emplace(remote);
}

void PeerTransport::advance(Instant now) {
  if (ice_.deadline() <= now) {
    ice_.advance(now, outbox_);
    after_ice(now);
  }
  const base::Path* path = ice_.selected_path();
  if (dtls_ && path && dtls_->deadline() <= now) {
    dtls_->advance(*path, now, outbox_);
    after_dtls();
  }
  if (data_ && data_->deadline() <= now) data_->advance(now);
  flush();
}

Instant PeerTransport::deadline() const {
  if (data_ && data_->deadline() < ice_.deadline()) return data_->deadline();
  return dtls_ && ice_.selected_path() ? std::min(ice_.deadline(), dtls_->deadline()) : ice_.deadline();
}

std::vector<std::uint8_t> PeerTransport::eavesdrop(const Datagram& datagram) {
  const DatagramKind kind = datagram.kind();
  if (!eavesdropper_ || (kind != DatagramKind::rtp && kind != DatagramKind::rtcp)) return {};
  std::vector<std::uint8_t> bytes = datagram.bytes;
  bytes.resize(kind == DatagramKind::rtp ? eavesdropper_->open_rtp(bytes).length
                                         : eavesdropper_->open_rtcp(bytes).length);
  return bytes;
}

Fate PeerTransport::send_rtp(base::Bytes header, base::Bytes payload, std::uint64_t index) {
  if (!connected()) return std::nullopt;
  const base::MutableBytes slot = outbox_.slot();
  std::ranges::copy(header, slot.begin());
  outbox_.commit(sender_->seal_rtp(slot, header.size(), payload, index), *ice_.selected_path());
  return flush();
}

Fate PeerTransport::send_rtcp(base::Bytes compound) {
  if (!connected()) return std::nullopt;
  const base::MutableBytes slot = outbox_.slot();
  std::ranges::copy(compound, slot.begin());
  outbox_.commit(sender_->seal_rtcp(slot, compound.size()), *ice_.selected_path());
  return flush();
}

Fate PeerTransport::flush() {
  Fate fate = send_pending();
  if (!data_) return fate;
  data_->flush(network_.now());
  for (base::Bytes packet; !(packet = data_->next_packet()).empty();) {
    if (!ice_.selected_path()) continue;  // lost
    dtls_->send(packet, *ice_.selected_path(), outbox_);
    fate = send_pending();
  }
  return fate;
}

Fate PeerTransport::send_pending() {
  Fate fate;
  for (const base::Egress& egress : outbox_.pending()) {
    fate = network_.send(addresses_.at(egress.path.port_index), egress.path.remote,
                         std::as_const(outbox_).bytes(egress));
  }
  outbox_.clear();
  return fate;
}

}  // namespace kaskado::sim
