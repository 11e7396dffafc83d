// Who may use the control port: bearer tokens (RFC 6750) and the origins of browsers' pages (RFC 6454). Valid
// C++17, for the websocket files. Tokens are told to nobody and written nowhere.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "control/file_stamp.hpp"
#include "control/http.hpp"

namespace kaskado::control {

struct AccessOptions {
  // One token a line, lines that start with '#' are comments. Without a file nobody is asked for a token.
  std::string tokens_file;
  // As browsers write them: "https://app.example". Without any, every page is let in. Programs that are no
  // browsers send no origin, and are let in too.
  std::vector<std::string> origins;
};

class AccessGate {
 public:
  // RFC 6750 §2.1's letters; a shorter token could be guessed.
  static constexpr std::size_t kLeastTokenBytes = 16;
  static constexpr std::size_t kMostTokenBytes = 256;
  static constexpr std::size_t kMostTokens = 1024;

  // The error names the file and the line, and no token.
  static base::Result<std::unique_ptr<AccessGate>> load(AccessOptions options);

  // What to answer where the request may not enter: 401 without a known token, given as `Authorization:
  // Bearer` or as `access_token` in the query (which browsers need for a WebSocket), 403 from a page of
  // another origin.
  std::optional<HttpResponse> refusal_of(const HttpHead& head) const;

  // Reads the tokens again: if the file has changed, or `always`. True where it did. On an error those known
  // so far stay, and nothing is tried again before the file changes. Who is inside stays.
  base::Result<bool> reload(bool always);

 private:
  // Padded, so that comparing takes as long for each.
  struct Token {
    std::array<unsigned char, kMostTokenBytes> bytes{};
    std::size_t size = 0;
  };
  explicit AccessGate(AccessOptions options);
  static std::optional<Token> token_of(std::string_view text);
  base::Result<std::vector<Token>> read_tokens() const;
  bool knows(std::string_view token) const;
  bool is_wanted_origin(std::string_view origin) const;

  const AccessOptions options_;
  FileStamp stamp_;
  std::vector<Token> tokens_;
};

}  // namespace kaskado::control
