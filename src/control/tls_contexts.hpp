// The certificate that the secure port shows, read again without dropping those who are connected. Valid
// C++17, for the websocket files.
#pragma once

#include <asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "control/file_stamp.hpp"
#include "control/websocket.hpp"

namespace kaskado::control {

class TlsContexts {
 public:
  // The error names the file and what is wrong with it.
  static base::Result<std::unique_ptr<TlsContexts>> load(TlsOptions options);

  // For the next connection. Those who have one keep it.
  const std::shared_ptr<asio::ssl::context>& current() const { return current_; }
  const TlsOptions& options() const { return options_; }

  // Reads the files again: if one has changed, or `always`. True where it did. On an error the certificate so
  // far stays, and nothing is tried again before a file changes.
  base::Result<bool> reload(bool always);

 private:
  explicit TlsContexts(TlsOptions options) : options_(std::move(options)) {}

  const TlsOptions options_;
  FileStamp certificate_stamp_;
  FileStamp authorities_stamp_;
  std::shared_ptr<asio::ssl::context> current_;
};

}  // namespace kaskado::control
