// What a video packet says of the layer that its frame belongs to, and where its payload descriptor has the numbers
// that a subscriber must see in an unbroken row.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "rtp/key_frame.hpp"

namespace kaskado::rtp {

// Offsets count from the payload's first byte; 0 where the descriptor has no such field.
struct VideoLayer {
  std::uint8_t spatial = 0;
  std::uint8_t temporal = 0;
  bool described = false;      // the two above are the packet's own; else it is of the only layer
  bool sync = false;           // who got the temporal layers below may begin to take this one here
  bool opens_above = false;    // who got the temporal layers up to this one may take all above from here on
  bool starts_frame = false;   // first packet of a frame, of its spatial layer
  bool ends_frame = false;     // last packet of it
  bool inter_predicted = true; // from pictures before it
  bool consecutive_ids = false; // a missing picture id stands for a lost picture
  std::uint8_t picture_id_offset = 0;
  std::uint8_t picture_id_bytes = 0;  // 0, 1 or 2: 7 or 15 bits
  std::uint8_t tl0_offset = 0;        // of TL0PICIDX
  bool operator==(const VideoLayer&) const = default;
};

// RFC 7741 §4.2 for VP8 and RFC 9628 §4.2 for VP9; nothing is described for other codecs, and where the descriptor is cut
// short.
VideoLayer read_video_layer(VideoCodec codec, base::Bytes payload);

// A picture id of `layer` within its own width.
std::uint16_t picture_id(const VideoLayer& layer, base::Bytes payload);
// `by` is added to the number, which wraps within its width.
void add_to_picture_id(const VideoLayer& layer, std::uint8_t* payload, std::uint16_t by);
void add_to_tl0(const VideoLayer& layer, std::uint8_t* payload, std::uint8_t by);

}  // namespace kaskado::rtp
