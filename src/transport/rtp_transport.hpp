// RTP to a peer without ICE and DTLS: one m-line, in the clear or sealed with keys from the description
// (SDES, RFC 4568), with RTCP on a port of its own or on RTP's (RFC 3605, RFC 5761).
//
// Sends to where the description says, or, where it says that the peer connects (RFC 4145, "comedia"), to
// where the peer's packets come from. SourceLock keeps strangers out. Says when the peer has fallen silent.
//
// Owned by one shard. Takes datagrams and time, gives decrypted packets and what has changed.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/packet.hpp"
#include "srtp/receiver.hpp"
#include "srtp/sdes.hpp"
#include "transport/egress_line.hpp"
#include "transport/received.hpp"
#include "transport/source_lock.hpp"

namespace kaskado::transport {

// What does not change while a transport lives.
struct RtpTransportConfig {
  // Indices of ports that nobody else uses. One and the same: RTCP is on RTP's, whatever the peer says.
  std::uint16_t rtp_port = 0;
  std::uint16_t rtcp_port = 0;
  std::uint8_t dscp = 0;
  std::optional<srtp::MasterKey> key;  // that we seal with; without one all goes in the clear
};

// What the signalling told of the peer.
struct RtpRemote {
  // Where it wants to get RTP and RTCP; not set where it cannot be sent to.
  base::SocketAddress rtp;
  base::SocketAddress rtcp;
  std::uint8_t multicast_hops = 1;  // where it is a group: how far packets go (RFC 8866 §5.7)
  bool connects = false;            // RFC 4145: send to where its packets come from
  bool rtcp_mux = false;
  std::vector<rtp::Ssrc> sources;    // that it sends by
  std::optional<srtp::SdesKey> key;  // that it seals with: there if ours is
};

// What has changed since it was asked last.
struct RtpTransportChanges {
  bool connection = false;
  bool media = false;
  bool key_limit = false;  // an eighth or less is left of a key's life, of either side
  bool any() const { return connection || media || key_limit; }
};

class RtpTransport {
 public:
  // Without a packet for as long the peer's media counts as gone. Longer than reports of RTCP are apart (RFC
  // 3550 §6.2: 5 s and a half more).
  static constexpr base::Duration kMediaTimeout = std::chrono::seconds{10};
  // And so does the peer (RFC 3550 §6.3.5: five intervals of at least 5 s). One that has never sent may be
  // one that only receives: it stays.
  static constexpr base::Duration kConnectionTimeout = std::chrono::seconds{25};

  // `demux` outlives the transport; `peer` is what it is found by.
  RtpTransport(PeerId peer, RtpTransportConfig config, Demux& demux);
  ~RtpTransport();
  RtpTransport(const RtpTransport&) = delete;

  // Once. Until then what comes is dropped.
  void set_remote(const RtpRemote& remote);

  // Drops, beside those of SRTP: bad_rtp, bad_rtcp; rtp_stranger; unknown_protocol; unknown_peer before
  // set_remote().
  Received receive(base::Packet& packet, const base::Path& path, base::Instant now);
  void advance(base::Instant now);
  base::Instant deadline() const;
  // Nothing is sent or taken after.
  void close();

  RtpTransportChanges take_changes();
  // Until the peer times out; again with its next packet.
  bool is_connected() const { return remote_ && !timed_out_; }
  // RTP or RTCP has come of late.
  bool is_receiving() const { return receiving_; }
  // Open while media may be sent.
  EgressLine& line() { return line_; }
  const EgressLine& line() const { return line_; }

 private:
  bool is_muxed() const { return config_.rtp_port == config_.rtcp_port || remote_->rtcp_mux; }
  DatagramKind kind_on(const base::Path& path, base::Bytes datagram) const;
  base::DropReason receive_rtp(base::Packet& packet, const base::Path& path, base::Instant now);
  base::DropReason receive_rtcp(base::Packet& packet, const base::Path& path, base::Instant now);
  base::DropReason open(base::Packet& packet, DatagramKind kind);
  srtp::OpenResult open_once(base::MutableBytes packet, DatagramKind kind);
  std::size_t without_mki(base::MutableBytes packet, DatagramKind kind) const;
  void count_opened(DatagramKind kind);
  void note_received(base::Instant now);
  void aim();

  enum class MkiUse : std::uint8_t { unknown, absent, present };

  const PeerId peer_;
  const RtpTransportConfig config_;
  Demux& demux_;
  std::optional<RtpRemote> remote_;
  std::optional<srtp::SrtpReceiver> receiver_;
  MkiUse mki_use_ = MkiUse::unknown;  // peers announce one and do without
  std::uint64_t opened_rtp_ = 0;
  std::uint64_t opened_rtcp_ = 0;
  bool own_limit_told_ = false;
  bool closed_ = false;
  SourceLock lock_;
  EgressLine line_;
  base::Instant last_received_{};
  bool receiving_ = false;
  bool heard_ = false;  // since it was connected
  bool timed_out_ = false;
  RtpTransportChanges changes_;
};

}  // namespace kaskado::transport
