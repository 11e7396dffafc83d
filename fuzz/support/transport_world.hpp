// A shard's worth of two transports that share a Demux, each with a whole peer far away, and the wire between
// them, on virtual time. What goes wrong is noticed here, whoever plays the network.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/packet.hpp"
#include "fuzz/support/seeded_openssl.hpp"
#include "fuzz/support/transport_audit.hpp"
#include "transport/web_rtc_transport.hpp"

namespace kaskado::fuzz {

using Octets = std::vector<std::uint8_t>;
using transport::PeerId;

inline constexpr std::size_t kPeers = 2;
inline constexpr std::size_t kMtuBytes = 1200;

// Where our sockets are, and where the far peers are; the first two of path_of() lead to these.
inline base::SocketAddress our_address(std::uint8_t port_index) {
  return port_index == 0
             ? base::SocketAddress::v4({192, 0, 2, 1}, 4000)
             : base::SocketAddress::v6({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 4001);
}
inline base::Path path_of(std::uint8_t number) {
  const auto port_index = static_cast<std::uint8_t>(number & 1);
  if (port_index == 0)
    return {0, base::SocketAddress::v4({192, 0, 2, 10}, static_cast<std::uint16_t>(5000 + number))};
  return {1, base::SocketAddress::v6({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10},
                                     static_cast<std::uint16_t>(5000 + number))};
}
inline ice::Candidate host_candidate(const base::SocketAddress& address) {
  ice::Candidate host;
  host.foundation = "1";
  host.priority = ice::candidate_priority(ice::CandidateType::host, 65535);
  host.address = address;
  return host;
}

// One of our transports and the peer it is made for.
struct Pairing {
  std::unique_ptr<transport::WebRtcTransport> ours;
  std::unique_ptr<TransportAudit> audit;
  std::vector<std::string> our_fragments;  // all that there were, the newest last
  ice::IceState ice_state = ice::IceState::idle;
  dtls::DtlsState dtls_state = dtls::DtlsState::idle;
  bool closed = false;

  std::unique_ptr<transport::Demux> far_demux;
  std::unique_ptr<transport::WebRtcTransport> far;
  std::size_t far_certificate = 1;
  ice::Credentials far_credentials;  // as we were told of them
  std::deque<Octets> to_far;
  std::deque<Octets> to_us;
  std::uint64_t media_sent[2] = {};  // by us, by the far peer
};

class TransportWorld {
 public:
  TransportWorld();
  ~TransportWorld();
  TransportWorld(const TransportWorld&) = delete;

  Pairing& pairing(PeerId id) { return pairings_[id]; }
  base::Instant now() const { return now_; }

  // A datagram for us on any path, as the shard takes it.
  void receive(const base::Path& path, base::Bytes datagram);
  // A datagram that was taken from the wire, or what has become of it, reaches whom it was for.
  void deliver(PeerId id, bool to_far, base::Bytes datagram);
  std::optional<Octets> take_next(PeerId id, bool to_far);
  // Everybody's timers, each when it is due. Nothing is delivered.
  void pass(base::Duration pause);
  // The same with a wire that loses nothing.
  void run_undisturbed(base::Duration pause);

  void renew(PeerId id);
  void renew_far(PeerId id);
  void restart(PeerId id, bool ours, bool far);
  // Signalling carries the words of one to the other.
  void describe(PeerId id, bool to_us, bool to_far);
  void add_remote_candidate(PeerId id, const ice::Candidate& candidate);
  void close(PeerId id);
  void send_media(PeerId id, bool from_far, bool rtcp, base::Bytes content);

 private:
  static constexpr base::Duration kDelay = std::chrono::milliseconds(5);

  void forget(PeerId id);
  void note_path(const base::Path& path);
  void advance_due();
  base::Instant next_deadline() const;
  void go_to(base::Instant when);
  void receive_as_far(PeerId id, base::Bytes datagram);
  void judge_opened(base::Bytes datagram, base::Bytes opened);
  void collect(PeerId id, const Arrival* arrival);
  void collect_far(PeerId id);
  void check_paths() const;
  void check(PeerId id);
  base::PacketRef packet_of(base::Bytes datagram);

  base::Instant now_{std::chrono::seconds(1000)};
  base::SeededRandom random_{1};
  base::PacketPool pool_{64};
  base::Outbox outbox_{256};
  transport::Demux demux_;
  Pairing pairings_[kPeers];
  std::vector<base::Path> paths_;                  // all that were ever used, each once
  std::vector<std::pair<Octets, Octets>> sealed_;  // media on its way, and what it was before
};

}  // namespace kaskado::fuzz
