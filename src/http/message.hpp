// A request's head as it was read, and a response as it is to be written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/status.hpp"

namespace kaskado::http {

struct Field {
  std::string name;   // as it was written; compared without case (RFC 9110 §5.1)
  std::string value;  // without the white space around it
};

struct RequestHead {
  std::string method;
  std::string target;  // as it was written, '?' and what follows included
  int minor_version = 1;
  std::vector<Field> fields;
  // The body's framing (RFC 9112 §6): at most one of them; neither where there is no body.
  std::optional<std::uint64_t> content_length;
  bool is_chunked = false;
  // Whether the client would send another request on this connection (RFC 9112 §9.3).
  bool keeps_alive = true;

  // The first field of that name, or nullptr.
  const std::string* find(std::string_view name) const;
  // Of all fields of that name, whether one of the elements of their lists is `token` (RFC 9110 §5.6.1).
  bool lists(std::string_view name, std::string_view token) const;
  bool has_body() const { return is_chunked || content_length.value_or(0) > 0; }
  // RFC 9110 §10.1.1; a client of HTTP/1.0 cannot.
  bool expects_continue() const { return minor_version >= 1 && lists("Expect", "100-continue"); }
};

// A few words in plain text.
struct Response {
  Status status = Status::ok;
  std::string text;
  std::vector<Field> fields = {};
};

// The whole response. A page of any origin may read it: who can name an address of this server has been given
// it. `with_text` is false in answer to HEAD.
std::string to_text(const Response& response, bool keeps_alive, bool with_text = true);

}  // namespace kaskado::http
