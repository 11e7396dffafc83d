#include "codec/payload/amr.hpp"

#include "codec/bitstream/bit_reader.hpp"
#include "codec/bitstream/speech.hpp"
#include "codec/payload/bit_writer.hpp"
#include "codec/payload/frame_writer.hpp"

namespace kaskado::codec {

namespace {

using base::Bytes;

// The table of contents has an entry |F|FT (4)|Q| a frame, where F says that another follows (RFC 4867
// §4.3.2). In storage format, and when octet-aligned, two bits of padding make it an octet (§4.4.2, §5.3).
constexpr std::uint8_t kEntryBits = 0x7c;  // FT and Q within such an octet
constexpr std::uint8_t kMoreFollow = 0x80;
constexpr int kNoRequest = 15;  // CMR, §4.3.1

int type_of(std::uint8_t entry) {
  return entry >> 3 & 0x0f;
}

// §4.4: |CMR (4)|R (4)|, the entries, the frames.
bool walk_aligned(Bytes payload, FrameWriter& out) {
  base::ByteReader entries(payload);
  entries.skip(1);
  std::size_t count = 1;
  while (entries.u8() & kMoreFollow) ++count;
  base::ByteReader frames(payload.subspan(entries.position()));
  for (std::size_t i = 0; i < count && entries.ok(); ++i) {
    const std::uint8_t entry = payload[1 + i] & kEntryBits;
    const auto bits = amr_nb_frame_bits(type_of(entry));
    if (!bits) return false;
    out.append(entry);
    out.append(frames.take((*bits + 7) / 8));
  }
  return entries.ok() && frames.ok() && frames.remaining() == 0;
}

// Moves so many bits, and fills the last octet with zeros.
void move_bits(BitReader& from, std::size_t bits, FrameWriter& out) {
  for (; bits >= 8; bits -= 8) out.append(static_cast<std::uint8_t>(from.bits(8)));
  if (bits == 0) return;
  const auto left = static_cast<int>(bits);
  out.append(static_cast<std::uint8_t>(from.bits(left) << (8 - left)));
}

// §4.3: |CMR (4)|, the entries of six bits, the frames one bit behind the other, padding to the octet.
bool walk_efficient(Bytes payload, FrameWriter& out) {
  BitReader entries(payload);
  entries.skip(4);
  BitReader frames = entries;
  bool more = true;
  while (more && frames.ok()) {
    more = frames.flag();
    frames.skip(5);
  }
  for (more = true; more && frames.ok();) {
    more = entries.flag();
    const auto entry = static_cast<std::uint8_t>(entries.bits(5) << 2);
    const auto bits = amr_nb_frame_bits(type_of(entry));
    if (!bits) return false;
    out.append(entry);
    move_bits(frames, *bits, out);
  }
  return frames.ok() && frames.remaining_bits() < 8;
}

class AmrDepacketizer final : public Depacketizer {
 public:
  explicit AmrDepacketizer(bool octet_aligned) : octet_aligned_(octet_aligned) {}

  bool starts_frame(Bytes payload) const override {
    FrameWriter nowhere;
    return walk(payload, nowhere);
  }

  base::Result<AssembledFrame, base::DropReason> assemble(std::span<const Bytes> payloads) override {
    AssembledFrame frame;
    frame.bytes = write_frame([&](FrameWriter& out) {
      for (const Bytes payload : payloads) {
        if (!payload.empty() && (out.size() > 0 || !walk(payload, out))) return false;
      }
      return true;
    });
    if (!frame.bytes) return base::DropReason::bad_payload;
    frame.key_frame = true;
    return frame;
  }

 private:
  bool walk(Bytes payload, FrameWriter& out) const {
    return octet_aligned_ ? walk_aligned(payload, out) : walk_efficient(payload, out);
  }

  bool octet_aligned_;
};

// The frames as stored, each with the octet before it.
struct StoredFrame {
  std::uint8_t entry = 0;
  std::size_t bits = 0;
  Bytes data;
};

class StoredFrames {
 public:
  // `stored` is what count_amr_nb_frames() counts.
  explicit StoredFrames(Bytes stored) : reader_(stored) {}
  std::optional<StoredFrame> next() {
    if (reader_.remaining() == 0) return std::nullopt;
    StoredFrame frame;
    frame.entry = reader_.u8() & kEntryBits;
    frame.bits = amr_nb_frame_bits(type_of(frame.entry)).value_or(0);
    frame.data = reader_.take((frame.bits + 7) / 8);
    return frame;
  }

 private:
  base::ByteReader reader_;
};

// All frames go into one payload; those that do not fit into one cannot be carried.
class AmrPacketizer final : public Packetizer {
 public:
  explicit AmrPacketizer(bool octet_aligned) : octet_aligned_(octet_aligned) {}

  void begin(const EncodedFrame& frame, std::size_t max_payload_bytes) override {
    bytes_ = frame.bytes;
    frames_ = count_amr_nb_frames(frame.span()).value_or(0);
    if (frames_ > 0 && payload_bytes() > max_payload_bytes) frames_ = 0;
  }

  std::optional<Fragment> next(base::MutableBytes room) override {
    if (frames_ == 0) return std::nullopt;
    BitWriter writer(room);
    const int padding = octet_aligned_ ? 2 : 0;
    writer.bits(kNoRequest << (2 * padding), 4 + 2 * padding);
    StoredFrames entries(*bytes_), frames(*bytes_);
    while (const auto frame = entries.next()) {
      writer.bits(--frames_ > 0, 1);
      writer.bits(static_cast<std::uint32_t>(frame->entry >> 2 << padding), 5 + padding);
    }
    while (const auto frame = frames.next()) {
      writer.copy(frame->data, octet_aligned_ ? frame->data.size() * 8 : frame->bits);
    }
    return Fragment{writer.octets(), true};
  }

 private:
  std::size_t payload_bytes() const {
    std::size_t bits = octet_aligned_ ? 8 : 4;
    StoredFrames frames(*bytes_);
    while (const auto frame = frames.next()) {
      bits += octet_aligned_ ? 8 + frame->data.size() * 8 : 6 + frame->bits;
    }
    return (bits + 7) / 8;
  }

  bool octet_aligned_;
  SharedBytes bytes_;
  int frames_ = 0;  // that are to be sent
};

}  // namespace

std::unique_ptr<Depacketizer> make_amr_depacketizer(bool octet_aligned) {
  return std::make_unique<AmrDepacketizer>(octet_aligned);
}

std::unique_ptr<Packetizer> make_amr_packetizer(bool octet_aligned) {
  return std::make_unique<AmrPacketizer>(octet_aligned);
}

}  // namespace kaskado::codec
