// Packets and keys for the tests of this room.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.hpp"
#include "srtp/profile.hpp"
#include "support/hex.hpp"

namespace kaskado::srtp {

using kaskado::test::hex;
using ByteVector = std::vector<std::uint8_t>;

inline MasterKey random_master(Profile profile, base::Random& random) {
  MasterKey master;
  master.profile = profile;
  random.fill(master.key.first(traits(profile).key_bytes));
  random.fill(master.salt.first(traits(profile).salt_bytes));
  return master;
}

struct RtpShape {
  std::uint32_t ssrc = 0x1234abcd;
  std::uint16_t sequence = 0;
  std::size_t csrc_count = 0;
  std::size_t extension_words = 0;  // past the 4 bytes of the extension's own header
  bool extended = false;

  std::size_t header_bytes() const { return 12 + 4 * csrc_count + (extended ? 4 + 4 * extension_words : 0); }
};

inline ByteVector rtp_header(const RtpShape& shape, base::Random& random) {
  ByteVector header(shape.header_bytes());
  random.fill(header);
  header[0] = static_cast<std::uint8_t>(0x80 | (shape.extended ? 0x10 : 0) | shape.csrc_count);
  base::store_u16(header.data() + 2, shape.sequence);
  base::store_u32(header.data() + 8, shape.ssrc);
  if (shape.extended)
    base::store_u16(header.data() + 12 + 4 * shape.csrc_count + 2,
                    static_cast<std::uint16_t>(shape.extension_words));
  return header;
}

inline ByteVector random_bytes(std::size_t count, base::Random& random) {
  ByteVector bytes(count);
  random.fill(bytes);
  return bytes;
}

inline ByteVector rtcp_packet(std::uint32_t ssrc, std::size_t body_words, base::Random& random) {
  ByteVector packet = random_bytes(8 + 4 * body_words, random);
  packet[0] = 0x81;
  packet[1] = 200;
  base::store_u16(packet.data() + 2, static_cast<std::uint16_t>(1 + body_words));
  base::store_u32(packet.data() + 4, ssrc);
  return packet;
}

inline ByteVector joined(const ByteVector& a, const ByteVector& b) {
  ByteVector all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

}  // namespace kaskado::srtp
