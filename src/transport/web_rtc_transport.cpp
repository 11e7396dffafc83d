#include "transport/web_rtc_transport.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "srtp/profile.hpp"

namespace kaskado::transport {

namespace {

// In the order of our preference: GCM needs one pass and no separate authentication (RFC 7714), and 128 bits
// of key cost less than 256.
constexpr std::array kSrtpProfiles{dtls::kSrtpAeadAes128Gcm, dtls::kSrtpAeadAes256Gcm, dtls::kSrtpAes128CmSha1_80};

}  // namespace

WebRtcTransport::WebRtcTransport(PeerId peer, WebRtcTransportConfig config, Demux& demux, base::Random& random)
    : peer_(peer),
      config_(std::move(config)),
      demux_(demux),
      random_(random),
      local_(ice::Credentials::generate(random)),
      ice_({.role = config_.role, .lite = config_.ice_lite, .local = local_}, random),
      line_(config_.dscp) {
  demux_.add_user_fragment(local_.ufrag, peer_);
}

WebRtcTransport::~WebRtcTransport() { demux_.forget(peer_); }

void WebRtcTransport::add_local_candidate(const ice::Candidate& candidate, std::uint16_t port_index, base::Instant now) {
  if (!ice_.add_local_candidate(candidate, port_index, now)) return;
  claim_paths(now);
  permit_peers(now);
}

bool WebRtcTransport::set_remote(const RemoteParameters& remote, base::Instant now) {
  if (!ice_.set_remote_credentials(remote.ice, remote.ice_lite, now)) return false;
  // RFC 8842 §5.1: another certificate or other roles are another association. So is one with a peer that had
  // said goodbye.
  const bool goes_on = dtls_ && remote.fingerprint == remote_fingerprint_ && remote.local_dtls_role == dtls_->role() &&
                       dtls_->state() != dtls::DtlsState::closed && dtls_->state() != dtls::DtlsState::failed;
  if (!goes_on) begin_dtls(remote);
  return true;
}

void WebRtcTransport::begin_dtls(const RemoteParameters& remote) {
  changes_.dtls_state |= dtls_ != nullptr;
  dtls_ = std::make_unique<dtls::DtlsSession>(config_.certificate, remote.local_dtls_role, remote.fingerprint,
                                              kSrtpProfiles, config_.mtu_bytes, remote.has_media);
  changes_.data |= data_.end();
  remote_fingerprint_ = remote.fingerprint;
  receiver_.reset();
  line_.close();
}

void WebRtcTransport::add_remote_candidate(const ice::Candidate& candidate, base::Instant now) {
  if (!ice_.add_remote_candidate(candidate, now)) return;
  claim_paths(now);
  permit_peers(now);
}

// Answers to our checks carry no USERNAME, and a lite peer sends no checks of its own: its path is known by
// the pair alone. So nothing is sent on a path that leads back to another session.
void WebRtcTransport::claim_paths(base::Instant now) {
  for (const ice::CandidatePair& pair : ice_.pairs()) {
    if (claim(pair.path)) continue;
    ice_.forbid(pair.path, now);
    note_taken(pair.path.port_index);
  }
}

bool WebRtcTransport::claim(const base::Path& path) {
  // ICE has forgotten some, or there would not be so many.
  if (demux_.has_fill(peer_)) demux_.retain_paths(peer_, [this](const base::Path& known) { return ice_.knows(known); });
  return demux_.claim(path, peer_);
}

void WebRtcTransport::note_taken(std::uint16_t port_index) {
  if (std::ranges::find(taken_ports_, port_index) != taken_ports_.end()) return;
  taken_ports_.push_back(port_index);
  changes_.path_taken = true;
}

void WebRtcTransport::restart_ice(base::Instant now) {
  local_ = ice::Credentials::generate(random_);
  ice_.restart(local_, now);
  demux_.retain_user_fragments(peer_,
                               [this](const std::string& ufrag) { return ice_.knows_local_ufrag(ufrag); });
  demux_.add_user_fragment(local_.ufrag, peer_);
}

Relay& WebRtcTransport::add_relay(const TurnServer& server, std::uint16_t carrier, std::uint16_t index) {
  return *relays_.emplace_back(std::make_unique<Relay>(server, carrier, index, random_));
}

void WebRtcTransport::note_stream_end(const base::Path& path) {
  for (const auto& relay : relays_) {
    if (!(relay->client().path() == path) || relay->client().state() == TurnState::failed) continue;
    relay->client().fail("the connection to the TURN server has ended");
    changes_.relay = true;
  }
}

// The server lets through what comes from addresses that it was told of (RFC 8656 §9).
void WebRtcTransport::permit_peers(base::Instant now) {
  if (relays_.empty()) return;
  for (const ice::CandidatePair& pair : ice_.pairs()) {
    for (const auto& relay : relays_) {
      if (relay->index() == pair.path.port_index) relay->client().permit(pair.path.remote, now);
    }
  }
}

Received WebRtcTransport::receive(base::Packet& packet, const base::Path& path, base::Instant now,
                                  base::Outbox& outbox) {
  for (const auto& relay : relays_) {
    if (relay->carrier() == path.port_index) return receive_relayed(*relay, packet, path, now, outbox);
  }
  return receive_from_peer(packet, path, now, outbox);
}

Received WebRtcTransport::receive_relayed(Relay& relay, base::Packet& packet, const base::Path& path,
                                          base::Instant now, base::Outbox& outbox) {
  const Relay::Opened opened = relay.open(packet, path, now, outbox);
  changes_.relay |= opened.state_changed;
  if (!opened.is_from_peer) return {opened.drop, DatagramKind::unknown};
  return receive_from_peer(packet, opened.path, now, outbox);
}

Received WebRtcTransport::receive_from_peer(base::Packet& packet, const base::Path& path, base::Instant now,
                                            base::Outbox& outbox) {
  Received received{base::DropReason::unknown_protocol, kind_of(packet.span())};
  switch (received.kind) {
    case DatagramKind::stun: received.drop = receive_stun(packet, path, now, outbox); break;
    case DatagramKind::dtls: received.drop = receive_dtls(packet, path, now, outbox); break;
    case DatagramKind::rtp:
    case DatagramKind::rtcp: received.drop = receive_srtp(packet, path, received.kind); break;
    case DatagramKind::unknown: break;
  }
  return received;
}

base::DropReason WebRtcTransport::receive_stun(base::Packet& packet, const base::Path& path, base::Instant now,
                                               base::Outbox& outbox) {
  if (!demux_.may_claim(path, peer_)) {
    // An answer would look to the peer as if this path could be used.
    if (ice_.is_check(packet.span())) note_taken(path.port_index);
    return base::DropReason::path_taken;
  }
  const ice::IceOutcome outcome = ice_.receive(packet.span(), path, now, outbox);
  if (outcome.authentic && ice_.accepts(path)) claim(path);
  note_ice(outcome, now, outbox);
  return outcome.drop;
}

base::DropReason WebRtcTransport::receive_dtls(base::Packet& packet, const base::Path& path, base::Instant now,
                                               base::Outbox& outbox) {
  if (!dtls_) return base::DropReason::dtls_before_ice;
  if (!ice_.accepts(path)) return base::DropReason::dtls_wrong_path;
  if (dtls_->state() == dtls::DtlsState::idle) {
    early_hello_.assign(packet.bytes, packet.bytes + packet.length);
    return base::DropReason::none;
  }
  // RFC 7675 §5.1: answers go where there is consent to send. A peer that has shown its password may have told
  // an address that is not its own, and a whole flight would go there.
  const base::Path* answer_to = ice_.selected_path();
  if (!answer_to) return base::DropReason::dtls_wrong_path;
  const dtls::DtlsOutcome outcome = dtls_->receive(packet.span(), *answer_to, now, outbox);
  note_dtls(outcome, now);
  const base::DropReason data_drop = data_.take_from(*dtls_, now);
  flush_data(now, outbox);
  return outcome.drop == base::DropReason::none ? data_drop : outcome.drop;
}

void WebRtcTransport::use_data(const DataParameters& parameters, base::Instant now) {
  data_.want(parameters);
  settle_data(now);
}

void WebRtcTransport::end_data() { changes_.data |= data_.forgo(); }

// The association lives as long as DTLS is connected.
void WebRtcTransport::settle_data(base::Instant now) {
  changes_.data |= dtls_ && dtls_->state() == dtls::DtlsState::connected ? data_.begin(*dtls_, now) : data_.end();
}

void WebRtcTransport::flush_data(base::Instant now, base::Outbox& outbox) {
  if (!dtls_) return;
  data_.flush(*dtls_, ice_.selected_path(), now, outbox);
}

base::DropReason WebRtcTransport::receive_srtp(base::Packet& packet, const base::Path& path, DatagramKind kind) {
  if (!receiver_) return base::DropReason::srtp_before_dtls;
  if (!ice_.accepts(path)) return base::DropReason::unknown_peer;
  const srtp::OpenResult opened =
      kind == DatagramKind::rtp ? receiver_->open_rtp(packet.span()) : receiver_->open_rtcp(packet.span());
  packet.length = static_cast<std::uint16_t>(opened.length);
  return opened.drop;
}

void WebRtcTransport::note_ice(const ice::IceOutcome& outcome, base::Instant now, base::Outbox& outbox) {
  changes_.ice_state |= outcome.state_changed;
  if (outcome.state_changed) settle_paths(now);
  changes_.selected_pair |= outcome.selected_changed;
  if (can_start_dtls()) start_dtls(*ice_.selected_path(), now, outbox);
  if (outcome.selected_changed) update_line();
}

bool WebRtcTransport::can_start_dtls() const {
  return dtls_ && dtls_->state() == dtls::DtlsState::idle && ice_.selected_path() && !closed_;
}

void WebRtcTransport::settle_paths(base::Instant now) {
  if (ice_.state() == ice::IceState::failed) {
    // Whoever the peer's address belongs to now may have the path. A check of the peer's claims it again.
    demux_.retain_paths(peer_, [](const base::Path&) { return false; });
  } else if (ice_.state() == ice::IceState::disconnected) {
    claim_paths(now);  // pairs that were given up are tried again
  }
}

void WebRtcTransport::start_dtls(const base::Path& path, base::Instant now, base::Outbox& outbox) {
  note_dtls(dtls_->start(path, now, outbox), now);
  if (early_hello_.empty()) return;
  note_dtls(dtls_->receive(early_hello_, path, now, outbox), now);
  early_hello_ = {};
}

void WebRtcTransport::note_dtls(const dtls::DtlsOutcome& outcome, base::Instant now) {
  if (!outcome.state_changed) return;
  changes_.dtls_state = true;
  if (dtls_->state() == dtls::DtlsState::connected) install_keys();
  settle_data(now);
  // RFC 7675 §5.2: a peer that closes takes back its consent. One that only fails does not.
  if (dtls_->state() == dtls::DtlsState::closed) ice_.revoke_consent(now);
  update_line();
}

void WebRtcTransport::install_keys() {
  const auto& keys = dtls_->keys();
  if (!keys || receiver_) return;
  const auto profile = srtp::profile_from_dtls_id(keys->profile_id);
  if (!profile) return;
  const auto local = srtp::MasterKey::from(*profile, keys->local_key(), keys->local_salt());
  const auto remote = srtp::MasterKey::from(*profile, keys->remote_key(), keys->remote_salt());
  if (!local || !remote) return;
  line_.set_key(*local);
  receiver_.emplace(*remote);
  ++associations_;
}

void WebRtcTransport::update_line() {
  const base::Path* path = ice_.selected_path();
  if (path && line_.has_key() && !closed_ && dtls_->state() == dtls::DtlsState::connected) {
    line_.open(*path);
  } else {
    line_.close();
  }
}

void WebRtcTransport::advance(base::Instant now, base::Outbox& outbox) {
  for (const auto& relay : relays_) {
    if (relay->client().deadline() <= now) changes_.relay |= relay->client().advance(now, outbox);
  }
  if (ice_.deadline() <= now) note_ice(ice_.advance(now, outbox), now, outbox);
  // A new association on a path that is there already, after a new offer.
  if (can_start_dtls()) start_dtls(*ice_.selected_path(), now, outbox);
  const base::Path* path = ice_.selected_path();
  if (dtls_ && dtls_->deadline() <= now && path) note_dtls(dtls_->advance(*path, now, outbox), now);
  data_.advance(now);
  flush_data(now, outbox);
}

base::Instant WebRtcTransport::deadline() const {
  if (can_start_dtls()) return base::Instant{};  // at once
  base::Instant next = ice_.deadline();
  for (const auto& relay : relays_) next = std::min(next, relay->client().deadline());
  // Handshake retransmissions wait where there is no path to send them on.
  const bool can_send = dtls_ && ice_.selected_path();
  next = std::min(next, data_.deadline());
  return can_send ? std::min(next, dtls_->deadline()) : next;
}

void WebRtcTransport::close(base::Instant now, base::Outbox& outbox) {
  if (std::exchange(closed_, true)) return;
  if (const base::Path* path = ice_.selected_path(); path && dtls_) dtls_->close(*path, now, outbox);
  line_.close();
  changes_.data |= data_.end();
  ice_.revoke_consent(now);
  for (const auto& relay : relays_) relay->client().close(now, outbox);
}

}  // namespace kaskado::transport
