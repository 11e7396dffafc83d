// The input is a profile byte and records of (operation, length, bytes). Raw bytes are opened as RTP or RTCP
// and must be dropped, since nobody can forge them; others are sealed first and must come back as they were,
// once, unless the replay window refuses them.
#include <algorithm>
#include <cstring>
#include <vector>

#include "fuzz/support/require.hpp"
#include "srtp/layout.hpp"
#include "srtp/receiver.hpp"
#include "srtp/sender.hpp"

namespace {

using namespace kaskado;
using base::DropReason;
using fuzz::require;

enum Operation : std::uint8_t { open_rtp, open_rtcp, seal_rtp, seal_rtcp, operations };

struct Ends {
  explicit Ends(const srtp::MasterKey& master) : sender(master), receiver(master, 4) {}
  srtp::SrtpSender sender;
  srtp::SrtpReceiver receiver;
};

void open_raw(Ends& ends, base::Bytes bytes, bool rtcp) {
  std::vector<std::uint8_t> packet(bytes.begin(), bytes.end());
  const auto result = rtcp ? ends.receiver.open_rtcp(packet) : ends.receiver.open_rtp(packet);
  require(result.drop != DropReason::none);
}

bool is_refusal(DropReason drop) {
  return drop == DropReason::srtp_replay || drop == DropReason::srtp_too_many_sources;
}

void seal_and_open_rtp(Ends& ends, base::Bytes plain) {
  const std::size_t header_bytes = srtp::rtp_header_bytes(plain);
  if (header_bytes == 0) return;
  std::vector<std::uint8_t> slot(plain.size() + srtp::kMaxRtpOverheadBytes);
  std::memcpy(slot.data(), plain.data(), header_bytes);
  const std::uint64_t index = srtp::rtp_sequence(plain.data());
  const std::size_t length = ends.sender.seal_rtp(slot, header_bytes, plain.subspan(header_bytes), index);
  require(length > plain.size());
  const auto result = ends.receiver.open_rtp({slot.data(), length});
  if (is_refusal(result.drop)) return;
  // Past the middle of the sequence numbers a low one counts as of the next rollover.
  if (result.drop == DropReason::srtp_authentication) return;
  require(result.drop == DropReason::none && result.index == index && result.length == plain.size());
  require(std::memcmp(slot.data(), plain.data(), plain.size()) == 0);
}

void seal_and_open_rtcp(Ends& ends, base::Bytes plain) {
  if (plain.size() < srtp::kRtcpHeaderBytes) return;
  std::vector<std::uint8_t> buffer(plain.begin(), plain.end());
  buffer.resize(plain.size() + srtp::kMaxRtcpOverheadBytes);
  const std::size_t length = ends.sender.seal_rtcp(buffer, plain.size());
  require(length > plain.size());
  const auto result = ends.receiver.open_rtcp({buffer.data(), length});
  if (!srtp::is_version_2(plain)) return require(result.drop == DropReason::bad_srtp);
  if (is_refusal(result.drop)) return;
  require(result.drop == DropReason::none && result.length == plain.size());
  require(std::memcmp(buffer.data(), plain.data(), plain.size()) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteReader reader({data, size});
  srtp::MasterKey master;
  master.profile = srtp::kAllProfiles[reader.u8() % srtp::kAllProfiles.size()];
  Ends ends(master);
  while (reader.ok() && reader.remaining() > 2) {
    const std::uint8_t operation = reader.u8() % operations;
    const base::Bytes bytes =
        reader.take(std::min<std::size_t>(std::size_t{reader.u8()} * 4, reader.remaining()));
    switch (operation) {
      case open_rtp:
        open_raw(ends, bytes, false);
        break;
      case open_rtcp:
        open_raw(ends, bytes, true);
        break;
      case seal_rtp:
        seal_and_open_rtp(ends, bytes);
        break;
      default:
        seal_and_open_rtcp(ends, bytes);
        break;
    }
  }
  return 0;
}
