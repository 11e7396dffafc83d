// The status codes that this server answers with (RFC 9110 §15).
#pragma once

#include <string_view>

namespace kaskado::http {

enum class Status {
  ok = 200,
  no_content = 204,
  bad_request = 400,
  not_found = 404,
  method_not_allowed = 405,
  request_timeout = 408,
  conflict = 409,
  gone = 410,
  content_too_large = 413,
  unsupported_media_type = 415,
  range_not_satisfiable = 416,
  expectation_failed = 417,
  header_fields_too_large = 431,  // RFC 6585 §5
  internal_server_error = 500,
  not_implemented = 501,
  service_unavailable = 503,
  version_not_supported = 505,
};

std::string_view reason_phrase(Status status);

}  // namespace kaskado::http
