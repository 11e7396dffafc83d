#include "codec/payload/av1.hpp"

#include "codec/bitstream/av1.hpp"
#include "codec/frame_facts.hpp"
#include "codec/payload/av1_elements.hpp"
#include "codec/payload/even_split.hpp"
#include "codec/payload/frame_writer.hpp"

namespace kaskado::codec {

namespace {

using base::Bytes;
using base::MutableBytes;

// §5: neither is sent, and both are passed over when they come.
bool stays_away(ObuType type) {
  return type == ObuType::temporal_delimiter || type == ObuType::tile_list;
}

class Av1Depacketizer final : public Depacketizer {
 public:
  // Only the first payload of a coded video sequence says that it is one (N); others are known by what they
  // begin with.
  bool starts_frame(Bytes payload) const override {
    Av1Elements elements({&payload, 1});
    const auto element = elements.next();
    if (!element || element->continues) return false;
    if (payload[0] & kAv1NewSequence) return true;
    ObuHeader header{element->bytes[0]};
    if (header.has_extension() && element->bytes.size() > 1) header.extension = element->bytes[1];
    switch (header.type()) {
      case ObuType::sequence_header:
      case ObuType::temporal_delimiter:
      case ObuType::metadata:
      case ObuType::frame_header:
      case ObuType::frame:
        return header.spatial_id() == 0;
      default:
        return false;
    }
  }

  base::Result<AssembledFrame, base::DropReason> assemble(std::span<const Bytes> payloads) override {
    AssembledFrame frame;
    frame.bytes = write_frame([&](FrameWriter& out) { return walk(payloads, out); });
    if (!frame.bytes) return base::DropReason::bad_payload;
    frame.key_frame = is_key_frame(CodecId::av1, *frame.bytes);
    return frame;
  }

 private:
  static bool walk(std::span<const Bytes> payloads, FrameWriter& out) {
    Av1Elements elements(payloads);
    while (const auto bytes = elements.next_obu_bytes()) {
      if (!write_obu(elements, *bytes, out)) return false;
    }
    return !elements.malformed();
  }

  // Writes the next OBU, whose fragments have so many octets, with a size field of this server's making.
  static bool write_obu(Av1Elements& elements, std::size_t obu_bytes, FrameWriter& out) {
    Av1ObuReader reader(elements, obu_bytes);
    ObuHeader header{reader.u8()};
    if (header.first & ObuHeader::kForbiddenBit) return false;
    if (header.has_extension()) header.extension = reader.u8();
    if (header.has_size()) {
      const auto bytes = read_leb128(reader);
      if (!bytes || *bytes != reader.remaining()) return false;
    }
    if (!reader.ok()) return false;
    if (stays_away(header.type())) {
      FrameWriter nowhere;
      reader.move_rest(nowhere);
      return true;
    }
    std::uint8_t size[kMaxLeb128Octets];
    out.append(static_cast<std::uint8_t>(header.first | ObuHeader::kHasSizeField));
    if (header.has_extension()) out.append(header.extension);
    out.append(Bytes(size, write_leb128(static_cast<std::uint32_t>(reader.remaining()), size)));
    reader.move_rest(out);
    return true;
  }
};

// Payloads of about equal length, filled one after the other. A frame of up to three OBUs has the count of
// its elements in each payload (W), which spares the last one's length.
class Av1Packetizer final : public Packetizer {
 public:
  void begin(const EncodedFrame& frame, std::size_t max_payload_bytes) override {
    bytes_ = frame.bytes;
    new_sequence_ = frame.key_frame;
    obu_.reset();
    const auto content = measure(frame.span());
    counted_ = content.obus <= kMostCounted;
    // What a payload has beside its share of the content: the aggregation header, and where elements are not
    // counted the length of one that is cut.
    const std::size_t overhead = counted_ ? 1 : 1 + kCutLengthBytes;
    const std::size_t room = std::min<std::size_t>(max_payload_bytes, UINT16_MAX);
    if (content.bytes == 0 || room <= overhead) return;
    share_ = EvenSplit(content.bytes, room - overhead).part() + overhead - 1;
    obus_ = Obus(frame.span());
    advance();
    advance();
  }

