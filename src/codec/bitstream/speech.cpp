#include "codec/bitstream/speech.hpp"

#include <array>

#include "codec/bitstream/bit_reader.hpp"

namespace kaskado::codec {

std::optional<std::size_t> amr_nb_frame_bits(int frame_type) {
  constexpr std::array<std::size_t, 9> kBits{95, 103, 118, 134, 148, 159, 204, 244, 39};
  constexpr int kNoData = 15;
  if (frame_type == kNoData) return 0;
  if (frame_type < 0 || frame_type >= static_cast<int>(kBits.size())) return std::nullopt;
  return kBits[static_cast<std::size_t>(frame_type)];
}

std::optional<int> count_amr_nb_frames(base::Bytes stored) {
  base::ByteReader reader(stored);
  int frames = 0;
  while (reader.remaining() > 0) {
    const auto bits = amr_nb_frame_bits(reader.u8() >> 3 & 0x0f);
    if (!bits) return std::nullopt;
    reader.skip((*bits + 7) / 8);
    if (!reader.ok()) return std::nullopt;
    ++frames;
  }
  return frames > 0 ? std::optional(frames) : std::nullopt;
}

namespace {

// Bits of a narrow-band frame by its mode, with the five of band and mode (table 9.2).
constexpr std::array<std::size_t, 9> kNarrowBits{5, 43, 119, 160, 220, 300, 364, 492, 79};
// Of a wide-band layer, with its band and three bits of mode (table 10.2).
constexpr std::array<std::size_t, 5> kWideBits{4, 36, 112, 192, 352};
constexpr std::uint32_t kUserSignal = 13, kSignal = 14, kTerminator = 15;

// In-band messages by their code (table 5.1).
std::size_t signal_bits(std::uint32_t code) {
  if (code < 2) return 1;
  if (code < 8) return 4;
  if (code < 10) return 8;
  if (code < 12) return 16;
  return code < 14 ? 32 : 64;
}

// Whether there was one.
bool skip_signal(BitReader& reader, std::uint32_t mode) {
  if (mode == kSignal) {
    reader.skip(signal_bits(reader.bits(4)));
  } else if (mode == kUserSignal) {
    reader.skip(5 + 8 * std::size_t{reader.bits(4)});
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::optional<int> count_speex_frames(base::Bytes payload) {
  BitReader reader(payload);
  int frames = 0;
  while (reader.remaining_bits() >= 5) {
    const bool wide = reader.flag();
    if (wide) {
      const std::uint32_t mode = reader.bits(3);
      if (mode >= kWideBits.size() || frames == 0) return std::nullopt;
      reader.skip(kWideBits[mode] - 4);
    } else {
      const std::uint32_t mode = reader.bits(4);
      if (mode == kTerminator) break;
      if (!skip_signal(reader, mode)) {
        if (mode >= kNarrowBits.size()) return std::nullopt;
        reader.skip(kNarrowBits[mode] - 5);
        ++frames;
      }
    }
    if (!reader.ok()) return std::nullopt;
  }
  return frames > 0 ? std::optional(frames) : std::nullopt;
}

}  // namespace kaskado::codec
