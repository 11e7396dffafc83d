// Two transports with a link in memory between them, on virtual time: a fixed delay, and a filter that sees
// each datagram and may change, lose or redirect it.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "base/packet.hpp"
#include "base/random.hpp"
#include "dtls/virtual_gettimeofday.hpp"
#include "transport/web_rtc_transport.hpp"

namespace kaskado::transport::test {

using namespace std::chrono_literals;
using Octets = std::vector<std::uint8_t>;

inline std::shared_ptr<const dtls::Certificate> certificate(std::size_t which) {
  static std::map<std::size_t, std::shared_ptr<const dtls::Certificate>> made;
  auto& certificate = made[which];
  if (!certificate) {
    certificate =
        dtls::Certificate::generate(dtls::KeyType::ecdsa_p256, base::WallTime{1'800'000'000'000'000'000})
            .value();
  }
  return certificate;
}

inline base::SocketAddress address(const char* ip, std::uint16_t port) {
  return base::SocketAddress::parse(ip, port).value();
}

// One end: a shard's worth of one transport.
struct Peer {
  Peer(std::size_t which_certificate, ice::IceRole role, const base::SocketAddress& local_address,
       std::uint64_t seed)
      : random(seed), local(local_address), certificate_number(which_certificate) {
    transport =
        std::make_unique<WebRtcTransport>(7, WebRtcTransportConfig{certificate(which_certificate), role}, demux, random);
  }

  ice::Candidate candidate() const {
    ice::Candidate host;
    host.foundation = "1";
    host.priority = ice::candidate_priority(ice::CandidateType::host, 65535);
    host.address = local;
    return host;
  }
  base::PacketRef packet_of(base::Bytes bytes) {
    base::PacketRef packet = pool.acquire();
    std::copy(bytes.begin(), bytes.end(), packet->bytes);
    packet->length = static_cast<std::uint16_t>(bytes.size());
    return packet;
  }
  int dropped(base::DropReason reason) const {
    const auto found = drops.find(reason);
    return found == drops.end() ? 0 : found->second;
  }
  dtls::DtlsState dtls_state() const { return transport->dtls_state(); }
  ice::IceState ice_state() const { return transport->ice().state(); }

  base::SeededRandom random;
  base::SocketAddress local;
  std::size_t certificate_number;
  Demux demux;
  base::PacketPool pool{256};
  base::Outbox outbox{64};
  std::unique_ptr<WebRtcTransport> transport;
  std::map<base::DropReason, int> drops;
  std::vector<Octets> rtp;
  std::vector<Octets> rtcp;
  TransportChanges changes;  // since the start
};

struct Datagram {
  base::SocketAddress from;
  base::SocketAddress to;
  Octets bytes;
};

class MemoryLink {
 public:
  MemoryLink() { dtls::set_virtual_gettimeofday(now_); }

  Peer left{0, ice::IceRole::controlling, address("192.0.2.1", 4001), 1};
  Peer right{1, ice::IceRole::controlled, address("192.0.2.2", 4002), 2};
  // Sees each datagram on its way; false loses it.
  std::function<bool(Datagram&)> wire = [](Datagram&) { return true; };

  base::Instant now() const { return now_; }

  // What signalling would tell `to` of `from`.
  static RemoteParameters description(const Peer& from, dtls::DtlsRole role_of_other) {
    RemoteParameters remote;
    remote.ice = from.transport->local_credentials();
    remote.fingerprint = certificate(from.certificate_number)->fingerprint().value();
    remote.local_dtls_role = role_of_other;
    return remote;
  }
  void introduce() {
    introduce(description(right, dtls::DtlsRole::server), description(left, dtls::DtlsRole::client));
  }
  void introduce(const RemoteParameters& to_left, const RemoteParameters& to_right) {
    for (Peer* peer : {&left, &right}) peer->transport->add_local_candidate(peer->candidate(), 0, now_);
    left.transport->set_remote(to_left, now_);
    right.transport->set_remote(to_right, now_);
    left.transport->add_remote_candidate(right.candidate(), now_);
    right.transport->add_remote_candidate(left.candidate(), now_);
  }
  bool connected() {
    return left.dtls_state() == dtls::DtlsState::connected &&
           right.dtls_state() == dtls::DtlsState::connected && left.transport->line().is_open() &&
           right.transport->line().is_open();
  }
  bool connect() {
    introduce();
    return run(10s, [this] { return connected(); });
  }

  bool run(
      base::Duration how_long, const std::function<bool()>& done = [] { return false; }) {
    const base::Instant end = now_ + how_long;
    while (!done()) {
      const base::Instant next =
          std::min({next_arrival(), left.transport->deadline(), right.transport->deadline()});
      if (next > end) {
        go_to(end);
        return done();
      }
      go_to(std::max(now_, next));
      deliver_due();
      for (Peer* peer : {&left, &right}) advance(*peer);
    }
    return true;
  }
  void advance(Peer& peer) {
    if (peer.transport->deadline() <= now_) {
      peer.transport->advance(now_, peer.outbox);
      past_deadlines += peer.transport->deadline() <= now_;
    }
    collect(peer);
  }
  // Puts what a peer has written under way.
  void collect(Peer& peer) {
    for (const base::Egress& egress : peer.outbox.pending()) {
      const base::Bytes bytes = std::as_const(peer.outbox).bytes(egress);
      Datagram datagram{peer.local, egress.path.remote, {bytes.begin(), bytes.end()}};
      if (wire(datagram)) under_way_.emplace(now_ + kDelay, std::move(datagram));
    }
    peer.outbox.clear();
    const TransportChanges changes = peer.transport->take_changes();
    peer.changes.ice_state |= changes.ice_state;
    peer.changes.selected_pair |= changes.selected_pair;
    peer.changes.dtls_state |= changes.dtls_state;
    peer.changes.path_taken |= changes.path_taken;
  }
  base::DropReason deliver(Peer& to, const base::SocketAddress& from, base::Bytes bytes) {
    const base::Path path{0, from};
    base::DropReason drop = base::DropReason::unknown_peer;
    if (to.demux.find(path, bytes)) {
      const base::PacketRef packet = to.packet_of(bytes);
      const Received received = to.transport->receive(*packet, path, now_, to.outbox);
      drop = received.drop;
      const base::Bytes opened = std::as_const(*packet).span();
      if (drop == base::DropReason::none && received.kind == DatagramKind::rtp)
        to.rtp.emplace_back(opened.begin(), opened.end());
      if (drop == base::DropReason::none && received.kind == DatagramKind::rtcp)
        to.rtcp.emplace_back(opened.begin(), opened.end());
    }
    ++to.drops[drop];
    collect(to);
    return drop;
  }

  // How often a deadline stood in the past although advance() was just called.
  int past_deadlines = 0;

 private:
  static constexpr base::Duration kDelay = 5ms;

  void go_to(base::Instant when) {
    now_ = when;
    dtls::set_virtual_gettimeofday(now_);
  }
  base::Instant next_arrival() const { return under_way_.empty() ? base::kNever : under_way_.begin()->first; }
  void deliver_due() {
    while (!under_way_.empty() && under_way_.begin()->first <= now_) {
      const Datagram datagram = std::move(under_way_.begin()->second);
      under_way_.erase(under_way_.begin());
      for (Peer* peer : {&left, &right}) {
        if (peer->local == datagram.to) deliver(*peer, datagram.from, datagram.bytes);
      }
    }
  }

  base::Instant now_{1000s};
  std::multimap<base::Instant, Datagram> under_way_;
};

}  // namespace kaskado::transport::test
