// The received side of an m-line whose sender protects its video: ULPFEC in RED (RFC 5109, RFC 2198) and
// FlexFEC end here, and what goes on to the source is plain media, with what was lost and could be recovered.
#pragma once

#include <cstdint>
#include <optional>

#include "pipeline/rtp_source.hpp"
#include "rtp/fec_receiver.hpp"
#include "rtp/header_extension.hpp"
#include "sdp/negotiation.hpp"

namespace kaskado::pipeline {

// Owned by the session, with the source that it feeds. For m-lines of one encoding.
class FecIngest {
 public:
  FecIngest(RtpSource& source, const sdp::NegotiatedFec& negotiated);

  // One of the payload types that are not the source's own.
  bool takes(rtp::PayloadType type) const { return type == red_ || type == ulpfec_ || type == flexfec_; }
  // Any packet of the m-line, if it was sent again already as the one that it was at first. `protects` is the
  // stream that the description says this one is for.
  base::DropReason receive(rtp::MediaPacket&& packet, const rtp::ExtensionMap& extensions,
                           std::optional<rtp::Ssrc> protects, base::Instant now);
  // Lets go of what can bring nothing any more.
  void advance(base::Instant now) { receiver_.expire(now); }

 private:
  static constexpr rtp::PayloadType kNone{0xff};
  // FEC packets in a row that close_gap() sees; browsers send fewer for a picture.
  static constexpr std::uint64_t kMostBetween = 64;

  bool unwrap_red(rtp::MediaPacket& packet) const;
  base::DropReason receive_media(rtp::MediaPacket&& packet, const rtp::ExtensionMap& extensions,
                                 base::Instant now);
  base::DropReason receive_ulpfec(rtp::MediaPacket&& packet, const rtp::ExtensionMap& extensions,
                                  base::Instant now);
  base::DropReason receive_flexfec(const rtp::MediaPacket& packet, const rtp::ExtensionMap& extensions,
                                   std::optional<rtp::Ssrc> protects, base::Instant now);
  void recover(rtp::Ssrc ssrc, const rtp::ExtensionMap& extensions, base::Instant now);
  base::DropReason hand_on(rtp::MediaPacket&& packet, base::Instant now);
  void make_empty(rtp::MediaPacket& packet) const;
  void close_gap(const rtp::ReceiveStream& stream, const rtp::MediaPacket& first, base::Instant now);
  void fill(const rtp::MediaPacket& ends, std::uint64_t number, base::Instant now);

  RtpSource& source_;
  const rtp::PayloadType red_;
  const rtp::PayloadType ulpfec_;
  const rtp::PayloadType flexfec_;
  rtp::FecReceiver receiver_;
};

}  // namespace kaskado::pipeline
