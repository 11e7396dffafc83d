#include "codec/bitstream/opus.hpp"

namespace kaskado::codec {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxFrameBytes = 1275;    // R2
constexpr base::Duration kMaxDuration = 120ms;  // R5

// §3.1, table 2
base::Duration frame_duration(int config) {
  constexpr base::Duration kSilk[] = {10ms, 20ms, 40ms, 60ms};
  constexpr base::Duration kCelt[] = {2500us, 5ms, 10ms, 20ms};
  if (config < 12) return kSilk[config % 4];
  if (config < 16) return kSilk[config % 2];
  return kCelt[config % 4];
}

// §3.2.1
std::size_t read_frame_length(base::ByteReader& reader) {
  const std::size_t first = reader.u8();
  return first < 252 ? first : first + 4u * reader.u8();
}

// §3.2.5: 255 stands for 254 octets of padding and a further count.
std::size_t read_padding(base::ByteReader& reader) {
  std::size_t padding = 0;
  while (reader.ok()) {
    const std::uint8_t count = reader.u8();
    if (count < 255) return padding + count;
    padding += 254;
  }
  return padding;
}

bool is_lawful(std::size_t bytes_of_equal_frames, int frames) {
  const auto count = static_cast<std::size_t>(frames);
  return bytes_of_equal_frames % count == 0 && bytes_of_equal_frames / count <= kMaxFrameBytes;
}

// Code 3: |v|p|M (6)|, the padding's length, the frames' lengths where they differ, the frames, the padding.
bool read_many(base::ByteReader& reader, OpusPacket& packet) {
  const std::uint8_t counts = reader.u8();
  packet.frames = counts & 0x3f;
  if (packet.frames == 0 || packet.duration() > kMaxDuration) return false;
  const std::size_t padding = counts & 0x40 ? read_padding(reader) : 0;
  if (!(counts & 0x80)) {
    return reader.ok() && padding <= reader.remaining() &&
           is_lawful(reader.remaining() - padding, packet.frames);
  }
  std::size_t taken = padding;
  for (int i = 0; i + 1 < packet.frames; ++i) {
    const std::size_t length = read_frame_length(reader);
    if (length > kMaxFrameBytes) return false;
    taken += length;
  }
  return reader.ok() && taken <= reader.remaining() && reader.remaining() - taken <= kMaxFrameBytes;
}

}  // namespace

std::optional<OpusPacket> parse_opus_packet(base::Bytes bytes) {
  if (bytes.empty()) return std::nullopt;  // R1
  base::ByteReader reader(bytes);
  const std::uint8_t toc = reader.u8();
  OpusPacket packet{frame_duration(toc >> 3), 1, toc & 0x04 ? 2 : 1};
  bool lawful = false;
  switch (toc & 0x03) {
    case 0:
      lawful = is_lawful(reader.remaining(), 1);
      break;
    case 1:
      packet.frames = 2;
      lawful = is_lawful(reader.remaining(), 2);  // R3
      break;
    case 2: {
      packet.frames = 2;
      const std::size_t first = read_frame_length(reader);  // R4
      lawful = reader.ok() && first <= reader.remaining() && reader.remaining() - first <= kMaxFrameBytes;
      break;
    }
    default:
      lawful = read_many(reader, packet);
  }
  return lawful ? std::optional(packet) : std::nullopt;
}

}  // namespace kaskado::codec
