// A browser's transport, put together here from the rooms below `transport`: one ICE agent, one DTLS session
// and the two halves of SRTP. It shares no code with the server's own transport.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/outbox.hpp"
#include "dtls/session.hpp"
#include "ice/ice_agent.hpp"
#include "sctp/data_channels.hpp"
#include "srtp/receiver.hpp"
#include "srtp/sender.hpp"
#include "virtual_network.hpp"

namespace kaskado::sim {

class PeerTransport {
 public:
  struct Opened {
    transport::DatagramKind kind = transport::DatagramKind::unknown;  // rtp or rtcp, where `bytes` says so
    base::Bytes bytes;  // decrypted; empty where there is nothing
  };

  PeerTransport(VirtualNetwork& network, base::Random& random, int certificate,
                std::vector<SocketAddress> addresses, ice::IceRole role);

  const ice::Credentials& credentials() const { return local_; }
  dtls::Fingerprint fingerprint() const { return certificate_->fingerprint().value(); }
  ice::Candidate candidate(std::size_t index) const;
  std::size_t candidates() const { return addresses_.size(); }
  void set_remote(const ice::Credentials& remote, const dtls::Fingerprint& fingerprint, dtls::DtlsRole role);
  void add_remote_candidate(const std::string& text);
  void restart_ice();
  // Says goodbye by a DTLS alert.
  void close();

  // Decrypts in place.
  Opened receive(Datagram& datagram, Instant now);
  void advance(Instant now);
  Instant deadline() const;
  // What RTP or RTCP on its way to this peer says, also where it will not arrive. Empty before there are
  // keys, and for RTP that is sent again.
  std::vector<std::uint8_t> eavesdrop(const Datagram& datagram);

  // Keys are there and a path: media flows.
  bool connected() const { return sender_ && ice_.selected_path(); }
  Fate send_rtp(base::Bytes header, base::Bytes payload, std::uint64_t index);
  Fate send_rtcp(base::Bytes compound);

  // Data channels, as soon as DTLS is there; nullptr until then. flush() when something was done to them.
  void use_data() { wants_data_ = true; }
  sctp::DataChannels* data() { return data_.get(); }
  Fate flush();

  const ice::IceAgent& ice() const { return ice_; }
  dtls::DtlsState dtls_state() const { return dtls_ ? dtls_->state() : dtls::DtlsState::idle; }
  base::DropCounters& drops() { return drops_; }

 private:
  base::Path path_of(const Datagram& datagram) const;
  void after_ice(Instant now);
  void after_dtls();
  void receive_data(Instant now);
  Fate send_pending();

  VirtualNetwork& network_;
  base::Random& random_;
  std::vector<SocketAddress> addresses_;
  std::shared_ptr<const dtls::Certificate> certificate_;
  ice::Credentials local_;
  ice::IceAgent ice_;
  std::unique_ptr<dtls::DtlsSession> dtls_;
  std::vector<std::uint8_t> early_hello_;
  std::optional<srtp::SrtpSender> sender_;
  std::optional<srtp::SrtpReceiver> receiver_;
  std::optional<srtp::SrtpReceiver> eavesdropper_;
  bool wants_data_ = false;
  std::unique_ptr<sctp::DataChannels> data_;
  base::Outbox outbox_{64};
  base::DropCounters drops_;
};

}  // namespace kaskado::sim
