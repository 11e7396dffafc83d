// Numbers between two pictures that no packet has come with.
#pragma once

#include "rtp/media_packet.hpp"

namespace kaskado::rtp {

// Whether `first` begins the picture that comes right after the one that `last` ends, so that no media is
// missing between them whatever numbers are: FEC packets were lost, or padding. Goes by the picture ids of
// VP8 and VP9 (RFC 7741 §4.2, RFC 9628 §4.2), and says no where there are none.
inline bool follows_at_once(const MediaPacket& last, const MediaPacket& first) {
  const VideoLayer &before = last.layer, &after = first.layer;
  if (before.picture_id_bytes == 0 || before.picture_id_bytes != after.picture_id_bytes) return false;
  if (!last.header.marker || !after.starts_frame || after.spatial != 0) return false;
  const unsigned mask = before.picture_id_bytes == 1 ? 0x7f : 0x7fff;
  return ((picture_id(before, last.payload()) + 1u) & mask) == picture_id(after, first.payload());
}

}  // namespace kaskado::rtp
