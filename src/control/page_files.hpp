// The files of the demo page, compiled into the server. The bytes are generated from src/control/page at
// build time.
#pragma once

#include <span>
#include <string_view>

namespace kaskado::control {

/// One file as HTTP serves it. All views are of static storage.
struct PageFile {
  std::string_view path;  ///< absolute, such as "/style.css"; the page itself is both "/" and "/index.html"
  std::string_view content_type;  ///< with its charset
  std::string_view content;       ///< the body, byte for byte; its size() is the Content-Length
  std::string_view etag;  ///< strong, with its quotes (RFC 9110 §8.8.3); changes exactly if the content does
};

/// Every file of the page, ordered by path. Constant, so safe to read from any thread.
std::span<const PageFile> page_files();

}  // namespace kaskado::control
