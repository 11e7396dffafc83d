#include "fuzz/support/transport_world.hpp"

#include <algorithm>

#include "ice/stun_writer.hpp"

namespace kaskado::fuzz {

using base::DropReason;
using dtls::DtlsState;
using transport::DatagramKind;
using transport::Demux;
using transport::WebRtcTransport;

namespace {

// What is found by its path alone.
constexpr std::uint8_t kProbe[] = {0x80, 96, 0, 1};

// What is found by the fragment alone.
Octets check_for(const std::string& fragment) {
  Octets memory(128);
  ice::StunWriter writer(memory, ice::StunClass::request, {});
  writer.username(fragment, "x");
  const base::Bytes written = writer.finish();
  return {written.begin(), written.end()};
}

transport::WebRtcTransportConfig config(std::shared_ptr<const dtls::Certificate> certificate,
                                        ice::IceRole role) {
  return {.certificate = std::move(certificate), .role = role, .mtu_bytes = kMtuBytes};
}

}  // namespace

TransportWorld::TransportWorld() {
  go_to(now_);
  for (PeerId id = 0; id < kPeers; ++id) renew(id);
}

TransportWorld::~TransportWorld() {
  check_paths();
  for (PeerId id = 0; id < kPeers; ++id) forget(id);
  require(demux_.paths() == 0);
}

void TransportWorld::renew(PeerId id) {
  forget(id);
  Pairing& pairing = pairings_[id];
  const std::size_t far_certificate = pairing.far_certificate;
  pairing.far = nullptr;  // before its demux
  pairing = Pairing();
  pairing.far_certificate = far_certificate;
  const auto role = id == 0 ? ice::IceRole::controlled : ice::IceRole::controlling;
  pairing.ours = std::make_unique<WebRtcTransport>(id, config(certificate(0), role), demux_, random_);
  pairing.audit = std::make_unique<TransportAudit>(kMtuBytes);
  pairing.audit->local_credentials(pairing.ours->local_credentials());
  pairing.our_fragments.push_back(pairing.ours->local_credentials().ufrag);
  for (std::uint8_t port_index : {0, 1})
    pairing.ours->add_local_candidate(host_candidate(our_address(port_index)), port_index, now_);
  renew_far(id);
}

void TransportWorld::renew_far(PeerId id) {
  Pairing& pairing = pairings_[id];
  const auto role = id == 0 ? ice::IceRole::controlling : ice::IceRole::controlled;
  pairing.far = nullptr;
  pairing.far_demux = std::make_unique<Demux>();
  pairing.far_certificate = 3 - pairing.far_certificate;
  pairing.far = std::make_unique<WebRtcTransport>(0, config(certificate(pairing.far_certificate), role),
                                                  *pairing.far_demux, random_);
  pairing.far->add_local_candidate(host_candidate(path_of(static_cast<std::uint8_t>(id)).remote), 0, now_);
  pairing.media_sent[1] = 0;
}

// Whoever was there before must be nowhere after.
void TransportWorld::forget(PeerId id) {
  Pairing& pairing = pairings_[id];
  if (!pairing.ours) return;
  pairing.ours = nullptr;
  for (const base::Path& path : paths_) require(demux_.find(path, kProbe) != id);
  for (const std::string& fragment : pairing.our_fragments)
    require(!demux_.find(path_of(2), check_for(fragment)));
}

void TransportWorld::describe(PeerId id, bool to_us, bool to_far) {
  Pairing& pairing = pairings_[id];
  const auto describe_to = [&](WebRtcTransport& to, const WebRtcTransport& from, dtls::DtlsRole role,
                               const base::SocketAddress& address) {
    transport::RemoteParameters remote;
    remote.ice = from.local_credentials();
    remote.fingerprint = from.certificate().fingerprint().value();
    remote.local_dtls_role = role;
    require(to.set_remote(remote, now_));
    to.add_remote_candidate(host_candidate(address), now_);
  };
  if (to_us && !pairing.closed) {
    const base::SocketAddress address = path_of(static_cast<std::uint8_t>(id)).remote;
    pairing.far_credentials = pairing.far->local_credentials();
    pairing.audit->remote_credentials(pairing.far_credentials);
    pairing.audit->remote_candidate(address);
    describe_to(*pairing.ours, *pairing.far, id == 0 ? dtls::DtlsRole::server : dtls::DtlsRole::client,
                address);
    collect(id, nullptr);
  }
  if (to_far) {
    describe_to(*pairing.far, *pairing.ours, id == 0 ? dtls::DtlsRole::client : dtls::DtlsRole::server,
                our_address(static_cast<std::uint8_t>(id)));
  }
}

void TransportWorld::restart(PeerId id, bool ours, bool far) {
  Pairing& pairing = pairings_[id];
  if (ours && !pairing.closed) {
    pairing.ours->restart_ice(now_);
    pairing.audit->local_credentials(pairing.ours->local_credentials());
    pairing.our_fragments.push_back(pairing.ours->local_credentials().ufrag);
    collect(id, nullptr);
  }
  if (far) pairing.far->restart_ice(now_);
  check(id);
}

void TransportWorld::add_remote_candidate(PeerId id, const ice::Candidate& candidate) {
  Pairing& pairing = pairings_[id];
  if (pairing.closed) return;
  if (candidate.address.is_set()) pairing.audit->remote_candidate(candidate.address);
  for (std::uint8_t port_index : {0, 1}) note_path({port_index, candidate.address});
  pairing.ours->add_remote_candidate(candidate, now_);
  collect(id, nullptr);
}

void TransportWorld::close(PeerId id) {
  Pairing& pairing = pairings_[id];
  pairing.ours->close(now_, outbox_);
  pairing.dtls_state = pairing.ours->dtls_state();  // the owner closed it, and is not told
  collect(id, nullptr);
  pairing.closed = true;
  pairing.audit->closed();
  check(id);
}

void TransportWorld::note_path(const base::Path& path) {
  if (std::find(paths_.begin(), paths_.end(), path) == paths_.end()) paths_.push_back(path);
}

void TransportWorld::receive(const base::Path& path, base::Bytes datagram) {
  if (datagram.size() > base::kMaxDatagramBytes) return;
  note_path(path);
  const auto peer = demux_.find(path, datagram);
  if (!peer) return;
  Pairing& pairing = pairings_[*peer];
  const Arrival arrival{path, datagram};
  const auto owner = demux_.find(path, kProbe);
  const bool proves = pairing.audit->note_arrival(arrival, now_);
  const base::PacketRef packet = packet_of(datagram);
  const transport::Received received = pairing.ours->receive(*packet, path, now_, outbox_);
  // A path goes to who proves to be there, from nobody else, and is let go only by a peer that has failed.
  if (const auto now_owner = demux_.find(path, kProbe); now_owner != owner) {
    require(!owner || owner == peer);
    require(now_owner ? now_owner == peer && proves : pairing.ours->ice().state() == ice::IceState::failed);
  }
  require(received.drop != DropReason::none || received.kind != DatagramKind::unknown);
  if (received.drop == DropReason::none && received.kind != DatagramKind::stun) {
    require(pairing.audit->is_authentic(path));
    if (received.kind != DatagramKind::dtls) judge_opened(datagram, std::as_const(*packet).span());
  }
  collect(*peer, &arrival);
  check(*peer);
}

// Media comes out as it went in, once, and nobody else's does.
void TransportWorld::judge_opened(base::Bytes datagram, base::Bytes opened) {
  const auto sealed = std::find_if(sealed_.begin(), sealed_.end(), [&](const auto& media) {
    return std::equal(datagram.begin(), datagram.end(), media.first.begin(), media.first.end());
  });
  require(sealed != sealed_.end());
  require(std::equal(opened.begin(), opened.end(), sealed->second.begin(), sealed->second.end()));
  sealed_.erase(sealed);
}

void TransportWorld::receive_as_far(PeerId id, base::Bytes datagram) {
  Pairing& pairing = pairings_[id];
  const base::Path path{0, our_address(static_cast<std::uint8_t>(id))};
  if (datagram.size() > base::kMaxDatagramBytes || !pairing.far_demux->find(path, datagram)) return;
  const base::PacketRef packet = packet_of(datagram);
  const transport::Received received = pairing.far->receive(*packet, path, now_, outbox_);
  const bool is_media = received.kind == DatagramKind::rtp || received.kind == DatagramKind::rtcp;
  if (received.drop == DropReason::none && is_media) judge_opened(datagram, std::as_const(*packet).span());
  collect_far(id);
}

std::optional<Octets> TransportWorld::take_next(PeerId id, bool to_far) {
  std::deque<Octets>& wire = to_far ? pairings_[id].to_far : pairings_[id].to_us;
  if (wire.empty()) return std::nullopt;
  Octets next = std::move(wire.front());
  wire.pop_front();
  return next;
}

void TransportWorld::deliver(PeerId id, bool to_far, base::Bytes datagram) {
  if (to_far) {
    receive_as_far(id, datagram);
  } else {
    receive(path_of(static_cast<std::uint8_t>(id)), datagram);
  }
}

void TransportWorld::send_media(PeerId id, bool from_far, bool rtcp, base::Bytes content) {
  Pairing& pairing = pairings_[id];
  transport::EgressLine& line = (from_far ? *pairing.far : *pairing.ours).line();
  if (!line.is_open() || content.empty()) return;
  const std::uint64_t index = pairing.media_sent[from_far]++;
  Octets plain(rtcp ? 8 : 12);
  plain[0] = 0x80;
  plain[1] = static_cast<std::uint8_t>(rtcp ? 201 : 96 + content[0] % 16);
  base::store_u16(plain.data() + 2, static_cast<std::uint16_t>(rtcp ? 1 : index));
  base::store_u32(plain.data() + plain.size() - 4, content[0] / 16);  // the SSRC
  const std::size_t header_bytes = plain.size();
  const base::Bytes payload = content.first(std::min<std::size_t>(content.size(), kMtuBytes));
  plain.insert(plain.end(), payload.begin(), payload.end());
  const base::MutableBytes slot = outbox_.slot();
  std::copy(plain.begin(), plain.end(), slot.begin());
  require(rtcp ? line.send_rtcp(outbox_, slot, plain.size())
               : line.send_rtp(outbox_, slot, header_bytes, payload, index));
  const base::Bytes sealed = std::as_const(outbox_).bytes(outbox_.pending().back());
  sealed_.emplace_back(Octets(sealed.begin(), sealed.end()), std::move(plain));
  if (from_far) {
    collect_far(id);
  } else {
    collect(id, nullptr);
  }
}

void TransportWorld::pass(base::Duration pause) {
  constexpr std::size_t kMostAtOnce = 1000, kMostASecond = 1000;
  const base::Instant end = now_ + pause;
  const std::size_t most =
      kMostAtOnce + kMostASecond * static_cast<std::size_t>(pause / std::chrono::seconds(1));
  std::size_t advances = 0;
  for (base::Instant next; (next = next_deadline()) <= end;) {
    go_to(std::max(now_, next));
    advance_due();
    require(++advances <= most);
  }
  go_to(end);
}

void TransportWorld::run_undisturbed(base::Duration pause) {
  const base::Instant end = now_ + pause;
  while (now_ < end) {
    const bool is_quiet = std::all_of(std::begin(pairings_), std::end(pairings_), [](const Pairing& pairing) {
      return pairing.to_far.empty() && pairing.to_us.empty();
    });
    pass(is_quiet ? std::clamp(next_deadline() - now_, base::Duration{1}, end - now_) : kDelay);
    for (PeerId id = 0; id < kPeers; ++id) {
      for (const bool to_far : {true, false}) {
        std::size_t under_way = (to_far ? pairings_[id].to_far : pairings_[id].to_us).size();
        for (; under_way > 0; --under_way) deliver(id, to_far, *take_next(id, to_far));
      }
    }
  }
}

base::Instant TransportWorld::next_deadline() const {
  base::Instant next = base::kNever;
  for (const Pairing& pairing : pairings_)
    next = std::min({next, pairing.ours->deadline(), pairing.far->deadline()});
  return next;
}

void TransportWorld::go_to(base::Instant when) {
  now_ = when;
  dtls::set_virtual_gettimeofday(now_);
}

// One call is enough for all that is due, or the shard's timer would spin.
void TransportWorld::advance_due() {
  for (PeerId id = 0; id < kPeers; ++id) {
    Pairing& pairing = pairings_[id];
    if (pairing.ours->deadline() <= now_) {
      pairing.ours->advance(now_, outbox_);
      require(pairing.ours->deadline() > now_);
      collect(id, nullptr);
      check(id);
    }
    if (pairing.far->deadline() <= now_) {
      pairing.far->advance(now_, outbox_);
      require(pairing.far->deadline() > now_);
      collect_far(id);
    }
  }
}

// What we have sent is judged, and what is for the far peer put under way; other addresses are nobody's.
void TransportWorld::collect(PeerId id, const Arrival* arrival) {
  constexpr std::size_t kMostUnderWay = 64;
  Pairing& pairing = pairings_[id];
  require(outbox_.dropped() == 0);
  pairing.audit->judge_egress(outbox_, arrival, now_);
  for (const base::Egress& egress : outbox_.pending()) {
    const base::Bytes bytes = std::as_const(outbox_).bytes(egress);
    // What goes out on another's path would come back to him.
    const auto owner = demux_.find(egress.path, kProbe);
    require(!owner || owner == id);
    if (egress.path == path_of(static_cast<std::uint8_t>(id)) && pairing.to_far.size() < kMostUnderWay)
      pairing.to_far.emplace_back(bytes.begin(), bytes.end());
  }
  outbox_.clear();
  // A change is told at once, or by the next advance(), which then is due.
  const transport::TransportChanges changes = pairing.ours->take_changes();
  if (changes.dtls_state) pairing.dtls_state = pairing.ours->dtls_state();
  if (changes.ice_state) pairing.ice_state = pairing.ours->ice().state();
  require(pairing.dtls_state == pairing.ours->dtls_state());
  require(pairing.ice_state == pairing.ours->ice().state() || pairing.ours->deadline() <= now_);
}

void TransportWorld::collect_far(PeerId id) {
  constexpr std::size_t kMostUnderWay = 64;
  Pairing& pairing = pairings_[id];
  for (const base::Egress& egress : outbox_.pending()) {
    const base::Bytes bytes = std::as_const(outbox_).bytes(egress);
    if (egress.path.remote == our_address(static_cast<std::uint8_t>(id)) &&
        pairing.to_us.size() < kMostUnderWay)
      pairing.to_us.emplace_back(bytes.begin(), bytes.end());
  }
  outbox_.clear();
}

void TransportWorld::check(PeerId id) {
  Pairing& pairing = pairings_[id];
  const ice::IceAgent& agent = pairing.ours->ice();
  require(agent.pairs().size() <= ice::CheckList::kMaxPairs + 1);
  const base::Path* selected = agent.selected_path();
  if (selected) require(pairing.audit->has_consent(*selected, now_) && agent.accepts(*selected));
  const bool may_send = selected && pairing.ours->dtls_state() == DtlsState::connected && !pairing.closed;
  if (pairing.ours->deadline() > now_) require(pairing.ours->line().is_open() == may_send);
  std::size_t fragments = 0;
  for (const std::string& fragment : pairing.our_fragments) {
    const auto found = demux_.find(path_of(2), check_for(fragment));
    require(!found || *found == id);
    fragments += found.has_value();
  }
  require(fragments >= 1 && fragments <= 2 &&
          demux_.find(path_of(2), check_for(pairing.our_fragments.back())));
}

// Each path leads to whom it was proved for, or expected by, and nobody has more of them than he may.
void TransportWorld::check_paths() const {
  std::size_t known[kPeers] = {};
  for (const base::Path& path : paths_) {
    const auto owner = demux_.find(path, kProbe);
    if (!owner) continue;
    const TransportAudit& audit = *pairings_[*owner].audit;
    require(audit.is_authentic(path) || audit.is_signalled(path));
    ++known[*owner];
  }
  require(demux_.paths() <= kPeers * Demux::kMaxPathsPerPeer);
  for (const std::size_t count : known) require(count <= Demux::kMaxPathsPerPeer);
}

base::PacketRef TransportWorld::packet_of(base::Bytes datagram) {
  base::PacketRef packet = pool_.acquire();
  std::copy(datagram.begin(), datagram.end(), packet->bytes);
  packet->length = static_cast<std::uint16_t>(datagram.size());
  return packet;
}

}  // namespace kaskado::fuzz
