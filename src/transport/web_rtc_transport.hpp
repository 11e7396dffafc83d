// One WebRTC transport: ICE finds the path, DTLS agrees on keys over it, SRTP protects media and DTLS itself
// what data channels carry (RFC 8835 §3). One of them carries a whole bundle, with RTCP on the same path (RFC 8834 §4.5).
//
// Owned by one shard. Takes datagrams and time, gives decrypted packets and what has changed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/drop_reason.hpp"
#include "base/outbox.hpp"
#include "base/packet.hpp"
#include "base/random.hpp"
#include "dtls/session.hpp"
#include "ice/ice_agent.hpp"
#include "srtp/receiver.hpp"
#include "transport/data_line.hpp"
#include "transport/demux.hpp"
#include "transport/egress_line.hpp"
#include "transport/received.hpp"
#include "transport/relay.hpp"

namespace kaskado::transport {

// What the signalling told of the peer.
struct RemoteParameters {
  ice::Credentials ice;
  bool ice_lite = false;
  dtls::Fingerprint fingerprint;  // of the peer's certificate
  dtls::DtlsRole local_dtls_role = dtls::DtlsRole::client;
  bool has_media = true;  // and so needs keys for SRTP; a session of data channels may do without
};

// What has changed since it was asked last.
struct TransportChanges {
  bool ice_state = false;
  bool selected_pair = false;
  bool dtls_state = false;
  bool path_taken = false;  // taken_ports() has more
  bool relay = false;       // one of relays() is ready, or has failed
  bool data = false;        // the association of data() has begun, or is gone with all of its channels
  bool any() const { return ice_state || selected_pair || dtls_state || path_taken || relay || data; }
};

// What does not change while a transport lives.
struct WebRtcTransportConfig {
  std::shared_ptr<const dtls::Certificate> certificate;
  ice::IceRole role = ice::IceRole::controlled;
  std::size_t mtu_bytes = dtls::DtlsSession::kDefaultMtuBytes;  // of DTLS datagrams
  std::uint8_t dscp = 0;  // of media and its RTCP
  bool ice_lite = false;  // RFC 8445 §2.5; the role is then controlled
};

class WebRtcTransport {
 public:
  // `demux` and `random` outlive the transport; `peer` is what it is found by.
  WebRtcTransport(PeerId peer, WebRtcTransportConfig config, Demux& demux, base::Random& random);
  ~WebRtcTransport();
  WebRtcTransport(const WebRtcTransport&) = delete;

  const ice::Credentials& local_credentials() const { return local_; }
  void add_local_candidate(const ice::Candidate& candidate, std::uint16_t port_index, base::Instant now);
  // Again with other ICE credentials: the peer restarted ICE, for which restart_ice() was called before.
  // Again with another fingerprint or the other role: it is another DTLS association, whose handshake begins
  // anew. False, and no change, where the credentials cannot be used.
  bool set_remote(const RemoteParameters& remote, base::Instant now);
  void add_remote_candidate(const ice::Candidate& candidate, base::Instant now);
  // Asks a TURN server for an address, by a port that reaches it; `carrier` and `index` are the session's alone. What comes
  // of it changes().relay tells; its candidate is to be added then, under `index`. Stands until the transport ends.
  Relay& add_relay(const TurnServer& server, std::uint16_t carrier, std::uint16_t index);
  const std::vector<std::unique_ptr<Relay>>& relays() const { return relays_; }
  // That connection is at its end: a relay that it carried has none any more.
  void note_stream_end(const base::Path& path);
  // New local credentials; media goes on over the old path until a new one is found (RFC 8445 §9).
  void restart_ice(base::Instant now);

