// The line loop: bounds, line ends, and which section a line belongs to.
#include <algorithm>
#include <optional>
#include <utility>

#include "sdp/parse.hpp"
#include "sdp/tokens.hpp"

namespace kaskado::sdp {
namespace {

using base::trim;

// The longest piece of a bad line that an error repeats.
constexpr std::size_t kMaxQuotedBytes = 40;

SdpError error_at(std::size_t line, std::string_view what, std::string_view quoted = {}) {
  std::string message = "line " + std::to_string(line) + ": " + std::string(what);
  if (!quoted.empty()) {
    message += " in '";
    for (const char c : quoted.substr(0, kMaxQuotedBytes)) message += c < ' ' || c >= 0x7f ? '?' : c;
    message += quoted.size() > kMaxQuotedBytes ? "…'" : "'";
  }
  return SdpError{SdpError::Kind::malformed, line, std::move(message)};
}

// Control bytes would let a value that is echoed in an answer start a line of its own.
Problem check_bytes(std::string_view line) {
  bool bad = false;  // without a branch in the loop, so that it runs many bytes at a time
  for (const char c : line) bad |= (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
  if (!bad) return kNoProblem;
  return line.find('\0') == std::string_view::npos ? "there is a control character" : "there is a NUL byte";
}

Problem parse_origin(std::string_view value, Origin& origin) {
  origin.username = take_word(value);
  origin.session_id = take_word(value);
  origin.session_version = take_word(value);
  origin.address.network_type = take_word(value);
  origin.address.address_type = take_word(value);
  origin.address.address = take_word(value);
  if (origin.address.address.empty()) return "the origin needs six fields";
  return kNoProblem;
}

class SessionParser {
 public:
  SdpResult<SessionDescription> parse(std::string_view text);

 private:
  Problem read_line(std::string_view line);
  Problem read_session_line(char type, std::string_view value);
  Problem read_media_line(char type, std::string_view value);
  Problem start_media(std::string_view value);
  Problem check_mid() const;
  void finish_media();
  void finish_session();

  SessionDescription session_;
  std::optional<MediaSection> section_;
  bool version_seen_ = false;
};

AttributeLine split_attribute(std::string_view value) {
  const std::size_t colon = value.find(':');
  if (colon == std::string_view::npos) return {value, {}, false};
  return {trim(value.substr(0, colon)), trim(value.substr(colon + 1)), true};
}

bool is_other_line(char type) {
  return std::string_view("iueptrzk").find(type) != std::string_view::npos;
}
Problem SessionParser::read_session_line(char type, std::string_view value) {
  switch (type) {
    case 'o':
      return parse_origin(value, session_.origin);
    case 's':
      session_.name = value.empty() ? "-" : std::string(value);
      return kNoProblem;
    case 'c':
      return parse_connection(value, session_.connection.emplace());
    case 'b':
      return parse_bandwidth(value, session_.bandwidths);
    case 'a':
      return parse_session_attribute(session_, split_attribute(value));
    default:
      break;
  }
  if (!is_other_line(type)) return kNoProblem;  // RFC 8866 §5: unknown types are ignored
  return append(session_.other_lines, std::string{type} + "=" + std::string(value));
}

// RFC 5888 §4: a mid names one m-line of the session.
Problem SessionParser::check_mid() const {
  for (const MediaDescription& earlier : session_.media) {
    if (earlier.mid == section_->media.mid) return "another m-line has this mid";
  }
  return kNoProblem;
}

Problem SessionParser::read_media_line(char type, std::string_view value) {
  MediaDescription& media = section_->media;
  switch (type) {
    case 'i':
      media.title = value;
      return kNoProblem;
    case 'c':
      return parse_connection(value, media.connection.emplace());
    case 'b':
      return parse_bandwidth(value, media.bandwidths);
    case 'a':
      break;
    default:
      return kNoProblem;
  }
  const AttributeLine line = split_attribute(value);
  const Problem problem = parse_media_attribute(*section_, line);
  return problem.empty() && line.name == "mid" ? check_mid() : problem;
}

void SessionParser::finish_media() {
  if (section_) session_.media.push_back(std::move(section_->media));
  section_.reset();
}

Problem SessionParser::start_media(std::string_view value) {
  finish_media();
  if (session_.media.size() >= kMaxMedia) return "there are too many m-lines";
  return parse_media_line(section_.emplace(), value);
}

Problem SessionParser::read_line(std::string_view line) {
  if (const Problem problem = check_bytes(line); !problem.empty()) return problem;
  if (line.size() < 2 || line[1] != '=' || line[0] < 'a' || line[0] > 'z')
    return "a line must be <letter>=<value>";
  const char type = line[0];
  const std::string_view value = trim(line.substr(2));
  if (!version_seen_) {
    if (type != 'v') return "a session description must begin with v=0";
    if (value != "0") return "the version must be 0";
    version_seen_ = true;
    return kNoProblem;
  }
  if (type == 'v') return "there is a second v= line";
  if (type == 'm') return start_media(value);
  return section_ ? read_media_line(type, value) : read_session_line(type, value);
}

void SessionParser::finish_session() {
  auto& lines = session_.other_lines;
  const bool has_time =
      std::any_of(lines.begin(), lines.end(), [](const std::string& l) { return l[0] == 't'; });
  if (!has_time) lines.emplace_back("t=0 0");
  std::stable_partition(lines.begin(), lines.end(), stands_before_connection);
}

SdpResult<SessionDescription> SessionParser::parse(std::string_view text) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return SdpError{SdpError::Kind::empty, 0, "the session description is empty"};
  }
  if (text.size() > kMaxTextBytes) return error_at(1, "the session description is too long");
  session_.other_lines.clear();
  for (std::size_t number = 1; !text.empty(); ++number) {
    if (number > kMaxLines) return error_at(number, "there are too many lines");
    const std::string_view line = trim(base::take_until(text, '\n'));
    if (line.empty()) continue;
    if (line.size() > kMaxLineBytes) return error_at(number, "the line is too long", line);
    if (const Problem problem = read_line(line); !problem.empty()) return error_at(number, problem, line);
  }
  finish_media();
  finish_session();
  return std::move(session_);
}

}  // namespace

SdpResult<SessionDescription> SessionDescription::parse(std::string_view text) {
  return SessionParser{}.parse(text);
}

}  // namespace kaskado::sdp
