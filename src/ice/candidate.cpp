#include "ice/candidate.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"

namespace kaskado::ice {

namespace {

using base::equals_ignoring_case;
using base::Error;
using base::parse_number;
using base::SocketAddress;

constexpr std::size_t kMaxFoundationLength = 32;  // RFC 8839 §5.1
constexpr std::size_t kMaxUfragLength = 256;      // RFC 8839 §5.4
constexpr std::size_t kMaxHostNameLength = 253;   // RFC 1035 §2.3.4

// The words of a line, with any amount of blanks between.
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}
  // An empty word is the end.
  std::string_view next() {
    rest_ = base::trim(rest_);
    return base::take_until(rest_, ' ');
  }

 private:
  std::string_view rest_;
};

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!equals_ignoring_case(text.substr(0, prefix.size()), prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool is_printable(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Letters, digits, '-', '_' and dots, and a last label that is not a number: so "256.1.1.1" is no host name.
bool is_host_name(std::string_view word) {
  if (word.empty() || word.size() > kMaxHostNameLength || word.front() == '.') return false;
  const auto allowed = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
           c == '.';
  };
  if (!std::all_of(word.begin(), word.end(), allowed)) return false;
  const std::size_t dot = word.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? word : word.substr(dot + 1);
  return !std::all_of(last.begin(), last.end(), is_digit);
}

CandidateTransport transport_of(std::string_view word) {
  if (equals_ignoring_case(word, "udp")) return CandidateTransport::udp;
  if (equals_ignoring_case(word, "tcp")) return CandidateTransport::tcp;
  return CandidateTransport::other;
}

std::optional<CandidateType> type_of(std::string_view word) {
  for (const CandidateType type : {CandidateType::host, CandidateType::server_reflexive,
                                   CandidateType::peer_reflexive, CandidateType::relayed}) {
    if (equals_ignoring_case(word, to_string(type))) return type;
  }
  return std::nullopt;
}

TcpType tcp_type_of(std::string_view word) {
  if (equals_ignoring_case(word, "active")) return TcpType::active;
  if (equals_ignoring_case(word, "passive")) return TcpType::passive;
  if (equals_ignoring_case(word, "so")) return TcpType::simultaneous_open;
  return TcpType::none;
}

std::string_view text_of(TcpType type) {
  switch (type) {
    case TcpType::active:
      return "active";
    case TcpType::passive:
      return "passive";
    case TcpType::simultaneous_open:
      return "so";
    case TcpType::none:
      break;
  }
  return "";
}

std::string_view text_of(CandidateTransport transport) {
  switch (transport) {
    case CandidateTransport::udp:
      return "UDP";
    case CandidateTransport::tcp:
      return "TCP";
    case CandidateTransport::other:
      break;
  }
  return "OTHER";
}

// The connection address: a number, or a name that is kept and never resolved.
bool read_address(std::string_view word, std::uint16_t port, Candidate& candidate) {
  if (const auto address = SocketAddress::parse(word, port)) {
    candidate.address = *address;
    return true;
  }
  if (!is_host_name(word)) return false;
  candidate.host_name = word;
  candidate.host_name_port = port;
  return true;
}

Error wrong(const char* what) {
  return Error{std::string("candidate: ") + what};
}

// foundation SP component-id SP transport SP priority SP connection-address SP port (RFC 8839 §5.1)
base::Result<void> read_fixed_fields(Words& words, Candidate& candidate) {
  const std::string_view foundation = words.next();
  if (foundation.empty() || foundation.size() > kMaxFoundationLength || !is_printable(foundation)) {
    return wrong("the foundation must be 1 to 32 visible characters");
  }
  candidate.foundation = foundation;
  const auto component = parse_number<std::uint16_t>(words.next());
  if (!component || *component < 1 || *component > 256)
    return wrong("the component must be a number from 1 to 256");
  candidate.component = *component;
  const std::string_view transport = words.next();
  if (transport.empty()) return wrong("the transport is missing");
  candidate.transport = transport_of(transport);
  const auto priority = parse_number<std::uint32_t>(words.next());
  if (!priority) return wrong("the priority must be a number below 2^32");
  candidate.priority = *priority;
  const std::string_view address = words.next();
  const auto port = parse_number<std::uint16_t>(words.next());
  if (!port) return wrong("the port must be a number from 0 to 65535");
  if (!read_address(address, *port, candidate))
    return wrong("the address is neither an IP address nor a host name");
  return {};
}

void read_extensions(Words& words, Candidate& candidate) {
  std::string_view related_ip;
  std::optional<std::uint16_t> related_port;
  for (std::string_view name = words.next(); !name.empty(); name = words.next()) {
    const std::string_view value = words.next();
    if (equals_ignoring_case(name, "raddr")) related_ip = value;
    if (equals_ignoring_case(name, "rport")) related_port = parse_number<std::uint16_t>(value);
    if (equals_ignoring_case(name, "tcptype")) candidate.tcp_type = tcp_type_of(value);
    if (equals_ignoring_case(name, "ufrag") && value.size() <= kMaxUfragLength) candidate.ufrag = value;
  }
  if (!related_port) return;
  if (const auto related = SocketAddress::parse(related_ip, *related_port)) candidate.related = *related;
}

}  // namespace

