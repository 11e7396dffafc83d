#include "control/access.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "base/text.hpp"

namespace kaskado::control {
namespace {

bool is_token_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~+/=").find(c) != std::string_view::npos;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// RFC 3986 §2.1. A '%' that stands for nothing stays, and is then no letter of a token.
std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0) {
      decoded += text[i];
    } else {
      decoded += static_cast<char>(high << 4 | low);
      i += 2;
    }
  }
  return decoded;
}

std::string token_in_query(std::string_view query) {
  while (!query.empty()) {
    std::string_view value = base::take_until(query, '&');
    if (base::take_until(value, '=') == "access_token") return percent_decoded(value);
  }
  return {};
}

// RFC 9110 §11.4: the scheme's name in any case, and spaces behind it.
std::string token_in_header(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!base::equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return {};
  return std::string(base::trim(authorization.substr(kScheme.size())));
}

HttpResponse unauthorized(bool was_given) {
  HttpResponse response = was_given
                              ? text_response(401, "This access token is not known here.")
                              : text_response(401,
                                              "An access token is needed: 'Authorization: Bearer TOKEN', or "
                                              "'?access_token=TOKEN' behind the address.");
  // RFC 6750 §3.1
  response.headers.emplace_back("WWW-Authenticate", was_given
                                                        ? "Bearer realm=\"kaskado\", error=\"invalid_token\""
                                                        : "Bearer realm=\"kaskado\"");
  return response;
}

}  // namespace

AccessGate::AccessGate(AccessOptions options) : options_(std::move(options)) {}

base::Result<std::unique_ptr<AccessGate>> AccessGate::load(AccessOptions options) {
  std::unique_ptr<AccessGate> gate(new AccessGate(std::move(options)));
  if (auto read = gate->reload(true); !read) return std::move(read).error();
  return gate;
}

std::optional<AccessGate::Token> AccessGate::token_of(std::string_view text) {
  if (text.size() < kLeastTokenBytes || text.size() > kMostTokenBytes) return std::nullopt;
  if (!std::ranges::all_of(text, is_token_letter)) return std::nullopt;
  Token token;
  std::ranges::copy(text, token.bytes.begin());
  token.size = text.size();
  return token;
}

base::Result<std::vector<AccessGate::Token>> AccessGate::read_tokens() const {
  const std::string& file = options_.tokens_file;
  std::ifstream in(file);
  if (!in) return base::Error{file + ": cannot be read: " + std::strerror(errno)};
  std::vector<Token> tokens;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    const std::string_view text = base::trim(line);
    if (text.empty() || text.starts_with('#')) continue;
    const auto token = token_of(text);
    if (!token) {
      return base::Error{file + ": line " + std::to_string(number) +
                         " is no token; allowed are 16 to 256 letters, digits and -._~+/="};
    }
    if (tokens.size() == kMostTokens) return base::Error{file + ": has more than 1024 tokens"};
    tokens.push_back(*token);
  }
  if (tokens.empty()) return base::Error{file + ": has no token, so that nobody could enter"};
  return tokens;
}

base::Result<bool> AccessGate::reload(bool always) {
  if (options_.tokens_file.empty()) return false;
  const FileStamp stamp = FileStamp::of(options_.tokens_file);
  if (!always && stamp == stamp_) return false;
  stamp_ = stamp;
  auto tokens = read_tokens();
  if (!tokens) return std::move(tokens).error();
  tokens_ = std::move(tokens).value();
  return true;
}

// Every byte of every token is looked at, whatever was offered.
bool AccessGate::knows(std::string_view text) const {
  const auto offered = token_of(text);
  if (!offered) return false;
  unsigned found = 0;
  for (const Token& token : tokens_) {
    unsigned difference = static_cast<unsigned>(token.size ^ offered->size);
    for (std::size_t i = 0; i < kMostTokenBytes; ++i) {
      difference |= static_cast<unsigned>(token.bytes[i] ^ offered->bytes[i]);
    }
    found |= static_cast<unsigned>(difference == 0);
  }
  return found != 0;
}

bool AccessGate::is_wanted_origin(std::string_view origin) const {
  return std::ranges::any_of(options_.origins, [&](const std::string& wanted) {
    return base::equals_ignoring_case(wanted, origin);
  });
}

std::optional<HttpResponse> AccessGate::refusal_of(const HttpHead& head) const {
  if (!options_.origins.empty() && !head.origin.empty() && !is_wanted_origin(head.origin)) {
    return text_response(403, "Pages of this origin may not use this server.");
  }
  if (tokens_.empty()) return std::nullopt;
  const std::string token =
      head.authorization.empty() ? token_in_query(head.query) : token_in_header(head.authorization);
  if (knows(token)) return std::nullopt;
  return unauthorized(!token.empty());
}

}  // namespace kaskado::control
