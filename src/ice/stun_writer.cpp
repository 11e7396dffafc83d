#include "ice/stun_writer.hpp"

#include "ice/crc32.hpp"
#include "ice/stun_wire.hpp"

namespace kaskado::ice {

namespace {

// RFC 8489 §5 figure 3.
std::uint16_t message_type(StunClass type, std::uint16_t method) {
  const auto bits = static_cast<unsigned>(type);
  return static_cast<std::uint16_t>((method & 0x000f) | (bits & 1) << 4 | (method & 0x0070) << 1 |
                                    (bits & 2) << 7 | (method & 0x0f80) << 2);
}

}  // namespace

StunWriter::StunWriter(MutableBytes to, StunClass type, const TransactionId& transaction,
                       std::uint16_t method)
    : writer_(to), transaction_(transaction) {
  writer_.u16(message_type(type, method));
  writer_.u16(0);
  writer_.u32(kStunMagicCookie);
  writer_.bytes(transaction);
}

void StunWriter::header(StunAttribute attribute, std::size_t length) {
  writer_.u16(static_cast<std::uint16_t>(attribute));
  writer_.u16(static_cast<std::uint16_t>(length));
}

void StunWriter::pad() {
  writer_.zeros((4 - writer_.size() % 4) % 4);
}

void StunWriter::attribute(std::uint16_t type, Bytes value) {
  header(static_cast<StunAttribute>(type), value.size());
  writer_.bytes(value);
  pad();
}

void StunWriter::text(StunAttribute type, std::string_view value) {
  attribute(static_cast<std::uint16_t>(type), base::as_bytes(value));
}

void StunWriter::username(std::string_view receiver_ufrag, std::string_view sender_ufrag) {
  header(StunAttribute::username, receiver_ufrag.size() + 1 + sender_ufrag.size());
  writer_.bytes(base::as_bytes(receiver_ufrag));
  writer_.u8(':');
  writer_.bytes(base::as_bytes(sender_ufrag));
  pad();
}

void StunWriter::priority(std::uint32_t value) {
  header(StunAttribute::priority, 4);
  writer_.u32(value);
}

void StunWriter::use_candidate() {
  header(StunAttribute::use_candidate, 0);
}

void StunWriter::ice_controlling(std::uint64_t tie_breaker) {
  header(StunAttribute::ice_controlling, 8);
  writer_.u64(tie_breaker);
}

void StunWriter::ice_controlled(std::uint64_t tie_breaker) {
  header(StunAttribute::ice_controlled, 8);
  writer_.u64(tie_breaker);
}

void StunWriter::mapped_address(const SocketAddress& from) {
  address(StunAttribute::mapped_address, from, false);
}

void StunWriter::xor_mapped_address(const SocketAddress& from) {
  address(StunAttribute::xor_mapped_address, from, true);
}

void StunWriter::xor_address(std::uint16_t type, const SocketAddress& address) {
  this->address(static_cast<StunAttribute>(type), address, true);
}

void StunWriter::open_data(std::uint16_t type, std::size_t length) {
  header(static_cast<StunAttribute>(type), length);
  set_length((length + 3) & ~std::size_t{3});
}

void StunWriter::address(StunAttribute attribute, const SocketAddress& from, bool xored) {
  std::array<std::uint8_t, 16> mask{};
  if (xored) {
    base::store_u32(mask.data(), kStunMagicCookie);
    std::memcpy(mask.data() + 4, transaction_.data(), transaction_.size());
  }
  header(attribute, 4 + from.ip_size());
  writer_.u8(0);
  writer_.u8(from.is_v4() ? kFamilyV4 : kFamilyV6);
  writer_.u16(from.port() ^ base::load_u16(mask.data()));
  for (std::size_t i = 0; i < from.ip_size(); ++i) writer_.u8(from.ip_bytes()[i] ^ mask[i]);
}

void StunWriter::error_code(std::uint16_t code, std::string_view reason) {
  header(StunAttribute::error_code, 4 + reason.size());
  writer_.u16(0);
  writer_.u8(static_cast<std::uint8_t>(code / 100));
  writer_.u8(static_cast<std::uint8_t>(code % 100));
  writer_.bytes(base::as_bytes(reason));
  pad();
}

void StunWriter::unknown_attributes(std::span<const std::uint16_t> types) {
  header(StunAttribute::unknown_attributes, 2 * types.size());
  for (const std::uint16_t type : types) writer_.u16(type);
  pad();
}

void StunWriter::set_length(std::size_t more) {
  writer_.patch_u16(2, static_cast<std::uint16_t>(writer_.size() + more - kStunHeaderBytes));
}

Bytes StunWriter::finish(const StunKey& key) {
  if (!writer_.ok()) return {};
  set_length(kIntegrityAttributeBytes);
  const StunKey::Digest digest = key.sign(writer_.written(), {});
  header(StunAttribute::message_integrity, digest.size());
  writer_.bytes(digest);
  return finish();
}

Bytes StunWriter::finish() {
  if (!writer_.ok()) return {};
  set_length(kFingerprintAttributeBytes);
  const std::uint32_t fingerprint = crc32(writer_.written()) ^ kFingerprintMask;
  header(StunAttribute::fingerprint, 4);
  writer_.u32(fingerprint);
  return writer_.ok() ? writer_.written() : Bytes{};
}

}  // namespace kaskado::ice
