// What is read once from a received packet and then handed to all its subscribers.
#pragma once

#include <optional>

#include "base/packet.hpp"
#include "rtp/header_extension.hpp"
#include "rtp/rtp_packet.hpp"
#include "rtp/video_layer.hpp"

namespace kaskado::rtp {

// What a packet has behind it. By RFC 4588 its header comes back with other extensions than at first; recovered by FEC, those that are
// written when a packet leaves (abs-send-time, the transport-wide number) say nothing.
enum class Delivery : std::uint8_t { as_sent, retransmitted, recovered };

struct MediaPacket {
  base::PacketRef packet;
  RtpHeader header;
  // When this server sends it on, as abs-send-time has it. Taken from the packet's arrival, so that a
  // retransmission is the same bytes as the first sending: under AES-GCM one packet index with two different
  // headers would give the authentication key away (RFC 7714 §9.1).
  std::uint32_t abs_send_time = 0;
  ExtensionValues extensions;
  Delivery delivery = Delivery::as_sent;
  bool starts_key_frame = false;  // this and what follows are set by ReceiveStream::accept
  VideoLayer layer;
  SourceId source;
  std::uint64_t extended_sequence = 0;

  base::Bytes payload() const { return {packet->bytes + header.payload_offset, header.payload_length}; }
};

// Nothing where the packet is no RTP: the caller counts bad_rtp.
inline std::optional<MediaPacket> read_media_packet(base::PacketRef packet, const ExtensionMap& extensions) {
  const base::Bytes bytes = std::as_const(*packet).span();
  const auto header = parse_rtp(bytes);
  if (!header) return std::nullopt;
  MediaPacket media;
  media.header = *header;
  media.abs_send_time = to_abs_send_time(packet->arrived);
  if (header->extension_length != 0) media.extensions = read_extensions(bytes, *header, extensions);
  media.packet = std::move(packet);
  return media;
}

}  // namespace kaskado::rtp
