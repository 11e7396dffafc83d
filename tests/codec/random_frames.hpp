// Frames of any size that each format can carry, for the tests that go there and back.
#pragma once

#include <algorithm>

#include "codec/bitstream/speech.hpp"
#include "payload_test_support.hpp"

namespace kaskado::codec::test {

inline Octets random_octets(base::Random& random, std::size_t size) {
  Octets octets(size);
  random.fill(octets);
  return octets;
}

// NAL units behind start codes, of about that size together. No octet is zero, so nothing looks like a start
// code.
inline Octets random_nal_units(base::Random& random, std::size_t size, const std::vector<Octets>& headers) {
  Octets stream;
  while (stream.size() < size || stream.empty()) {
    stream.insert(stream.end(), kStartCode, kStartCode + 4);
    const Octets& header = headers[random.below(static_cast<std::uint32_t>(headers.size()))];
    stream.insert(stream.end(), header.begin(), header.end());
    const std::size_t left = size - std::min(size, stream.size());
    const std::size_t bytes =
        random.below(3) == 0 ? left : random.below(static_cast<std::uint32_t>(left + 1));
    for (std::size_t i = 0; i <= bytes; ++i)
      stream.push_back(static_cast<std::uint8_t>(random.below(255) + 1));
  }
  return stream;
}

// OBUs with size fields, of about that size together, with extensions here and there.
inline Octets random_obus(base::Random& random, std::size_t size) {
  constexpr std::uint8_t kTypes[] = {1, 3, 4, 5, 6, 7, 15};
  Octets chunk;
  while (chunk.size() < size || chunk.empty()) {
    const bool extension = random.below(4) == 0;
    chunk.push_back(static_cast<std::uint8_t>(kTypes[random.below(7)] << 3 | (extension ? 4 : 0) | 2));
    if (extension) chunk.push_back(static_cast<std::uint8_t>(random.u32() & 0xf8));
    const std::size_t left = size - std::min(size, chunk.size());
    const std::size_t bytes =
        random.below(3) == 0 ? left : random.below(static_cast<std::uint32_t>(left + 1));
    std::uint8_t length[kMaxLeb128Octets];
    chunk.insert(chunk.end(), length, length + write_leb128(static_cast<std::uint32_t>(bytes), length));
    const Octets payload = random_octets(random, bytes);
    chunk.insert(chunk.end(), payload.begin(), payload.end());
  }
  return chunk;
}

// In storage format, the bits that fill up the last octet of each being zero.
inline Octets random_amr_frames(base::Random& random, std::size_t size) {
  constexpr int kTypes[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 15};
  Octets stored;
  while (stored.size() < size) {
    const int type = kTypes[random.below(10)];
    stored.push_back(static_cast<std::uint8_t>(type << 3 | (random.below(2) << 2)));
    const std::size_t bits = *amr_nb_frame_bits(type);
    const Octets data = random_octets(random, (bits + 7) / 8);
    stored.insert(stored.end(), data.begin(), data.end());
    if (bits % 8 != 0) stored.back() = static_cast<std::uint8_t>(stored.back() & 0xff00 >> bits % 8);
  }
  return stored;
}

inline Octets random_frame(base::Random& random, CodecId codec, std::size_t size) {
  switch (codec) {
    case CodecId::h264:
      return random_nal_units(random, size, {{0x67}, {0x68}, {0x06}, {0x65}, {0x41}, {0x01}});
    case CodecId::h265:
      return random_nal_units(random, size,
                              {{0x40, 1}, {0x42, 1}, {0x44, 1}, {0x26, 1}, {0x02, 1}, {0x4e, 9}});
    case CodecId::av1:
      return random_obus(random, size);
    case CodecId::h263: {
      Octets picture = random_octets(random, std::max<std::size_t>(size, 3));
      picture[0] = picture[1] = 0;
      picture[2] = static_cast<std::uint8_t>(0x80 | (picture[2] & 3));
      return picture;
    }
    case CodecId::amr_nb:
      return random_amr_frames(random, size);
    case CodecId::opus: {
      Octets packet = random_octets(random, std::min<std::size_t>(size, 1276));
      packet[0] &= 0xfc;  // one frame
      return packet;
    }
    default:
      return random_octets(random, size);
  }
}

}  // namespace kaskado::codec::test
