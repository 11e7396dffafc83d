#include "sctp/utf8.hpp"

#include <cstdint>

namespace kaskado::sctp {
namespace {

// Octets behind the first one, and what the first of them may be; neither overlong forms nor surrogates.
struct Form {
  int more = -1;  // none begins so
  std::uint8_t least = 0x80;
  std::uint8_t most = 0xbf;
};

Form form_of(std::uint8_t first) {
  if (first < 0x80) return {0};
  if (first < 0xc2) return {};
  if (first < 0xe0) return {1};
  if (first == 0xe0) return {2, 0xa0, 0xbf};
  if (first == 0xed) return {2, 0x80, 0x9f};
  if (first < 0xf0) return {2};
  if (first == 0xf0) return {3, 0x90, 0xbf};
  if (first < 0xf4) return {3};
  if (first == 0xf4) return {3, 0x80, 0x8f};
  return {};
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    Form form = form_of(static_cast<std::uint8_t>(bytes[at++]));
    if (form.more < 0) return false;
    for (; form.more > 0; --form.more, form.least = 0x80, form.most = 0xbf) {
      if (at == bytes.size()) return false;
      const auto octet = static_cast<std::uint8_t>(bytes[at++]);
      if (octet < form.least || octet > form.most) return false;
    }
  }
  return true;
}

}  // namespace kaskado::sctp