  std::optional<Fragment> next(MutableBytes room) override {
    if (!obu_) return std::nullopt;
    const bool continues = sent_ > 0;
    base::ByteWriter writer(room);
    writer.zeros(1);
    int elements = 0;
    while (write_element(writer)) ++elements;
    ++elements;  // the last
    room[0] =
        static_cast<std::uint8_t>((continues ? kAv1Continues : 0) | (sent_ > 0 ? kAv1Continued : 0) |
                                  (counted_ ? elements << 4 : 0) | (new_sequence_ ? kAv1NewSequence : 0));
    new_sequence_ = false;
    return Fragment{writer.size(), !obu_};
  }

 private:
  static constexpr std::size_t kMostCounted = 3, kCutLengthBytes = 3;

  struct Content {
    std::size_t obus = 0;
    std::size_t bytes = 0;  // with the lengths before them; 0 for a malformed chunk
  };
  static Content measure(Bytes chunk) {
    Content content;
    Obus obus(chunk);
    while (const auto obu = obus.next()) {
      if (stays_away(obu->header.type())) continue;
      ++content.obus;
      content.bytes += bytes_of(*obu) + leb128_octets(static_cast<std::uint32_t>(bytes_of(*obu)));
    }
    return obus.malformed() ? Content{} : content;
  }

  // As it is sent: without size field.
  static std::size_t bytes_of(const Obu& obu) { return obu.header.octets() + obu.payload.size(); }

  void advance() {
    obu_ = next_obu_;
    sent_ = 0;
    do next_obu_ = obus_.next();
    while (next_obu_ && stays_away(next_obu_->header.type()));
  }

  // False where it was the payload's last.
  bool write_element(base::ByteWriter& writer) {
    const std::size_t room = share_ - (writer.size() - 1);
    const std::size_t left = bytes_of(*obu_) - sent_;
    const std::size_t whole = left + leb128_octets(static_cast<std::uint32_t>(left));
    // Another one has room for two octets at least.
    const bool last = !next_obu_ || whole + 2 > room;
    std::size_t bytes = std::min(left, room);
    if (!counted_) {
      if (whole > room) bytes = room - leb128_octets(static_cast<std::uint32_t>(room));
      std::uint8_t length[kMaxLeb128Octets];
      writer.bytes(Bytes(length, write_leb128(static_cast<std::uint32_t>(bytes), length)));
    } else if (!last) {
      std::uint8_t length[kMaxLeb128Octets];
      writer.bytes(Bytes(length, write_leb128(static_cast<std::uint32_t>(bytes), length)));
    }
    write_part(writer, bytes);
    return !last;
  }

  void write_part(base::ByteWriter& writer, std::size_t bytes) {
    const std::uint8_t header[] = {static_cast<std::uint8_t>(obu_->header.first & ~ObuHeader::kHasSizeField),
                                   obu_->header.extension};
    const std::size_t header_bytes = obu_->header.octets();
    const std::size_t end = sent_ + bytes;
    while (sent_ < std::min(end, header_bytes)) writer.u8(header[sent_++]);
    if (sent_ < end) writer.bytes(obu_->payload.subspan(sent_ - header_bytes, end - sent_));
    sent_ = end;
    if (sent_ == bytes_of(*obu_)) advance();
  }

  SharedBytes bytes_;
  Obus obus_{Bytes{}};
  std::optional<Obu> obu_;  // the one that is being sent
  std::optional<Obu> next_obu_;
  std::size_t sent_ = 0;   // of obu_
  std::size_t share_ = 0;  // octets of a payload behind its aggregation header, at the most
  bool counted_ = true;
  bool new_sequence_ = false;
};

}  // namespace

std::unique_ptr<Depacketizer> make_av1_depacketizer() {
  return std::make_unique<Av1Depacketizer>();
}

std::unique_ptr<Packetizer> make_av1_packetizer() {
  return std::make_unique<Av1Packetizer>();
}

}  // namespace kaskado::codec
