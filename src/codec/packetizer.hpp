// From frames to RTP payloads. One a stream.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "codec/depacketizer.hpp"
#include "codec/encoded_frame.hpp"

namespace kaskado::codec {

struct Fragment {
  std::size_t bytes = 0;
  bool last = false;  // of its frame: what RTP's marker bit says of pictures
};

class Packetizer {
 public:
  // Never null.
  static std::unique_ptr<Packetizer> create(const PayloadFormat& format);
  virtual ~Packetizer() = default;

  // Begins a frame; what was left of the one before is forgotten. A frame that is cut is cut into payloads of one
  // length, but for the last, which is shorter by less octets than there are payloads: so they can leave as one
  // segmented send. H264 and H265 have it so for each NAL unit, AV1 up to the few octets of its lengths.
  virtual void begin(const EncodedFrame& frame, std::size_t max_payload_bytes) = 0;
  // Writes the next payload to `room`, which holds max_payload_bytes; allocates nothing. Nothing when the frame is
  // done, or is none that the format can carry: malformed, or sound that is longer than a payload.
  virtual std::optional<Fragment> next(base::MutableBytes room) = 0;
};

}  // namespace kaskado::codec
