// One request of a TURN client in the making. For the room alone.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/outbox.hpp"
#include "ice/stun_writer.hpp"
#include "ice/turn_wire.hpp"

namespace kaskado::ice {

class TurnRequest {
 public:
  TurnRequest(base::Outbox& outbox, std::uint16_t method, const TransactionId& transaction)
      : outbox_(outbox), writer_(outbox.slot(), StunClass::request, transaction, method) {}

  void u32(std::uint16_t attribute, std::uint32_t value) {
    std::array<std::uint8_t, 4> bytes;
    base::store_u32(bytes.data(), value);
    writer_.attribute(attribute, bytes);
  }
  void peer(const SocketAddress& address) { writer_.xor_address(turn_attribute::kXorPeerAddress, address); }
  // Signs it where there is a key (RFC 8489 §9.2.3), and hands it over.
  void send(const base::Path& path, std::string_view username, std::string_view realm, std::string_view nonce,
            const std::optional<StunKey>& key) {
    if (key) {
      writer_.text(StunAttribute::username, username);
      writer_.text(StunAttribute::realm, realm);
      writer_.text(StunAttribute::nonce, nonce);
    }
    const Bytes written = key ? writer_.finish(*key) : writer_.finish();
    if (!written.empty()) outbox_.commit(written.size(), path);
  }

 private:
  base::Outbox& outbox_;
  StunWriter writer_;
};

}  // namespace kaskado::ice
