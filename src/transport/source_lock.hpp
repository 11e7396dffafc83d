// Who sends to a port that anybody can send to: plain RTP comes without a handshake, so the first packets
// tell where the peer is, and its SSRC tells it from strangers after (what RFC 4145 calls the active side
// connects that way; RFC 7362 §4 names what goes wrong where nothing locks).
//
//   - The first to send is the peer. Its address and SSRC are the lock.
//   - What comes from that address is the peer's, also with another SSRC, as of an encoder that began anew.
//   - What comes from elsewhere with the peer's SSRC, and further on in its sequence, is the peer that has
//   moved.
//   - All else is a stranger's, until the peer has been silent for kHold: then whoever comes is the peer.
//   - An SSRC that the description names outranks one that it does not name.
// Packets that were authenticated need no lock: they only move the address.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/socket_address.hpp"
#include "base/time.hpp"
#include "rtp/types.hpp"

namespace kaskado::transport {

enum class Admission : std::uint8_t {
  stranger,
  known,
  moved,  // the peer is at this address from now on
};

class SourceLock {
 public:
  // Longer than a pause in a stream that goes on: of voice activity detection, or of a camera that restarts.
  static constexpr base::Duration kHold = std::chrono::seconds{5};
  static constexpr std::size_t kMaxNamed = 64;

  // SSRCs of the peer's description; the first kMaxNamed of them count.
  void name_sources(std::vector<rtp::Ssrc> named);

  Admission admit_rtp(const base::SocketAddress& from, rtp::Ssrc ssrc, rtp::SequenceNumber sequence,
                      base::Instant now);
  // Of a packet whose key only the peer has.
  Admission admit_authentic(const base::SocketAddress& from, rtp::Ssrc ssrc, rtp::SequenceNumber sequence,
                            base::Instant now);
  // Whether a report of `sender` from there is the peer's: its address, whatever the port, or its SSRC.
  // Before there is a lock, anybody's.
  bool admits_rtcp(const base::SocketAddress& from, rtp::Ssrc sender, base::Instant now) const;

  // Where the peer's media comes from, once some has come.
  const std::optional<base::SocketAddress>& address() const { return address_; }

 private:
  bool is_named(rtp::Ssrc ssrc) const;
  bool is_held(base::Instant now) const { return address_ && now < last_ + kHold; }
  Admission take(const base::SocketAddress& from, rtp::Ssrc ssrc, rtp::SequenceNumber sequence,
                 base::Instant now);

  std::vector<rtp::Ssrc> named_;
  std::optional<base::SocketAddress> address_;
  rtp::Ssrc ssrc_;
  rtp::SequenceNumber highest_;  // of ssrc_
  base::Instant last_{};
};

}  // namespace kaskado::transport
