#include "codec/payload/vp8.hpp"

#include "codec/frame_facts.hpp"
#include "codec/payload/even_split.hpp"
#include "codec/payload/frame_writer.hpp"

namespace kaskado::codec {

namespace {

using base::Bytes;
using base::MutableBytes;

// RFC 7741 §4.2
//   |X|R|N|S|R| PID |
//   X: |I|L|T|K| RSV |
//   I: |M| picture id (7 or, with M, 15 bits), L: TL0PICIDX, T or K: |TID|Y| KEYIDX |
constexpr std::uint8_t kExtended = 0x80, kNonReference = 0x20, kStartOfPartition = 0x10, kPartition = 0x07;
constexpr std::uint8_t kPictureId = 0x80, kTl0PicIdx = 0x40, kTid = 0x20, kKeyIdx = 0x10;
constexpr std::uint8_t kLongPictureId = 0x80;

struct Descriptor {
  bool starts_frame = false;
  bool non_reference = false;
  Bytes data;
};

// Nothing where it is cut short or no data follows.
std::optional<Descriptor> parse(Bytes payload) {
  base::ByteReader reader(payload);
  const std::uint8_t first = reader.u8();
  if (first & kExtended) {
    const std::uint8_t extension = reader.u8();
    if ((extension & kPictureId) && (reader.u8() & kLongPictureId)) reader.skip(1);
    if (extension & kTl0PicIdx) reader.skip(1);
    if (extension & (kTid | kKeyIdx)) reader.skip(1);
  }
  if (!reader.ok() || reader.remaining() == 0) return std::nullopt;
  const bool starts_frame = (first & kStartOfPartition) && (first & kPartition) == 0;
  return Descriptor{starts_frame, (first & kNonReference) != 0, payload.subspan(reader.position())};
}

class Vp8Depacketizer final : public Depacketizer {
 public:
  bool starts_frame(Bytes payload) const override {
    const auto descriptor = parse(payload);
    return descriptor && descriptor->starts_frame;
  }
  bool is_discardable(Bytes payload) const override {
    const auto descriptor = parse(payload);
    return descriptor && descriptor->non_reference;
  }

  base::Result<AssembledFrame, base::DropReason> assemble(std::span<const Bytes> payloads) override {
    AssembledFrame frame;
    frame.bytes = write_frame([&](FrameWriter& out) { return walk(payloads, out, frame.discardable); });
    if (!frame.bytes) return base::DropReason::bad_payload;
    frame.key_frame = is_key_frame(CodecId::vp8, *frame.bytes);
    return frame;
  }

 private:
  // The first payload, and no other, starts the frame.
  static bool walk(std::span<const Bytes> payloads, FrameWriter& out, bool& discardable) {
    for (const Bytes payload : payloads) {
      if (payload.empty()) continue;
      const auto descriptor = parse(payload);
      if (!descriptor || descriptor->starts_frame != (out.size() == 0)) return false;
      if (descriptor->starts_frame) discardable = descriptor->non_reference;
      out.append(descriptor->data);
    }
    return true;
  }
};

// Picture ids have 15 bits and count from 0. There is no TL0PICIDX: a receiver that is switched to another encoder's
// stream would hold it against what it remembers of the former one's.
class Vp8Packetizer final : public Packetizer {
 public:
  void begin(const EncodedFrame& frame, std::size_t max_payload_bytes) override {
    bytes_ = frame.bytes;
    rest_ = frame.span();
    parts_ = EvenSplit(rest_.size(), max_payload_bytes - std::min(max_payload_bytes, kDescriptorBytes));
    first_ = true;
    if (parts_.done()) return;
    picture_id_ = (picture_id_ + 1) & 0x7fff;
  }

  std::optional<Fragment> next(MutableBytes room) override {
    if (parts_.done()) return std::nullopt;
    base::ByteWriter writer(room);
    writer.u8(static_cast<std::uint8_t>(kExtended | (first_ ? kStartOfPartition : 0)));
    writer.u8(kPictureId);
    writer.u16(static_cast<std::uint16_t>(kLongPictureId << 8 | picture_id_));
    const std::size_t part = parts_.next();
    writer.bytes(rest_.first(part));
    rest_ = rest_.subspan(part);
    first_ = false;
    return Fragment{writer.size(), parts_.done()};
  }

 private:
  static constexpr std::size_t kDescriptorBytes = 4;

  SharedBytes bytes_;
  Bytes rest_;
  EvenSplit parts_;
  bool first_ = true;
  std::uint16_t picture_id_ = 0x7fff;
};

}  // namespace

std::unique_ptr<Depacketizer> make_vp8_depacketizer() {
  return std::make_unique<Vp8Depacketizer>();
}

std::unique_ptr<Packetizer> make_vp8_packetizer() {
  return std::make_unique<Vp8Packetizer>();
}

}  // namespace kaskado::codec
