// ICE candidates and their text form (RFC 8839 §5.1, RFC 6544 §4.5, RFC 8838 §4.3 for the end of them).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/socket_address.hpp"

namespace kaskado::ice {

enum class CandidateType : std::uint8_t { host, server_reflexive, peer_reflexive, relayed };
enum class CandidateTransport : std::uint8_t { udp, tcp, other };
enum class TcpType : std::uint8_t { none, active, passive, simultaneous_open };  // RFC 6544 §4.5

std::string_view to_string(CandidateType type);  // "host", "srflx", "prflx", "relay"

struct Candidate {
  // Longer texts are refused: twice what a candidate with a 253 character host name and usual extensions
  // needs.
  static constexpr std::size_t kMaxTextLength = 1024;

  std::string foundation;  // 1 to 32 characters; empty only for the end of candidates
  std::uint32_t priority = 0;
  std::uint16_t component = 1;
  CandidateTransport transport = CandidateTransport::udp;
  CandidateType type = CandidateType::host;
  TcpType tcp_type = TcpType::none;
  base::SocketAddress address;  // not set where the candidate has a host name
  base::SocketAddress related;  // raddr and rport, where both are given and numeric
  std::string host_name;        // "….local" (mDNS) and other names, which are never looked up
  std::uint16_t host_name_port = 0;
  std::string ufrag;  // the ufrag extension: which ICE session it is of; may be empty

  // Accepts "a=candidate:…" and "candidate:…", the transport and type in any case, unknown extensions
  // (skipped) and surrounding white space. "", "a=end-of-candidates" and "end-of-candidates" give the end of
  // candidates, see below. The error names the field that is wrong.
  static base::Result<Candidate> parse(std::string_view text);

  // A default-made Candidate stands for "no more will come" (RFC 8838 §8.2). Its text is empty.
  bool is_end_of_candidates() const { return foundation.empty(); }

  // "candidate:1 1 UDP 2015364095 127.0.0.1 3231 typ host": transport in capitals, then raddr and rport, and
  // tcptype, where there are any, and no other extension.
  std::string to_string() const;

  bool operator==(const Candidate&) const = default;
};

// RFC 8445 §5.1.2.1 with the type preferences of §5.1.2.2. `local_preference` is highest for the best
// interface.
std::uint32_t candidate_priority(CandidateType type, std::uint16_t local_preference,
                                 std::uint16_t component = 1);

// That of a host candidate of TCP (RFC 6544 §4.2): behind those of UDP that need no relay, and before relays; active before
// passive. `other_preference` is highest, 8191, for the best interface.
std::uint32_t tcp_candidate_priority(TcpType type, std::uint16_t other_preference);

// The PRIORITY a check from this candidate carries: its own with the preference of peer-reflexive (RFC 8445
// §7.1.1).
std::uint32_t peer_reflexive_priority(std::uint32_t candidate_priority);

// RFC 8445 §6.1.2.3: of the controlling and of the controlled agent's candidate.
std::uint64_t pair_priority(std::uint32_t controlling, std::uint32_t controlled);

}  // namespace kaskado::ice
