#include "http/message.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace kaskado::http {

std::string_view reason_phrase(Status status) {
  switch (status) {
    case Status::ok:
      return "OK";
    case Status::no_content:
      return "No Content";
    case Status::bad_request:
      return "Bad Request";
    case Status::not_found:
      return "Not Found";
    case Status::method_not_allowed:
      return "Method Not Allowed";
    case Status::request_timeout:
      return "Request Timeout";
    case Status::conflict:
      return "Conflict";
    case Status::gone:
      return "Gone";
    case Status::content_too_large:
      return "Content Too Large";
    case Status::unsupported_media_type:
      return "Unsupported Media Type";
    case Status::range_not_satisfiable:
      return "Range Not Satisfiable";
    case Status::expectation_failed:
      return "Expectation Failed";
    case Status::header_fields_too_large:
      return "Request Header Fields Too Large";
    case Status::internal_server_error:
      return "Internal Server Error";
    case Status::not_implemented:
      return "Not Implemented";
    case Status::service_unavailable:
      return "Service Unavailable";
    case Status::version_not_supported:
      return "HTTP Version Not Supported";
  }
  return "";
}

const std::string* RequestHead::find(std::string_view name) const {
  const auto found = std::ranges::find_if(
      fields, [&](const Field& field) { return base::equals_ignoring_case(field.name, name); });
  return found == fields.end() ? nullptr : &found->value;
}

bool RequestHead::lists(std::string_view name, std::string_view token) const {
  return std::ranges::any_of(fields, [&](const Field& field) {
    if (!base::equals_ignoring_case(field.name, name)) return false;
    for (std::string_view rest = field.value; !rest.empty();) {
      if (base::equals_ignoring_case(base::trim(base::take_until(rest, ',')), token)) return true;
    }
    return false;
  });
}

std::string to_text(const Response& response, bool keeps_alive, bool with_text) {
  std::string text = "HTTP/1.1 " + std::to_string(static_cast<int>(response.status)) + " ";
  text += reason_phrase(response.status);
  const auto add = [&](std::string_view name, std::string_view value) {
    text.append("\r\n").append(name).append(": ").append(value);
  };
  for (const Field& field : response.fields) add(field.name, field.value);
  add("Access-Control-Allow-Origin", "*");
  add("Cache-Control", "no-store");
  add("Connection", keeps_alive ? "keep-alive" : "close");
  const std::string body = response.text.empty() ? "" : response.text + "\n";
  // RFC 9110 §8.6: not with 204.
  if (response.status != Status::no_content) {
    if (!body.empty()) add("Content-Type", "text/plain; charset=utf-8");
    add("Content-Length", std::to_string(body.size()));
  }
  text += "\r\n\r\n";
  return with_text && response.status != Status::no_content ? text + body : text;
}

}  // namespace kaskado::http
