// Any text as an a=crypto value: what is taken is written as a text that is taken again and means the same
// key.
#include <cstdlib>

#include "srtp/sdes.hpp"

using namespace kaskado::srtp;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto key = parse_sdes({reinterpret_cast<const char*>(data), size});
  if (!key.ok()) {
    if (key.error().message.empty() || key.error().message.size() > 200) std::abort();
    return 0;
  }
  if (key->lifetime_packets == 0 || key->lifetime_packets > kMaxRtpPackets ||
      key->mki.length > Mki::kMaxBytes)
    std::abort();
  const auto again = parse_sdes(std::to_string(key->tag) + " " + to_sdes(key->master));
  if (!again.ok() || again->tag != key->tag || again->master.profile != key->master.profile) std::abort();
  if (!(again->master.key == key->master.key) || !(again->master.salt == key->master.salt)) std::abort();
  return 0;
}
