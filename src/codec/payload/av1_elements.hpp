// The OBU elements in the payloads of one frame (RTP Payload Format For AV1, §4.3 … §4.5).
#pragma once

#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "codec/payload/frame_writer.hpp"

namespace kaskado::codec {

// The aggregation header: |Z|Y|W (2)|N|-|-|-|
inline constexpr std::uint8_t kAv1Continues = 0x80, kAv1Continued = 0x40, kAv1NewSequence = 0x08;

struct Av1Element {
  base::Bytes bytes;       // one at least
  bool continues = false;  // the last element of the payload before
  bool continued = false;  // in the next payload
};

// Goes through them once; copies are independent.
class Av1Elements {
 public:
  explicit Av1Elements(std::span<const base::Bytes> payloads) : payloads_(payloads) {}

  // Nothing at the end, and where a payload is malformed.
  std::optional<Av1Element> next();
  // How many octets the elements of the next OBU have together, without going on. Nothing at the end, and
  // where they are malformed or not all there.
  std::optional<std::size_t> next_obu_bytes();
  bool malformed() const { return malformed_; }

 private:
  bool open_payload();
  std::optional<base::Bytes> take_element();

  std::span<const base::Bytes> payloads_;  // those that are not open yet
  base::Bytes rest_;
  int elements_left_ = 0;  // in the payload, where it says how many; else 0
  bool counted_ = false;
  bool continues_ = false;
  bool continued_ = false;
  bool malformed_ = false;
};

// The octets of the next OBU, across its elements.
class Av1ObuReader {
 public:
  // `bytes` is what next_obu_bytes() said.
  Av1ObuReader(Av1Elements& elements, std::size_t bytes) : elements_(elements), remaining_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t remaining() const { return remaining_; }
  std::uint8_t u8();
  void move_rest(FrameWriter& out);

 private:
  Av1Elements& elements_;
  base::Bytes element_;
  std::size_t remaining_;
  bool ok_ = true;
};

}  // namespace kaskado::codec