  Received receive(base::Packet& packet, const base::Path& path, base::Instant now, base::Outbox& outbox);
  void advance(base::Instant now, base::Outbox& outbox);
  base::Instant deadline() const;
  // Whether media neither comes nor goes: the peer is asked seldom whether it is there.
  void set_resting(bool resting, base::Instant now) { ice_.set_resting(resting, now); }
  // Data channels are negotiated; the association begins with DTLS. Again with other parameters: nothing changes.
  void use_data(const DataParameters& parameters, base::Instant now);
  void end_data();
  // While DTLS is connected, nullptr otherwise. flush_data() is to be called when anything was done to them.
  sctp::DataChannels* data() { return data_.channels(); }
  const sctp::DataChannels* data() const { return data_.channels(); }
  void flush_data(base::Instant now, base::Outbox& outbox);
  // Says goodbye to the peer. Nothing is sent after.
  void close(base::Instant now, base::Outbox& outbox);

  // The indices of ports from which an address of the peer's cannot be reached, since that path is another
  // session's. A port that no other session uses would help.
  const std::vector<std::uint16_t>& taken_ports() const { return taken_ports_; }

  TransportChanges take_changes() { return std::exchange(changes_, {}); }
  const ice::IceAgent& ice() const { return ice_; }
  // DTLS is there and a path.
  bool is_connected() const { return dtls_state() == dtls::DtlsState::connected && ice_.selected_path() && !closed_; }
  dtls::DtlsState dtls_state() const { return dtls_ ? dtls_->state() : dtls::DtlsState::idle; }
  // How many DTLS associations have given keys so far. With each the sender's packet indices begin anew.
  std::uint32_t associations() const { return associations_; }
  // Why DTLS failed, in words; empty where it did not.
  std::string dtls_failure() const { return dtls_ ? dtls_->why() : std::string(); }
  const dtls::Certificate& certificate() const { return *config_.certificate; }
  // Open while media may be sent.
  EgressLine& line() { return line_; }
  const EgressLine& line() const { return line_; }

 private:
  Received receive_from_peer(base::Packet& packet, const base::Path& path, base::Instant now, base::Outbox& outbox);
  Received receive_relayed(Relay& relay, base::Packet& packet, const base::Path& path, base::Instant now,
                           base::Outbox& outbox);
  void permit_peers(base::Instant now);
  base::DropReason receive_stun(base::Packet& packet, const base::Path& path, base::Instant now, base::Outbox& outbox);
  base::DropReason receive_dtls(base::Packet& packet, const base::Path& path, base::Instant now, base::Outbox& outbox);
  base::DropReason receive_srtp(base::Packet& packet, const base::Path& path, DatagramKind kind);
  bool claim(const base::Path& path);
  void claim_paths(base::Instant now);
  void note_taken(std::uint16_t port_index);
  void settle_paths(base::Instant now);
  void begin_dtls(const RemoteParameters& remote);
  bool can_start_dtls() const;
  void start_dtls(const base::Path& path, base::Instant now, base::Outbox& outbox);
  void note_ice(const ice::IceOutcome& outcome, base::Instant now, base::Outbox& outbox);
  void note_dtls(const dtls::DtlsOutcome& outcome, base::Instant now);
  void settle_data(base::Instant now);
  void install_keys();
  void update_line();

  const PeerId peer_;
  const WebRtcTransportConfig config_;
  Demux& demux_;
  base::Random& random_;
  ice::Credentials local_;
  ice::IceAgent ice_;
  std::unique_ptr<dtls::DtlsSession> dtls_;
  std::optional<dtls::Fingerprint> remote_fingerprint_;
  // A client may know that its path works before we do. Its first words are kept until then, or it would say
  // them again only when its timer runs out. Freed with the start.
  std::vector<std::uint8_t> early_hello_;
  std::vector<std::uint16_t> taken_ports_;
  std::vector<std::unique_ptr<Relay>> relays_;  // few
  bool closed_ = false;
  DataLine data_;
  std::uint32_t associations_ = 0;
  std::optional<srtp::SrtpReceiver> receiver_;
  EgressLine line_;
  TransportChanges changes_;
};

}  // namespace kaskado::transport
