#include "srtp/sdes.hpp"

#include <algorithm>
#include <optional>

#include "base/base64.hpp"
#include "base/text.hpp"

namespace kaskado::srtp {

namespace {

using base::Error;
using base::Result;

constexpr std::size_t kMaxTagDigits = 9;  // RFC 4568 §9.1
constexpr std::string_view kInline = "inline:";

std::string_view take_word(std::string_view& rest) {
  rest = base::trim(rest);
  const std::string_view word = rest.substr(0, rest.find_first_of(" \t"));
  rest.remove_prefix(word.size());
  return word;
}

// What a message repeats of a peer's text: enough to find it by.
std::string quoted(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, 40)) shown += c >= ' ' && c < 0x7f ? c : '?';
  return "'" + shown + "'";
}

// lifetime = ["2^"] 1*(DIGIT)
std::optional<std::uint64_t> parse_lifetime(std::string_view text) {
  if (!text.starts_with("2^")) {
    const auto packets = base::parse_number<std::uint64_t>(text);
    return packets && *packets > 0 && *packets <= kMaxRtpPackets ? packets : std::nullopt;
  }
  const auto exponent = base::parse_number<std::uint8_t>(text.substr(2));
  return exponent && *exponent <= 48 ? std::optional(std::uint64_t{1} << *exponent) : std::nullopt;
}

// mki = mki-value ":" mki-length; the value is a number in that many octets.
std::optional<Mki> parse_mki(std::string_view text) {
  const auto value = base::parse_number<std::uint64_t>(base::take_until(text, ':'));
  const auto length = base::parse_number<std::uint8_t>(text);
  if (!value || !length || *length == 0 || *length > Mki::kMaxBytes) return std::nullopt;
  if (*length < Mki::kMaxBytes && *value >> (8 * *length) != 0) return std::nullopt;
  Mki mki;
  mki.length = *length;
  for (std::size_t i = 0; i < *length; ++i)
    mki.bytes[*length - 1 - i] = static_cast<std::uint8_t>(*value >> (8 * i));
  return mki;
}

Result<void> parse_key(std::string_view text, Profile profile, SdesKey& key) {
  if (!text.starts_with(kInline)) return Error{"the key is not inline"};
  text.remove_prefix(kInline.size());
  if (text.find(';') != std::string_view::npos) return Error{"more than one key is not supported"};
  auto bytes = base::from_base64(base::take_until(text, '|'));
  if (!bytes) return Error{"the key is no base64"};
  auto master = master_key_of(profile, *bytes);
  if (!bytes->empty()) explicit_bzero(bytes->data(), bytes->size());
  if (!master) return std::move(master).error();
  key.master = std::move(master).value();
  while (!text.empty()) {
    const std::string_view part = base::take_until(text, '|');
    if (part.find(':') == std::string_view::npos) {
      const auto lifetime = parse_lifetime(part);
      if (!lifetime) return Error{"the lifetime " + quoted(part) + " is not between 1 and 2^48"};
      key.lifetime_packets = *lifetime;
    } else {
      const auto mki = parse_mki(part);
      if (!mki) return Error{"the MKI " + quoted(part) + " is not a number of 1 to 8 octets"};
      key.mki = *mki;
    }
  }
  return {};
}

// RFC 4568 §6.3.7: whoever knows not one of them takes not the line.
bool is_harmless(std::string_view session_parameter) {
  return session_parameter == "KDR=0" || session_parameter.starts_with("WSH=") ||
         session_parameter.starts_with('-');
}

}  // namespace

Result<SdesKey> parse_sdes(std::string_view line) {
  SdesKey key;
  const std::string_view tag = take_word(line);
  const auto number = base::parse_number<std::uint32_t>(tag);
  if (!number || tag.size() > kMaxTagDigits) return Error{"the tag " + quoted(tag) + " is not a number"};
  key.tag = *number;
  const std::string_view suite = take_word(line);
  const auto profile = profile_from_name(suite);
  if (!profile) return Error{"the suite " + quoted(suite) + " is not known"};
  if (auto parsed = parse_key(take_word(line), *profile, key); !parsed) return std::move(parsed).error();
  for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) {
    if (!is_harmless(word)) return Error{"the session parameter " + quoted(word) + " is not supported"};
  }
  return key;
}

std::string to_sdes(const MasterKey& master) {
  const ProfileTraits& profile = traits(master.profile);
  base::Secret<kMaxKeyBytes + kMaxSaltBytes> both;
  const auto salt_at = std::ranges::copy(master.key.first(profile.key_bytes), both.data()).out;
  std::ranges::copy(master.salt.first(profile.salt_bytes), salt_at);
  const std::size_t length = std::size_t{profile.key_bytes} + profile.salt_bytes;
  return std::string(profile.name) + " " + std::string(kInline) + base::to_base64(both.first(length));
}

Result<MasterKey> master_key_of(Profile profile, base::Bytes key_and_salt) {
  const ProfileTraits& wanted = traits(profile);
  const std::size_t length = std::size_t{wanted.key_bytes} + wanted.salt_bytes;
  if (key_and_salt.size() != length) {
    return Error{"the key has " + std::to_string(key_and_salt.size()) + " bytes and not the " +
                 std::to_string(length) + " of " + std::string(wanted.name)};
  }
  return MasterKey::from(profile, key_and_salt.first(wanted.key_bytes),
                         key_and_salt.subspan(wanted.key_bytes));
}

MasterKey generate_master_key(Profile profile, base::Random& random) {
  MasterKey master;
  master.profile = profile;
  random.fill(master.key.first(traits(profile).key_bytes));
  random.fill(master.salt.first(traits(profile).salt_bytes));
  return master;
}

}  // namespace kaskado::srtp
