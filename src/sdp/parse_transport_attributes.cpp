// Attributes of ICE (RFC 8839), DTLS (RFC 8842), SDES (RFC 4568), RTCP's address (RFC 3605) and SCTP (RFC
// 8841).
#include <algorithm>

#include "sdp/parse.hpp"
#include "sdp/tokens.hpp"

namespace kaskado::sdp {
namespace {

constexpr std::size_t kMaxIceTextBytes = 256;     // RFC 8839 §5.4
constexpr std::size_t kMaxFingerprintBytes = 64;  // SHA-512
constexpr std::size_t kMaxMidBytes = 255;

std::optional<Setup> parse_setup(std::string_view name) {
  for (const Setup setup : {Setup::active, Setup::passive, Setup::actpass, Setup::holdconn}) {
    if (name == to_string(setup)) return setup;
  }
  return std::nullopt;
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

// Pairs of hexadecimal digits with colons between them.
bool is_fingerprint_value(std::string_view text) {
  if (text.size() % 3 != 2 || text.size() / 3 >= kMaxFingerprintBytes) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 3 == 2 ? text[i] != ':' : !is_hex(text[i])) return false;
  }
  return true;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return result;
}

std::string upper(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return result;
}

Problem parse_fingerprint(std::string_view value, std::vector<Fingerprint>& fingerprints) {
  Fingerprint fingerprint{lower(take_word(value)), upper(take_word(value))};
  if (!is_fingerprint_value(fingerprint.value))
    return "the fingerprint must be <hash> and pairs of hexadecimal digits";
  return append(fingerprints, std::move(fingerprint));
}

Problem parse_ice_options(std::string_view value, std::vector<std::string>& options) {
  for (std::string_view word = take_word(value); !word.empty(); word = take_word(value)) {
    if (const Problem problem = append(options, std::string(word)); !problem.empty()) return problem;
  }
  return kNoProblem;
}

}  // namespace

bool parse_transport_attribute(TransportAttributes& transport, const AttributeLine& line, Problem& problem) {
  problem = kNoProblem;
  if (line.name == "ice-ufrag") {
    if (!is_ice_text(line.value, 4, kMaxIceTextBytes))
      problem = "the user fragment must be 4 to 256 ICE characters";
    transport.ice_ufrag = line.value;
  } else if (line.name == "ice-pwd") {
    if (!is_ice_text(line.value, 22, kMaxIceTextBytes))
      problem = "the password must be 22 to 256 ICE characters";
    transport.ice_pwd = line.value;
  } else if (line.name == "ice-options") {
    problem = parse_ice_options(line.value, transport.ice_options);
  } else if (line.name == "fingerprint") {
    problem = parse_fingerprint(line.value, transport.fingerprints);
  } else if (line.name == "setup") {
    transport.setup = parse_setup(line.value);
    if (!transport.setup) problem = "the setup role must be active, passive, actpass or holdconn";
  } else {
    return false;
  }
  return true;
}

namespace attribute {

// Kept as text: trickled candidates come in the same form, and the one who speaks ICE reads both.
Problem candidate(MediaSection& section, std::string_view value) {
  if (value.empty()) return "the candidate is empty";
  return append(section.media.candidates, "candidate:" + std::string(value));
}

Problem crypto(MediaSection& section, std::string_view value) {
  if (value.empty()) return "the crypto attribute is empty";
  return append(section.media.cryptos, std::string(value));
}

Problem comedia(MediaSection& section, std::string_view value) {
  section.media.comedia = value == "both" ? std::optional(Setup::actpass) : parse_setup(value);
  return section.media.comedia ? kNoProblem : "the connection role must be active, passive or both";
}

// RFC 3605 §2.1: a=rtcp:<port> [<nettype> <addrtype> <address>]
Problem rtcp(MediaSection& section, std::string_view value) {
  const auto port = take_number<std::uint16_t>(value);
  if (!port) return "the RTCP port must be a number from 0 to 65535";
  RtcpAddress& address = section.media.rtcp.emplace();
  address.port = *port;
  return base::trim(value).empty() ? kNoProblem : parse_connection(value, address.address.emplace());
}

Problem sctp_port(MediaSection& section, std::string_view value) {
  section.media.sctp_port = base::parse_number<std::uint16_t>(value);
  return section.media.sctp_port ? kNoProblem : "the SCTP port must be a number from 0 to 65535";
}

Problem sctpmap(MediaSection& section, std::string_view value) {
  SctpMap& map = section.media.sctpmap.emplace();
  const auto port = take_number<std::uint16_t>(value);
  if (!port) return "the SCTP port must be a number from 0 to 65535";
  map.port = *port;
  map.application = take_word(value);
  if (map.application.empty()) return "the SCTP map names no application";
  map.streams = take_number<std::uint32_t>(value).value_or(0);
  return kNoProblem;
}

Problem max_message_size(MediaSection& section, std::string_view value) {
  section.media.max_message_size = base::parse_number<std::uint64_t>(value);
  return section.media.max_message_size ? kNoProblem : "the message size must be a number";
}

Problem mid(MediaSection& section, std::string_view value) {
  if (!section.media.mid.empty()) return "the m-line has a second mid";
  section.media.mid = value;
  return is_token(value, kMaxMidBytes) ? kNoProblem : "the mid must be a token of at most 255 bytes";
}

}  // namespace attribute
}  // namespace kaskado::sdp
