#include "sctp/socket_options.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

namespace kaskado::sctp {
namespace {

// usrsctp has it, its header has not (RFC 8260 §4.3.1).
constexpr int kInterleavingSupported = 0x1206;
// Likewise, with what it fills in.
constexpr int kBufferUse = 0x1101;
struct BufferUse {
  sctp_assoc_t association = 0;
  std::uint32_t sending_bytes = 0;
  std::uint32_t receiving_bytes = 0;
};
constexpr std::size_t kCommonHeaderBytes = 12;  // RFC 9260 §3.1; usrsctp adds it to the MTU of these paths
constexpr int kInterleaveAllStreams = 2;        // RFC 6458 §8.1.20
// What the peer may have in flight, and we; four messages of the longest.
constexpr int kBufferBytes = 1024 * 1024;
// RFC 9260 §6.3.1 has 1 s at the least, for peers that keep acknowledgements back for 200 ms.
constexpr std::uint32_t kInitialRto_ms = 500;
constexpr std::uint32_t kMinRto_ms = 400;
constexpr std::uint32_t kMaxRto_ms = 3000;
// ICE says when the peer is gone, and DTLS when it has left: this is for those that both keep alive.
constexpr std::uint16_t kMaxAttempts = 40;

template <typename T>
bool set(Socket* socket, int level, int option, const T& value) {
  return usrsctp_setsockopt(socket, level, option, &value, sizeof value) == 0;
}

bool set_buffers(Socket* socket) {
  const linger none{.l_onoff = 1, .l_linger = 0};
  return usrsctp_set_non_blocking(socket, 1) == 0 && set(socket, SOL_SOCKET, SO_LINGER, none) &&
         set(socket, SOL_SOCKET, SO_RCVBUF, kBufferBytes) && set(socket, SOL_SOCKET, SO_SNDBUF, kBufferBytes);
}

bool set_events(Socket* socket) {
  for (const std::uint16_t type : {SCTP_ASSOC_CHANGE, SCTP_STREAM_RESET_EVENT, SCTP_PARTIAL_DELIVERY_EVENT}) {
    const sctp_event event{.se_assoc_id = SCTP_ALL_ASSOC, .se_type = type, .se_on = 1};
    if (!set(socket, IPPROTO_SCTP, SCTP_EVENT, event)) return false;
  }
  return set(socket, IPPROTO_SCTP, SCTP_RECVRCVINFO, 1);
}

bool set_times(Socket* socket) {
  const sctp_rtoinfo rto{.srto_initial = kInitialRto_ms, .srto_max = kMaxRto_ms, .srto_min = kMinRto_ms};
  const sctp_assocparams attempts{.sasoc_asocmaxrxt = kMaxAttempts};
  const sctp_initmsg init{.sinit_num_ostreams = Association::kStreams,
                          .sinit_max_instreams = Association::kStreams,
                          .sinit_max_attempts = kMaxAttempts,
                          .sinit_max_init_timeo = kMaxRto_ms};
  return set(socket, IPPROTO_SCTP, SCTP_RTOINFO, rto) &&
         set(socket, IPPROTO_SCTP, SCTP_ASSOCINFO, attempts) &&
         set(socket, IPPROTO_SCTP, SCTP_INITMSG, init) && set(socket, IPPROTO_SCTP, SCTP_NODELAY, 1);
}

// RFC 8261 §5: no discovery of the path's MTU, and ICE sees to it that the peer is there.
bool set_path(Socket* socket, std::size_t max_packet_bytes) {
  sctp_paddrparams path{};
  path.spp_flags = SPP_PMTUD_DISABLE | SPP_HB_DISABLE;
  path.spp_pathmtu = static_cast<std::uint32_t>((max_packet_bytes - kCommonHeaderBytes) / 4 * 4);
  path.spp_pathmaxrxt = kMaxAttempts;
  return set(socket, IPPROTO_SCTP, SCTP_PEER_ADDR_PARAMS, path);
}

}  // namespace

bool set_options(Socket* socket, const AssociationConfig& config) {
  const sctp_assoc_value resets{SCTP_ALL_ASSOC, SCTP_ENABLE_RESET_STREAM_REQ | SCTP_ENABLE_CHANGE_ASSOC_REQ};
  if (!set_buffers(socket) || !set_events(socket) || !set_times(socket) ||
      !set_path(socket, config.max_packet_bytes) ||
      !set(socket, IPPROTO_SCTP, SCTP_ENABLE_STREAM_RESET, resets))
    return false;
  if (!config.interleaving) return true;
  const sctp_assoc_value interleaving{SCTP_FUTURE_ASSOC, 1};
  return set(socket, IPPROTO_SCTP, SCTP_FRAGMENT_INTERLEAVE, kInterleaveAllStreams) &&
         set(socket, IPPROTO_SCTP, kInterleavingSupported, interleaving);
}

std::optional<sctp_status> status_of(Socket* socket) {
  sctp_status status{};
  socklen_t length = sizeof status;
  if (usrsctp_getsockopt(socket, IPPROTO_SCTP, SCTP_STATUS, &status, &length) != 0) return std::nullopt;
  return status;
}

std::size_t waiting_bytes(Socket* socket) {
  BufferUse use;
  socklen_t length = sizeof use;
  return usrsctp_getsockopt(socket, IPPROTO_SCTP, kBufferUse, &use, &length) == 0 ? use.sending_bytes : kBufferBytes;
}

bool reset_outgoing(Socket* socket, std::span<const StreamId> streams) {
  constexpr std::size_t kHeaderBytes = sizeof(sctp_reset_streams);
  std::vector<std::byte> request(kHeaderBytes + streams.size_bytes());
  sctp_reset_streams header{};
  header.srs_flags = SCTP_STREAM_RESET_OUTGOING;
  header.srs_number_streams = static_cast<std::uint16_t>(streams.size());
  std::memcpy(request.data(), &header, sizeof header);
  std::memcpy(request.data() + offsetof(sctp_reset_streams, srs_stream_list), streams.data(),
              streams.size_bytes());
  return usrsctp_setsockopt(socket, IPPROTO_SCTP, SCTP_RESET_STREAMS, request.data(),
                            static_cast<socklen_t>(request.size())) == 0;
}

}  // namespace kaskado::sctp
