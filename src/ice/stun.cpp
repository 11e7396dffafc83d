#include "ice/stun.hpp"

#include "ice/crc32.hpp"
#include "ice/stun_wire.hpp"

namespace kaskado::ice {

namespace {

using base::DropReason;
using base::load_u16;
using base::load_u32;
using base::load_u64;

struct Attribute {
  std::uint16_t type = 0;
  std::size_t at = 0;  // where its header starts
  Bytes value;
};

// Walks a message's attributes; the header must have been checked.
class AttributeWalk {
 public:
  explicit AttributeWalk(Bytes datagram) : datagram_(datagram) {}

  bool next(Attribute& attribute) {
    if (datagram_.size() - position_ < kAttributeHeaderBytes) return false;
    const std::uint8_t* header = datagram_.data() + position_;
    const std::size_t length = load_u16(header + 2);
    const std::size_t padded = (length + 3) & ~std::size_t{3};
    if (padded > datagram_.size() - position_ - kAttributeHeaderBytes) return false;
    attribute = {load_u16(header), position_, datagram_.subspan(position_ + kAttributeHeaderBytes, length)};
    position_ += kAttributeHeaderBytes + padded;
    return true;
  }
  // Whether the walk came to the end, and not to an attribute that runs over it.
  bool finished() const { return position_ == datagram_.size(); }

