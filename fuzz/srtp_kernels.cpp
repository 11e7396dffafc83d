// Every engine of this machine against OpenSSL's ciphers. The input is a profile byte, key and salt, an
// index, the length of a header, a place to change, and then the packet: what one seals the other has to seal
// and open to the same bytes, and a changed packet neither may open. The same as RTP and as RTCP.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "srtp/layout.hpp"
#include "srtp/packet_cipher.hpp"

namespace {

using namespace kaskado;
using srtp::Direction;
using srtp::Engine;
using Packet = std::vector<std::uint8_t>;

void require(bool held) {
  if (!held) std::abort();
}

struct Input {
  srtp::SessionKeys keys;
  std::uint64_t index = 0;
  std::size_t header_bytes = 0;
  std::size_t change_at = 0;
  std::uint8_t change = 0;
  base::Bytes plain;
};

Input parse(base::Bytes bytes) {
  base::ByteReader reader(bytes);
  Input input;
  input.keys.profile = srtp::kAllProfiles[reader.u8() % srtp::kAllProfiles.size()];
  const std::uint64_t seed = reader.u64();
  std::memcpy(input.keys.key.data(), &seed, sizeof seed);
  std::memcpy(input.keys.salt.data(), &seed, sizeof seed);
  std::memcpy(input.keys.auth.data(), &seed, sizeof seed);
  input.index = reader.u64() & srtp::kMaxRtpIndex;
  input.header_bytes = reader.u16();
  input.change_at = reader.u16();
  input.change = reader.u8();
  if (reader.ok()) input.plain = reader.take(reader.remaining());
  return input;
}

// An engine's two ends and what an RTP packet becomes by them, in memory that is just as long.
struct Ends {
  Ends(const Input& input, Engine engine)
      : seals(input.keys, Direction::encrypt, engine), opens(input.keys, Direction::decrypt, engine) {}

  Packet sealed_rtp(const Input& input) {
    Packet packet(input.plain.begin(), input.plain.begin() + static_cast<std::ptrdiff_t>(input.header_bytes));
    packet.resize(input.plain.size() + srtp::traits(input.keys.profile).rtp_tag_bytes);
    const Packet payload(input.plain.begin() + static_cast<std::ptrdiff_t>(input.header_bytes),
                         input.plain.end());
    require(seals.seal_rtp(packet.data(), input.header_bytes, payload, input.index));
    return packet;
  }
  Packet sealed_rtcp(const Input& input, std::uint32_t index_word) {
    Packet packet(input.plain.begin(), input.plain.end());
    packet.resize(packet.size() + srtp::kSrtcpIndexBytes + srtp::traits(input.keys.profile).rtcp_tag_bytes);
    require(seals.seal_rtcp(packet.data(), input.plain.size(), index_word));
    return packet;
  }

  srtp::PacketCipher seals, opens;
};

bool starts_with(const Packet& packet, base::Bytes plain) {
  return std::equal(plain.begin(), plain.end(), packet.begin());
}

void compare_rtp(const Input& input, Ends& ours, Ends& evp) {
  const Packet sealed = ours.sealed_rtp(input);
  require(sealed == evp.sealed_rtp(input));
  Packet opened = sealed;
  require(ours.opens.open_rtp(opened, input.header_bytes, input.index) && starts_with(opened, input.plain));
  if (input.change == 0) return;
  Packet changed = sealed;
  changed[input.change_at % changed.size()] ^= input.change;
  Packet copy = changed;
  require(!ours.opens.open_rtp(changed, input.header_bytes, input.index));
  require(!evp.opens.open_rtp(copy, input.header_bytes, input.index));
}

void compare_rtcp(const Input& input, Ends& ours, Ends& evp) {
  const std::uint32_t index_word = srtp::kSrtcpEncrypted | static_cast<std::uint32_t>(input.index);
  const Packet sealed = ours.sealed_rtcp(input, index_word);
  require(sealed == evp.sealed_rtcp(input, index_word));
  Packet opened = sealed;
  require(ours.opens.open_rtcp(opened, index_word) && starts_with(opened, input.plain));
  // Without the E-flag it would be a packet that is only authenticated, and its tag is of no such packet.
  const std::size_t at = srtp::srtcp_index_offset(srtp::traits(input.keys.profile), sealed.size());
  const std::uint32_t clear_word = index_word & srtp::kMaxSrtcpIndex;
  Packet clear = sealed;
  base::store_u32(clear.data() + at, clear_word);
  Packet copy = clear;
  require(!ours.opens.open_rtcp(clear, clear_word));
  require(!evp.opens.open_rtcp(copy, clear_word));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input = parse({data, size});
  if (input.plain.size() < srtp::kRtpFixedHeaderBytes) return 0;
  const std::size_t most = input.plain.size() - srtp::kRtpFixedHeaderBytes + 1;
  input.header_bytes = srtp::kRtpFixedHeaderBytes + input.header_bytes % most;
  Ends evp(input, Engine::evp);
  for (const Engine engine : srtp::kAllEngines) {
    if (engine == Engine::evp || !srtp::is_available(engine, input.keys.profile)) continue;
    Ends ours(input, engine);
    compare_rtp(input, ours, evp);
    compare_rtcp(input, ours, evp);
  }
  return 0;
}