std::string_view to_string(CandidateType type) {
  switch (type) {
    case CandidateType::host:
      return "host";
    case CandidateType::server_reflexive:
      return "srflx";
    case CandidateType::peer_reflexive:
      return "prflx";
    case CandidateType::relayed:
      break;
  }
  return "relay";
}

base::Result<Candidate> Candidate::parse(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  text = base::trim(text);
  if (text.size() > kMaxTextLength) return wrong("longer than 1024 characters");
  take_prefix(text, "a=");
  if (text.empty() || equals_ignoring_case(text, "end-of-candidates")) return Candidate{};
  if (!take_prefix(text, "candidate:")) return wrong("must start with \"candidate:\"");
  Words words(text);
  Candidate candidate;
  if (auto fields = read_fixed_fields(words, candidate); !fields) return std::move(fields).error();
  if (!equals_ignoring_case(words.next(), "typ")) return wrong("\"typ\" must follow the port");
  const auto type = type_of(words.next());
  if (!type) return wrong("the type must be host, srflx, prflx or relay");
  candidate.type = *type;
  read_extensions(words, candidate);
  return candidate;
}

std::string Candidate::to_string() const {
  if (is_end_of_candidates()) return {};
  std::string text = "candidate:" + foundation + " " + std::to_string(component) + " ";
  text.append(text_of(transport)).append(" ").append(std::to_string(priority)).append(" ");
  text += host_name.empty() ? address.ip_text() + " " + std::to_string(address.port())
                            : host_name + " " + std::to_string(host_name_port);
  text.append(" typ ").append(ice::to_string(type));
  if (related.is_set()) text += " raddr " + related.ip_text() + " rport " + std::to_string(related.port());
  if (tcp_type != TcpType::none) text.append(" tcptype ").append(text_of(tcp_type));
  return text;
}

std::uint32_t candidate_priority(CandidateType type, std::uint16_t local_preference,
                                 std::uint16_t component) {
  constexpr std::uint32_t kTypePreference[] = {126, 100, 110,
                                               0};  // RFC 8445 §5.1.2.2, in the order of the enum
  return kTypePreference[static_cast<std::size_t>(type)] << 24 | std::uint32_t{local_preference} << 8 |
         (256u - std::min<std::uint32_t>(component, 256));
}

std::uint32_t tcp_candidate_priority(TcpType type, std::uint16_t other_preference) {
  constexpr std::uint32_t kTypePreference = 60;
  const std::uint32_t direction = type == TcpType::active ? 6 : type == TcpType::passive ? 4 : 2;
  return kTypePreference << 24 | (direction << 13 | (other_preference & 0x1fffu)) << 8 | 255;
}

std::uint32_t peer_reflexive_priority(std::uint32_t priority) {
  return (candidate_priority(CandidateType::peer_reflexive, 0) & 0xff000000) | (priority & 0x00ffffff);
}

std::uint64_t pair_priority(std::uint32_t controlling, std::uint32_t controlled) {
  // Priorities end at 2^31 - 1 (RFC 8445 §5.1.2.1); a larger one from the network must not overflow the sum.
  constexpr std::uint32_t kHighest = 0x7fffffff;
  const std::uint64_t low = std::min({controlling, controlled, kHighest});
  const std::uint64_t high = std::min(std::max(controlling, controlled), kHighest);
  return (low << 32) + 2 * high + (controlling > controlled ? 1 : 0);
}

}  // namespace kaskado::ice