 private:
  Bytes datagram_;
  std::size_t position_ = kStunHeaderBytes;
};

// RFC 8489 §5 and §6.3: the two zero bits, the cookie, and a length that is the datagram's and a multiple
// of 4.
bool is_whole_message(Bytes datagram) {
  if (datagram.size() < kStunHeaderBytes || (datagram[0] & 0xc0) != 0) return false;
  if (load_u32(datagram.data() + 4) != kStunMagicCookie) return false;
  const std::size_t length = load_u16(datagram.data() + 2);
  return length % 4 == 0 && length + kStunHeaderBytes == datagram.size();
}

// RFC 8489 §14.1, §14.2: an address, masked with the cookie and the transaction id where `xored`.
SocketAddress read_address(Bytes value, const std::uint8_t* header, bool xored) {
  if (value.size() < 4) return {};
  const std::uint8_t family = value[1];
  const std::uint8_t* mask = header + 4;
  const auto port = static_cast<std::uint16_t>(load_u16(value.data() + 2) ^ (xored ? load_u16(mask) : 0));
  std::array<std::uint8_t, 16> ip{};
  const std::size_t size = family == kFamilyV4 ? 4 : 16;
  if (value.size() != 4 + size) return {};
  for (std::size_t i = 0; i < size; ++i) ip[i] = value[4 + i] ^ (xored ? mask[i] : std::uint8_t{0});
  if (family == kFamilyV4) return SocketAddress::v4({ip[0], ip[1], ip[2], ip[3]}, port);
  if (family == kFamilyV6) return SocketAddress::v6(ip, port);
  return {};
}

// RFC 8489 §14.8.
bool read_error(Bytes value, StunMessage& message) {
  if (value.size() < 4) return false;
  const unsigned hundreds = value[2] & 7;
  const unsigned number = value[3];
  if (hundreds < 3 || hundreds > 6 || number > 99) return false;
  if (message.error_code) return true;
  message.error_code = static_cast<std::uint16_t>(hundreds * 100 + number);
  message.error_reason = base::as_text(value.subspan(4));
  return true;
}

bool read_text(Bytes value, std::string_view& field) {
  if (value.size() > kMaxTextBytes) return false;
  if (field.empty()) field = base::as_text(value);
  return true;
}

bool read_username(Bytes value, StunMessage& message) {
  return value.size() <= kMaxUsernameBytes && read_text(value, message.username);
}

bool read_mapped(Bytes value, SocketAddress& field, const StunMessage& message, bool xored) {
  const SocketAddress address = read_address(value, message.datagram.data(), xored);
  if (!field.is_set()) field = address;
  return address.is_set();
}

bool read_u64(Bytes value, std::optional<std::uint64_t>& field) {
  if (value.size() != 8) return false;
  if (!field) field = load_u64(value.data());
  return true;
}

bool read_priority(Bytes value, StunMessage& message) {
  if (value.size() != 4) return false;
  if (!message.priority) message.priority = load_u32(value.data());
  return true;
}

bool read_integrity(const Attribute& attribute, StunMessage& message) {
  if (attribute.value.size() != StunKey::Digest{}.size()) return false;
  message.integrity_at = static_cast<std::uint32_t>(attribute.at);
  return true;
}

// RFC 8489 §5: types below 0x8000 must be understood or refused.
void note_unknown(std::uint16_t type, StunMessage& message) {
  if (type >= 0x8000 || message.unknown_count == StunMessage::kMaxUnknown) return;
  message.unknown[message.unknown_count++] = type;
}

bool read_attribute(const Attribute& attribute, StunMessage& message) {
  const Bytes value = attribute.value;
  switch (static_cast<StunAttribute>(attribute.type)) {
    case StunAttribute::mapped_address:
      return read_mapped(value, message.mapped_address, message, false);
    case StunAttribute::xor_mapped_address:
      return read_mapped(value, message.xor_mapped_address, message, true);
    case StunAttribute::username:
      return read_username(value, message);
    case StunAttribute::realm:
      return read_text(value, message.realm);
    case StunAttribute::nonce:
      return read_text(value, message.nonce);
    case StunAttribute::software:
      return read_text(value, message.software);
    case StunAttribute::error_code:
      return read_error(value, message);
    case StunAttribute::priority:
      return read_priority(value, message);
    case StunAttribute::ice_controlled:
      return read_u64(value, message.ice_controlled);
    case StunAttribute::ice_controlling:
      return read_u64(value, message.ice_controlling);
    case StunAttribute::message_integrity:
      return read_integrity(attribute, message);
    case StunAttribute::use_candidate:
      message.use_candidate = true;
      return value.empty();
    case StunAttribute::unknown_attributes:
      return value.size() % 2 == 0;
    case StunAttribute::message_integrity_sha256:
    case StunAttribute::alternate_server:
    case StunAttribute::fingerprint:
      return true;
  }
  note_unknown(attribute.type, message);
  return true;
}

bool fingerprint_matches(const Attribute& attribute, Bytes datagram) {
  return load_u32(attribute.value.data()) == (crc32(datagram.first(attribute.at)) ^ kFingerprintMask);
}

DropReason read_attributes(StunMessage& message) {
  AttributeWalk walk(message.datagram);
  for (Attribute attribute; walk.next(attribute);) {
    if (attribute.type == static_cast<std::uint16_t>(StunAttribute::fingerprint)) {
      if (attribute.value.size() != 4 || !walk.finished()) return DropReason::bad_stun;
      if (!fingerprint_matches(attribute, message.datagram)) return DropReason::bad_stun_fingerprint;
      message.has_fingerprint = true;
    } else if (!message.has_integrity() && !read_attribute(attribute, message)) {
      return DropReason::bad_stun;
    }
  }
  return walk.finished() ? DropReason::none : DropReason::bad_stun;
}

void read_type(std::uint16_t type, StunMessage& message) {
  // RFC 8489 §5 figure 3: the class's two bits sit at 8 and 4, between the method's.
  message.type = static_cast<StunClass>((type >> 7 & 2) | (type >> 4 & 1));
  message.method = static_cast<std::uint16_t>((type & 0x000f) | (type >> 1 & 0x0070) | (type >> 2 & 0x0f80));
}

}  // namespace

base::Result<StunMessage, DropReason> StunMessage::parse(Bytes datagram) {
  if (!is_whole_message(datagram)) return DropReason::bad_stun;
  StunMessage message;
  message.datagram = datagram;
  read_type(load_u16(datagram.data()), message);
  std::memcpy(message.transaction.data(), datagram.data() + 8, message.transaction.size());
  if (const DropReason reason = read_attributes(message); reason != DropReason::none) return reason;
  return message;
}

bool StunMessage::verify(const StunKey& key) const {
  if (!has_integrity()) return false;
  // The length that was hashed ends with MESSAGE-INTEGRITY, whatever follows it (RFC 8489 §14.5).
  std::array<std::uint8_t, kStunHeaderBytes> header;
  std::memcpy(header.data(), datagram.data(), header.size());
  base::store_u16(header.data() + 2,
                  static_cast<std::uint16_t>(integrity_at + kIntegrityAttributeBytes - kStunHeaderBytes));
  const StunKey::Digest digest =
      key.sign(header, datagram.subspan(header.size(), integrity_at - header.size()));
  const std::uint8_t* claimed = datagram.data() + integrity_at + kAttributeHeaderBytes;
  unsigned difference = 0;
  for (std::size_t i = 0; i < digest.size(); ++i) difference |= digest[i] ^ claimed[i];
  return difference == 0;
}

Bytes StunMessage::find(std::uint16_t wanted) const {
  AttributeWalk walk(datagram);
  for (Attribute attribute; walk.next(attribute);) {
    if (has_integrity() && attribute.at > integrity_at) break;
    if (attribute.type == wanted) return attribute.value;
  }
  return {};
}

SocketAddress StunMessage::read_xor_address(std::uint16_t attribute) const {
  return ice::read_address(find(attribute), datagram.data(), true);
}

SocketAddress StunMessage::read_address(std::uint16_t attribute) const {
  return ice::read_address(find(attribute), datagram.data(), false);
}

std::optional<std::string_view> peek_username(Bytes datagram) {
  if (!is_whole_message(datagram)) return std::nullopt;
  AttributeWalk walk(datagram);
  for (Attribute attribute; walk.next(attribute);) {
    if (attribute.type != static_cast<std::uint16_t>(StunAttribute::username)) continue;
    if (attribute.value.size() > kMaxUsernameBytes) return std::nullopt;
    return base::as_text(attribute.value);
  }
  return std::nullopt;
}

}  // namespace kaskado::ice
