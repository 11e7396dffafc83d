// From RTP payloads to frames. One a stream; knows nothing of sequence numbers: the jitter buffer hands it what
// stands together.
#pragma once

#include <memory>
#include <span>

#include "base/bytes.hpp"
#include "base/drop_reason.hpp"
#include "base/result.hpp"
#include "codec/codec_id.hpp"
#include "codec/encoded_frame.hpp"

namespace kaskado::codec {

struct AssembledFrame {
  SharedBytes bytes;
  bool key_frame = false;
  // Not needed by any other frame, so that its loss hurts nobody else. False where the payload does not say.
  bool discardable = false;
};

// What a session description says of the format, beside its name.
struct PayloadFormat {
  CodecId codec = CodecId::vp8;
  bool octet_aligned = false;  // AMR (RFC 4867 §8.1)
};

class Depacketizer {
 public:
  // Never null.
  static std::unique_ptr<Depacketizer> create(const PayloadFormat& format);
  virtual ~Depacketizer() = default;

  // Whether this payload can be the first of a frame: tells a frame whose beginning was lost from a whole one.
  virtual bool starts_frame(base::Bytes payload) const = 0;
  // Whether this payload says that the frame it belongs to is not needed by any other.
  virtual bool is_discardable(base::Bytes payload) const { return (void)payload, false; }
  // The frame in the payloads of one RTP timestamp, all of them and in order; of sound it is one payload. Empty ones,
  // which were padding alone, are passed over. Nothing but bounds is believed of them: what is malformed, or lacks
  // its beginning or end as far as the format tells, gives DropReason::bad_payload, and no more memory than the
  // frame's own size is taken.
  virtual base::Result<AssembledFrame, base::DropReason> assemble(std::span<const base::Bytes> payloads) = 0;
};

}  // namespace kaskado::codec
