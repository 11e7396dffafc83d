// Writes one STUN message into memory the caller owns (RFC 8489). Attributes come in the order of the calls;
// a message that does not fit comes out empty.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "ice/stun.hpp"

namespace kaskado::ice {

class StunWriter {
 public:
  StunWriter(MutableBytes to, StunClass type, const TransactionId& transaction,
             std::uint16_t method = kBindingMethod);

  void text(StunAttribute attribute, std::string_view value);
  // "receiver:sender" (RFC 8445 §7.2.2).
  void username(std::string_view receiver_ufrag, std::string_view sender_ufrag);
  void priority(std::uint32_t value);
  void use_candidate();
  void ice_controlling(std::uint64_t tie_breaker);
  void ice_controlled(std::uint64_t tie_breaker);
  void mapped_address(const SocketAddress& address);
  void xor_mapped_address(const SocketAddress& address);
  void error_code(std::uint16_t code, std::string_view reason);
  void unknown_attributes(std::span<const std::uint16_t> types);
  void attribute(std::uint16_t type, Bytes value);
  // An address masked as XOR-MAPPED-ADDRESS is (RFC 8489 §14.2).
  void xor_address(std::uint16_t type, const SocketAddress& address);
  // One that is not masked, as ALTERNATE-SERVER.
  void address(StunAttribute type, const SocketAddress& address) { this->address(type, address, false); }
  // The header of the last attribute, whose `length` bytes and padding stand behind what was written already. Ends the
  // message, which is neither signed nor has a FINGERPRINT.
  void open_data(std::uint16_t type, std::size_t length);

  // Adds MESSAGE-INTEGRITY and FINGERPRINT and gives the finished message, or nothing where it did not fit.
  Bytes finish(const StunKey& key);
  // The same without MESSAGE-INTEGRITY.
  Bytes finish();

 private:
  void header(StunAttribute attribute, std::size_t length);
  void address(StunAttribute attribute, const SocketAddress& address, bool xored);
  void pad();
  void set_length(std::size_t more);

  base::ByteWriter writer_;
  TransactionId transaction_;
};

}  // namespace kaskado::ice
