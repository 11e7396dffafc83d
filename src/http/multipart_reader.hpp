// Takes a form apart as its bytes come (RFC 7578, RFC 2046 §5.1). Copies nothing but the parts' heads: what
// may be the beginning of a delimiter is known by its length alone.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace kaskado::http {

class MultipartReader {
 public:
  static constexpr std::size_t kMostHeadBytes = 8 << 10;  // of one part
  static constexpr std::size_t kMostParts = 64;
  static constexpr std::size_t kMostBoundaryBytes = 70;  // RFC 2046 §5.1.1

  struct Part {
    std::string name;                      // of the form's field
    std::optional<std::string> file_name;  // where it is a file
    std::string content_type = "text/plain";
  };
  enum class Event {
    more,     // all was taken, and nothing has come of it yet
    part,     // part() is another one; its bytes follow
    bytes,    // bytes() of the part are there, and not empty
    end,      // behind the last part; what follows is of no use
    refused,  // error() says why
  };
  struct Step {
    std::size_t taken = 0;
    Event event = Event::more;
  };

  // 1 to kMostBoundaryBytes of the characters that RFC 2046 allows.
  static base::Result<MultipartReader> make(std::string_view boundary);

  // The next thing that the form's bytes make known. To be called until it says `more`.
  Step receive(base::Bytes bytes);
  // Whether the last delimiter has come.
  bool has_ended() const { return state_ == State::epilogue; }
  const Part& part() const { return part_; }
  // Valid until the next call, as long as those given are.
  base::Bytes bytes() const { return bytes_; }
  const std::string& error() const { return error_; }

 private:
  enum class State { preamble, body, behind_delimiter, head, epilogue, refused };

  explicit MultipartReader(std::string_view boundary);
  Step read_body(base::Bytes bytes);
  Step go_on_matching(base::Bytes bytes);
  Step give(base::Bytes bytes, std::size_t taken);
  Step read_delimiter_line(base::Bytes bytes);
  Step read_head(base::Bytes bytes);
  Step take_part(std::size_t taken);
  Step refuse(std::string why);

  std::string delimiter_;  // "\r\n--" and the boundary
  std::size_t matched_ =
      2;  // of the delimiter, at the end of what has come; a form may begin with one (§5.1.1)
  std::size_t assumed_ = 2;  // of these, what did not stand there
  State state_ = State::preamble;
  std::string text_;  // of a delimiter's line or a head that is not there whole
  std::size_t parts_ = 0;
  Part part_;
  base::Bytes bytes_;
  std::string error_;
};

}  // namespace kaskado::http
