// A peer's side of a WebRTC transport, put together here from the rooms below the server's own: one ICE
// agent, one DTLS session and the two halves of SRTP over one socket.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/outbox.hpp"
#include "base/random.hpp"
#include "dtls/session.hpp"
#include "ice/ice_agent.hpp"
#include "loss.hpp"
#include "peer_socket.hpp"
#include "srtp/receiver.hpp"
#include "srtp/sender.hpp"

namespace kaskado::bench {

// What the peers of a generator share.
struct Surroundings {
  base::SystemRandom random;
  std::shared_ptr<const dtls::Certificate> certificate;
  std::vector<std::uint16_t> srtp_profiles;
  unsigned sample_every = 16;
  bool runs = false;  // PeerSocketOptions::runs
  // Where the peers live, and the server with them. Another one than this is for servers that leave the
  // loopback interface out.
  base::SocketAddress ip = base::SocketAddress::v4({127, 0, 0, 1}, 0);
  ReceiveBatch batch;
  base::Outbox outbox{64};
  std::uint64_t send_failures = 0;
  Loss loss;
};

class PeerTransport {
 public:
  PeerTransport(Surroundings& shared, PeerSocket socket, ice::IceRole role, base::Instant now);

  PeerSocket& socket() { return socket_; }
  const ice::Credentials& credentials() const { return local_; }
  ice::Candidate candidate() const;
  bool set_remote(const ice::Credentials& remote, bool lite, const dtls::Fingerprint& fingerprint,
                  dtls::DtlsRole role, base::Instant now);
  // Takes the first IPv4 address that is loopback or the peers' own, and passes over all else.
  void add_remote_candidate(const ice::Candidate& candidate, base::Instant now);

  // STUN and DTLS.
  void receive(base::Bytes datagram, base::Instant now);
  void advance(base::Instant now);
  base::Instant deadline() const;
  void close(base::Instant now);

  bool connected() const { return sender_ && ice_.selected_path(); }
  // Why there will be no connection; empty while there may be.
  std::string failure() const;
  std::optional<srtp::Profile> profile() const {
    return sender_ ? std::optional(sender_->profile()) : std::nullopt;
  }
  // Where connected() only. Opens in place.
  srtp::OpenResult open_rtp(base::MutableBytes packet) { return receiver_->open_rtp(packet); }
  srtp::OpenResult open_rtcp(base::MutableBytes packet) { return receiver_->open_rtcp(packet); }
  // The sealed packet's length.
  std::size_t seal_rtp(base::MutableBytes slot, std::size_t header_bytes, base::Bytes payload,
                       std::uint64_t index) {
    return sender_->seal_rtp(slot, header_bytes, payload, index);
  }
  void send(base::Bytes sealed);
  void send_rtcp(base::Bytes compound);

 private:
  base::Path path() const { return {0, socket_.remote()}; }
  void after_ice(base::Instant now);
  void after_dtls();
  void flush();

  Surroundings& shared_;
  PeerSocket socket_;
  ice::Credentials local_;
  ice::IceAgent ice_;
  std::unique_ptr<dtls::DtlsSession> dtls_;
  std::vector<std::uint8_t> early_hello_;
  std::optional<srtp::SrtpSender> sender_;
  std::optional<srtp::SrtpReceiver> receiver_;
};

}  // namespace kaskado::bench
