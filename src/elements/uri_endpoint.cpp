#include "elements/uri_endpoint.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "pipeline/shard.hpp"

namespace kaskado::elements {
namespace {

constexpr std::string_view kFile = "file://";
// Kurento's for all that goes wrong with media.
constexpr int kErrorCode = 1;

// RFC 3986 §3.1: a letter, then letters, digits, "+", "-" and ".".
bool has_scheme(std::string_view uri) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_more = [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  };
  const std::size_t colon = uri.find(':');
  return colon != std::string_view::npos && colon > 0 && is_letter(uri[0]) &&
         std::ranges::all_of(uri.substr(0, colon), is_more);
}

std::optional<int> hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

// RFC 3986 §2.1. What is no code stays as it is.
std::string decode_percent(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto high = text[i] == '%' && i + 2 < text.size() ? hexadecimal(text[i + 1]) : std::nullopt;
    const auto low = high ? hexadecimal(text[i + 2]) : std::nullopt;
    decoded += low ? static_cast<char>(*high * 16 + *low) : text[i];
    if (low) i += 2;
  }
  return decoded;
}

}  // namespace

std::string complete_uri(std::string_view uri, std::string_view default_path) {
  if (uri.empty() || uri.starts_with('/') || has_scheme(uri) || default_path.empty()) return std::string(uri);
  std::string complete(default_path.starts_with('/') ? kFile : std::string_view());
  complete += default_path;
  if (!complete.ends_with('/')) complete += '/';
  return complete += uri;
}

std::optional<std::string> local_path(std::string_view uri) {
  if (uri.starts_with('/')) return std::string(uri);
  if (!uri.starts_with(kFile)) return std::nullopt;
  uri.remove_prefix(kFile.size());
  constexpr std::string_view kHere = "localhost/";
  if (uri.starts_with(kHere)) uri.remove_prefix(kHere.size() - 1);
  if (!uri.starts_with('/')) return std::nullopt;
  std::string path = decode_percent(uri);
  if (path.find('\0') != std::string::npos) return std::nullopt;
  return path;
}

std::string without_user(const std::string& uri) {
  const std::size_t begin = uri.find("://");
  if (begin == std::string::npos) return uri;
  const std::size_t end = std::min(uri.find('/', begin + 3), uri.size());
  const std::size_t at = uri.rfind('@', end);
  if (at == std::string::npos || at < begin) return uri;
  return uri.substr(0, begin + 3) + uri.substr(at + 1);
}

UriEndpoint::UriEndpoint(const pipeline::Construction& construction, pipeline::MediaObject* parent,
                         std::string_view uri)
    : Endpoint(construction, parent), uri_(complete_uri(uri, shard().configuration().default_path)) {}

void UriEndpoint::set_state(UriEndpointState state) {
  if (std::exchange(state_, state) != state) raise(UriEndpointStateChanged{state});
}

void UriEndpoint::raise_error(std::string description, std::string type) {
  raise(pipeline::Error{
      .description = std::move(description), .error_code = kErrorCode, .type = std::move(type)});
}

}  // namespace kaskado::elements
