#include "codec/payload/h263.hpp"

#include "codec/frame_facts.hpp"
#include "codec/payload/even_split.hpp"
#include "codec/payload/frame_writer.hpp"

namespace kaskado::codec {

namespace {

using base::Bytes;
using base::MutableBytes;

// RFC 4629 §5.1: |RR (5)|P|V|PLEN (6)|PEBIT (3)|; V: an octet of video redundancy coding; PLEN octets of a
// picture header once more. With P the two zero octets of a start code have been left out before the data.
constexpr std::uint16_t kStartCodeCut = 0x0400, kRedundancy = 0x0200;
constexpr std::uint8_t kZeros[2] = {0, 0};

struct Payload {
  bool start_code_cut = false;
  Bytes data;
};

std::optional<Payload> parse(Bytes bytes) {
  base::ByteReader reader(bytes);
  const std::uint16_t header = reader.u16();
  if (header & kRedundancy) reader.skip(1);
  reader.skip(header >> 3 & 0x3f);
  if (!reader.ok() || reader.remaining() == 0) return std::nullopt;
  return Payload{(header & kStartCodeCut) != 0, bytes.subspan(reader.position())};
}

// The third octet of a picture start code, 0000 0000 0000 0000 1000 00 (ITU-T H.263 §5.1.1).
bool is_third_of_picture_start(std::uint8_t octet) {
  return (octet & 0xfc) == 0x80;
}

bool starts_picture(const Payload& payload) {
  return payload.start_code_cut && is_third_of_picture_start(payload.data[0]);
}

class H263Depacketizer final : public Depacketizer {
 public:
  bool starts_frame(Bytes payload) const override {
    const auto parsed = parse(payload);
    return parsed && starts_picture(*parsed);
  }

  base::Result<AssembledFrame, base::DropReason> assemble(std::span<const Bytes> payloads) override {
    AssembledFrame frame;
    frame.bytes = write_frame([&](FrameWriter& out) { return walk(payloads, out); });
    if (!frame.bytes) return base::DropReason::bad_payload;
    frame.key_frame = is_key_frame(CodecId::h263, *frame.bytes);
    return frame;
  }

 private:
  static bool walk(std::span<const Bytes> payloads, FrameWriter& out) {
    for (const Bytes bytes : payloads) {
      if (bytes.empty()) continue;
      const auto payload = parse(bytes);
      if (!payload || (out.size() == 0 && !starts_picture(*payload))) return false;
      if (payload->start_code_cut) out.append(kZeros);
      out.append(payload->data);
    }
    return true;
  }
};

// The first payload is of the kind that starts a picture (§6.1.1), the others follow on wherever it is cut
// (§6.2).
class H263Packetizer final : public Packetizer {
 public:
  void begin(const EncodedFrame& frame, std::size_t max_payload_bytes) override {
    bytes_ = frame.bytes;
    parts_ = {};
    first_ = true;
    const Bytes picture = frame.span();
    if (picture.size() < 3 || picture[0] != 0 || picture[1] != 0 || !is_third_of_picture_start(picture[2]))
      return;
    rest_ = picture.subspan(sizeof kZeros);
    parts_ = EvenSplit(rest_.size(), max_payload_bytes - std::min(max_payload_bytes, kHeaderBytes));
  }

  std::optional<Fragment> next(MutableBytes room) override {
    if (parts_.done()) return std::nullopt;
    base::ByteWriter writer(room);
    writer.u16(first_ ? kStartCodeCut : 0);
    const std::size_t part = parts_.next();
    writer.bytes(rest_.first(part));
    rest_ = rest_.subspan(part);
    first_ = false;
    return Fragment{writer.size(), parts_.done()};
  }

 private:
  static constexpr std::size_t kHeaderBytes = 2;

  SharedBytes bytes_;
  Bytes rest_;
  EvenSplit parts_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<Depacketizer> make_h263_depacketizer() {
  return std::make_unique<H263Depacketizer>();
}

std::unique_ptr<Packetizer> make_h263_packetizer() {
  return std::make_unique<H263Packetizer>();
}

}  // namespace kaskado::codec
