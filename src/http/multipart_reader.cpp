#include "http/multipart_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "http/field_value.hpp"

namespace kaskado::http {
namespace {

// RFC 2046 §5.1.1
bool is_boundary_character(char c) {
  const bool is_letter_or_digit = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return is_letter_or_digit || std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

// How many bytes at the end of `text`, from its last CR on, may be the beginning of `delimiter`, which has no
// other CR.
std::size_t beginning_at_end(std::string_view text, std::string_view delimiter) {
  const std::size_t at = text.rfind('\r');
  const bool may_be = at != std::string_view::npos && delimiter.starts_with(text.substr(at));
  return may_be ? text.size() - at : 0;
}

}  // namespace

base::Result<MultipartReader> MultipartReader::make(std::string_view boundary) {
  const bool is_right = !boundary.empty() && boundary.size() <= kMostBoundaryBytes &&
                        boundary.back() != ' ' && std::ranges::all_of(boundary, is_boundary_character);
  if (!is_right) return base::Error{"The form's boundary is not one (RFC 2046)."};
  return MultipartReader(boundary);
}

MultipartReader::MultipartReader(std::string_view boundary) : delimiter_("\r\n--") {
  delimiter_ += boundary;
}

MultipartReader::Step MultipartReader::receive(base::Bytes bytes) {
  for (std::size_t taken = 0;;) {
    const base::Bytes rest = bytes.subspan(taken);
    if (state_ == State::refused) return {taken, Event::refused};
    if (state_ == State::epilogue) return {bytes.size(), Event::end};
    if (rest.empty()) return {taken, Event::more};
    Step step;
    switch (state_) {
      case State::behind_delimiter:
        step = read_delimiter_line(rest);
        break;
      case State::head:
        step = read_head(rest);
        break;
      default:
        step = read_body(rest);
    }
    taken += step.taken;
    if (step.event != Event::more) return {taken, step.event};
  }
}

MultipartReader::Step MultipartReader::refuse(std::string why) {
  state_ = State::refused;
  error_ = std::move(why);
  return {0, Event::refused};
}

// What stands before the first delimiter is no part's.
MultipartReader::Step MultipartReader::give(base::Bytes bytes, std::size_t taken) {
  bytes_ = bytes;
  return {taken, state_ == State::body && !bytes.empty() ? Event::bytes : Event::more};
}

MultipartReader::Step MultipartReader::read_body(base::Bytes bytes) {
  if (matched_ > 0) return go_on_matching(bytes);
  const std::string_view text = base::as_text(bytes);
  const std::size_t at = text.find(delimiter_);
  if (at != std::string_view::npos) {
    matched_ = 1;  // the rest of it is looked at as if it had come later
    return give(bytes.first(at), at + 1);
  }
  matched_ = beginning_at_end(text, delimiter_);
  return give(bytes.first(text.size() - matched_), text.size());
}

// Where the match breaks off, what was taken for a delimiter is the part's: it equals the delimiter's
// beginning. Another delimiter cannot have begun inside, for its first byte stands nowhere else in it.
MultipartReader::Step MultipartReader::go_on_matching(base::Bytes bytes) {
  const std::size_t most = std::min(bytes.size(), delimiter_.size() - matched_);
  std::size_t same = 0;
  while (same < most && bytes[same] == static_cast<std::uint8_t>(delimiter_[matched_ + same])) ++same;
  matched_ += same;
  if (matched_ == delimiter_.size()) {
    matched_ = assumed_ = 0;
    state_ = State::behind_delimiter;
    return {same, Event::more};
  }
  if (same == bytes.size()) return {same, Event::more};
  const std::size_t broken_off = std::exchange(matched_, 0);
  const std::size_t assumed = std::exchange(assumed_, 0);
  return give(base::as_bytes(delimiter_).first(broken_off).subspan(assumed), same);
}

// "--" behind a delimiter makes it the last; otherwise white space may stand there, and the line ends
// (§5.1.1).
MultipartReader::Step MultipartReader::read_delimiter_line(base::Bytes bytes) {
  const char c = static_cast<char>(bytes[0]);
  text_ += c;
  const std::string_view line = base::trim(text_);
  if (line == "--") {
    text_.clear();
    state_ = State::epilogue;
    return {1, Event::more};
  }
  if (c == '\n' && text_.ends_with("\r\n")) {
    const bool is_empty = base::trim(std::string_view(text_).substr(0, text_.size() - 2)).empty();
    text_.clear();
    if (!is_empty) return refuse("A delimiter of the form has something behind it.");
    if (++parts_ > kMostParts)
      return refuse("The form has more than " + std::to_string(kMostParts) + " parts.");
    state_ = State::head;
    return {1, Event::more};
  }
  const bool may_go_on = line.empty() || line == "-";
  if (!may_go_on || text_.size() > kMostBoundaryBytes)
    return refuse("A delimiter of the form has something behind it.");
  return {1, Event::more};
}

MultipartReader::Step MultipartReader::read_head(base::Bytes bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t before = text_.size();
  text_.append(base::as_text(bytes.first(std::min(bytes.size(), kMostHeadBytes + 1 - before))));
  // A head without fields is the empty line alone.
  const bool is_empty = text_.starts_with("\r\n");
  const std::size_t at = is_empty ? 0 : text_.find(kEnd, before < kEnd.size() ? 0 : before - kEnd.size());
  if (at == std::string::npos) {
    if (text_.size() > kMostHeadBytes)
      return refuse("A part's head is longer than " + std::to_string(kMostHeadBytes) + " bytes.");
    return {text_.size() - before, Event::more};
  }
  const std::size_t end = at + (is_empty ? 2 : kEnd.size());
  text_.resize(at);
  return take_part(end - before);
}

MultipartReader::Step MultipartReader::take_part(std::size_t taken) {
  part_ = {};
  const std::string head = std::exchange(text_, {});
  for (std::string_view rest = head; !rest.empty();) {
    std::string_view value = base::take_until(rest, '\n');
    const std::string_view name = base::trim(base::take_until(value, ':'));
    if (base::equals_ignoring_case(name, "Content-Type")) part_.content_type = base::trim(value);
    if (!base::equals_ignoring_case(name, "Content-Disposition")) continue;
    const auto disposition = parse_field_value(base::trim(value));
    if (!disposition) return refuse("A part's Content-Disposition " + disposition.error().message + ".");
    if (const std::string* field = disposition->find("name")) part_.name = *field;
    if (const std::string* file = disposition->find("filename")) part_.file_name = *file;
  }
  state_ = State::body;
  // A part without a body: its head's last line ends the line before the delimiter, too (§5.1.1).
  matched_ = assumed_ = 2;
  return {taken, Event::part};
}

}  // namespace kaskado::http
