#include "codec/payload/vp9.hpp"

#include "codec/bitstream/vp9.hpp"
#include "codec/frame_facts.hpp"
#include "codec/payload/even_split.hpp"
#include "codec/payload/frame_writer.hpp"

namespace kaskado::codec {

namespace {

using base::ByteReader;
using base::Bytes;
using base::MutableBytes;

// RFC 9628 §4.2
//   |I|P|L|F|B|E|V|Z|
//   I: |M| picture id (7 or, with M, 15 bits)
//   L: |TID|U|SID|D|, and without F: TL0PICIDX
//   P and F: |P_DIFF|N|, up to three times
//   V: scalability structure
constexpr std::uint8_t kPictureId = 0x80, kPredicted = 0x40, kLayers = 0x20, kFlexible = 0x10, kBegin = 0x08,
                       kEnd = 0x04, kStructure = 0x02;
constexpr std::uint8_t kLongPictureId = 0x80;
constexpr int kMaxReferences = 3;

struct Descriptor {
  bool begins_frame = false;  // of one spatial layer
  bool ends_frame = false;
  bool flexible = false;
  int spatial_id = 0;
  bool inter_layer_predicted = false;
  Bytes data;
};

// §4.2.1: |N_S|Y|G|-|-|-|, Y: width and height of each layer, G: N_G and for each |TID|U|R|-|-| with R
// references.
void skip_structure(ByteReader& reader) {
  const std::uint8_t header = reader.u8();
  const std::size_t layers = (header >> 5) + 1u;
  if (header & 0x10) reader.skip(layers * 4);
  if (!(header & 0x08)) return;
  const int pictures = reader.u8();
  for (int i = 0; i < pictures && reader.ok(); ++i) reader.skip(reader.u8() >> 2 & 0x03);
}

bool skip_references(ByteReader& reader) {
  for (int i = 0; i < kMaxReferences; ++i) {
    if (!(reader.u8() & 0x01)) return true;
  }
  return false;
}

// Nothing where it is cut short, has too many references or no data follows.
std::optional<Descriptor> parse(Bytes payload) {
  ByteReader reader(payload);
  Descriptor descriptor;
  const std::uint8_t first = reader.u8();
  descriptor.begins_frame = (first & kBegin) != 0;
  descriptor.ends_frame = (first & kEnd) != 0;
  descriptor.flexible = (first & kFlexible) != 0;
  if ((first & kPictureId) && (reader.u8() & kLongPictureId)) reader.skip(1);
  if (first & kLayers) {
    const std::uint8_t layer = reader.u8();
    descriptor.spatial_id = layer >> 1 & 0x07;
    descriptor.inter_layer_predicted = (layer & 0x01) != 0;
    if (!descriptor.flexible) reader.skip(1);
  }
  if ((first & kPredicted) && descriptor.flexible && !skip_references(reader)) return std::nullopt;
  if (first & kStructure) skip_structure(reader);
  if (!reader.ok() || reader.remaining() == 0) return std::nullopt;
  descriptor.data = payload.subspan(reader.position());
  return descriptor;
}

// The sizes of the layers' frames in a picture.
struct LayerSizes {
  std::array<std::uint32_t, kMaxVp9SuperframeFrames> bytes{};
  std::size_t count = 0;
};

class Vp9Depacketizer final : public Depacketizer {
 public:
  // In flexible mode a picture may go without the lowest layer; else every picture has it.
  bool starts_frame(Bytes payload) const override {
    const auto descriptor = parse(payload);
    if (!descriptor || !descriptor->begins_frame) return false;
    return descriptor->flexible ? !descriptor->inter_layer_predicted : descriptor->spatial_id == 0;
  }

  base::Result<AssembledFrame, base::DropReason> assemble(std::span<const Bytes> payloads) override {
    AssembledFrame frame;
    frame.bytes = write_frame([&](FrameWriter& out) { return walk(payloads, out); });
    if (!frame.bytes) return base::DropReason::bad_payload;
    frame.key_frame = is_key_frame(CodecId::vp9, *frame.bytes);
    return frame;
  }

 private:
  // The frames of all layers, with an index behind them where they are several.
  static bool walk(std::span<const Bytes> payloads, FrameWriter& out) {
    LayerSizes sizes;
    bool open = false;
    for (const Bytes payload : payloads) {
      if (payload.empty()) continue;
      const auto descriptor = parse(payload);
      if (!descriptor || descriptor->begins_frame == open) return false;
      if (descriptor->begins_frame && ++sizes.count > kMaxVp9SuperframeFrames) return false;
      sizes.bytes[sizes.count - 1] += static_cast<std::uint32_t>(descriptor->data.size());
      out.append(descriptor->data);
      open = !descriptor->ends_frame;
    }
    if (open) return false;
    if (sizes.count > 1) out.append(make_vp9_superframe_index({sizes.bytes.data(), sizes.count}).span());
    return true;
  }
};

// Non-flexible mode and one layer, the picture's size in the first payload of a key frame.
class Vp9Packetizer final : public Packetizer {
 public:
  void begin(const EncodedFrame& frame, std::size_t max_payload_bytes) override {
    bytes_ = frame.bytes;
    rest_ = frame.span();
    first_ = true;
    predicted_ = !frame.key_frame;
    size_ = frame.key_frame && max_payload_bytes >= kEnoughForStructure ? picture_size(frame) : std::nullopt;
    if (size_ && (size_->width > UINT16_MAX || size_->height > UINT16_MAX)) size_.reset();
    const std::size_t structure = size_ ? kStructureBytes : 0;
    const std::size_t most = max_payload_bytes - std::min(max_payload_bytes, kDescriptorBytes);
    parts_ = rest_.empty() ? EvenSplit() : EvenSplit(rest_.size() + structure, most);
    if (!parts_.done()) picture_id_ = (picture_id_ + 1) & 0x7fff;
  }

  std::optional<Fragment> next(MutableBytes room) override {
    if (parts_.done()) return std::nullopt;
    std::size_t part = parts_.next();
    const bool has_structure = first_ && size_;
    base::ByteWriter writer(room);
    writer.u8(static_cast<std::uint8_t>(kPictureId | (predicted_ ? kPredicted : 0) | (first_ ? kBegin : 0) |
                                        (parts_.done() ? kEnd : 0) | (has_structure ? kStructure : 0)));
    writer.u16(static_cast<std::uint16_t>(kLongPictureId << 8 | picture_id_));
    if (has_structure) {
      writer.u8(0x10);  // one spatial layer, whose size follows
      writer.u16(static_cast<std::uint16_t>(size_->width));
      writer.u16(static_cast<std::uint16_t>(size_->height));
      part -= kStructureBytes;
    }
    writer.bytes(rest_.first(part));
    rest_ = rest_.subspan(part);
    first_ = false;
    return Fragment{writer.size(), parts_.done()};
  }

 private:
  static constexpr std::size_t kDescriptorBytes = 3, kStructureBytes = 5;
  // So that each of several parts is longer than the structure.
  static constexpr std::size_t kEnoughForStructure = 2 * (kDescriptorBytes + kStructureBytes);

  SharedBytes bytes_;
  Bytes rest_;
  EvenSplit parts_;
  std::optional<PictureSize> size_;
  bool first_ = true;
  bool predicted_ = false;
  std::uint16_t picture_id_ = 0x7fff;
};

}  // namespace

std::unique_ptr<Depacketizer> make_vp9_depacketizer() {
  return std::make_unique<Vp9Depacketizer>();
}

std::unique_ptr<Packetizer> make_vp9_packetizer() {
  return std::make_unique<Vp9Packetizer>();
}

}  // namespace kaskado::codec
