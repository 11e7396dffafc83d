#include "rtp/layer_filter.hpp"

#include <algorithm>

namespace kaskado::rtp {

void LayerFilter::adopt(const MediaPacket& first) {
  now_ = limits_;
  top_spatial_ = 0;
  described_ = first.layer.described;
  left_out_any_ = false;
  note_ = {};
  note_.spatial = now_.spatial;
  tl0_offset_ = 0;
  if (!sent_any_ || first.layer.picture_id_bytes == 0) return;
  note_.picture_offset = static_cast<std::uint16_t>(last_picture_ + 1 - picture_id(first.layer, first.payload()));
  if (first.layer.tl0_offset != 0)
    tl0_offset_ = static_cast<std::uint8_t>(last_tl0_ + 1 - first.payload()[first.layer.tl0_offset]);
}

// What is wanted less is left out from the next frame on; what is wanted more begins where that can be decoded.
void LayerFilter::begin_frame(const MediaPacket& packet) {
  const VideoLayer& layer = packet.layer;
  if (packet.starts_key_frame) {
    now_ = limits_;
    top_spatial_ = 0;
    return;
  }
  now_.temporal = std::min(now_.temporal, limits_.temporal);
  // Between the layers of one picture nothing changes: its end is told by the highest.
  if (layer.spatial == 0) now_.spatial = std::min(now_.spatial, limits_.spatial);
  if (limits_.temporal <= now_.temporal) return;
  if (layer.opens_above && layer.temporal <= now_.temporal) {
    now_.temporal = limits_.temporal;
  } else if (layer.sync && layer.temporal > now_.temporal && layer.temporal <= limits_.temporal) {
    now_.temporal = layer.temporal;
  }
}

bool LayerFilter::admits(const MediaPacket& packet) {
  const VideoLayer& layer = packet.layer;
  described_ = layer.described;
  if (!layer.described) return true;
  if (layer.starts_frame) begin_frame(packet);
  top_spatial_ = std::max(top_spatial_, layer.spatial);
  note_.spatial = now_.spatial;
  if (layer.temporal <= now_.temporal && layer.spatial <= now_.spatial) return true;
  // A whole picture is left out where its temporal layer is. VP9's numbers stay: its pictures name those that they depend
  // on by distance, and it has no spatial layers without them.
  const bool counts = layer.temporal > now_.temporal && layer.consecutive_ids;
  const bool again = left_out_any_ && left_out_ == packet.header.timestamp;
  if (counts && !again) --note_.picture_offset;
  left_out_any_ = true;
  left_out_ = packet.header.timestamp;
  return false;
}

void LayerFilter::sent(const MediaPacket& packet) {
  if (packet.layer.picture_id_bytes == 0) return;
  sent_any_ = true;
  last_picture_ = static_cast<std::uint16_t>(picture_id(packet.layer, packet.payload()) + note_.picture_offset);
  if (packet.layer.tl0_offset != 0)
    last_tl0_ = static_cast<std::uint8_t>(packet.payload()[packet.layer.tl0_offset] + tl0_offset_);
}

void LayerFilter::rewrite(const MediaPacket& packet, const Note& note, std::uint8_t* payload) const {
  add_to_picture_id(packet.layer, payload, note.picture_offset);
  add_to_tl0(packet.layer, payload, tl0_offset_);
}

}  // namespace kaskado::rtp
