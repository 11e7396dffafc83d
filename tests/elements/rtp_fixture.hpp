// RTP endpoints on a shard whose sockets are a table, and peers that are addresses.
#pragma once

#include <algorithm>
#include <map>

#include "elements/rtp_endpoint.hpp"
#include "fixture.hpp"

namespace kaskado::elements::test {

using transport::test::Octets;

inline std::string sdes_key_base64() {
  return "NDMyMVpZWFdWVVRTUlFQT05NTEtKSUhHRkVEQ0JB";
}

class RtpEndpointTest : public EndpointTest {
 protected:
  RtpEndpointTest()
      : EndpointTest(
            {.open = [this](std::uint16_t index,
                            const base::SocketAddress& address) { return open(index, address); },
             .close = [this](std::uint16_t index) { sockets.erase(index); },
             .set_multicast_hops = [this](std::uint16_t index, std::uint8_t h) { hops[index] = h; }}) {
    flush = [this](base::Outbox& outbox) { collect_from(outbox); };
  }
  // Endpoints close their sockets while the table of them is there.
  ~RtpEndpointTest() override { shard.release_all(); }

  RtpEndpoint& make_rtp(const std::string& id, Value crypto = {}, bool use_ipv6 = false) {
    const auto made =
        shard.objects().create(kRtpEndpointClass, id, {Value("pipe"), std::move(crypto), use_ipv6});
    EXPECT_TRUE(made.ok()) << made.error().message;
    return dynamic_cast<RtpEndpoint&>(*shard.objects().find(id));
  }
  static Value sdes(const std::string& member, const std::string& key, const std::string& suite = {}) {
    SDES value;
    if (member == "key") value.key = key;
    if (member == "keyBase64") value.key_base64 = key;
    if (!suite.empty()) value.crypto = suite_named(suite);
    return value.to_value();
  }
  static CryptoSuite suite_named(const std::string& name) {
    if (name == "AES_128_CM_HMAC_SHA1_32") return CryptoSuite::aes_128_cm_hmac_sha1_32;
    if (name == "AES_128_CM_HMAC_SHA1_80") return CryptoSuite::aes_128_cm_hmac_sha1_80;
    if (name == "AES_256_CM_HMAC_SHA1_32") return CryptoSuite::aes_256_cm_hmac_sha1_32;
    return CryptoSuite::aes_256_cm_hmac_sha1_80;
  }
  static std::string plain() { return sdp::read_text("kurento/rtp-plain.offer.sdp"); }

  // One datagram to the port of that number.
  void come(std::uint16_t number, const base::SocketAddress& from, const Octets& bytes) {
    const std::uint16_t index = index_of(number);
    base::PacketRef packet = shard.packets().acquire();
    std::copy(bytes.begin(), bytes.end(), packet->bytes);
    packet->length = static_cast<std::uint16_t>(bytes.size());
    packet->arrived = now();
    std::vector<loop::ReceivedDatagram> batch;
    batch.push_back({std::move(packet), from});
    shard.on_batch(index, batch, now());
    collect_from(shard.outbox());
  }
  void advance_to(base::Duration since_start) {
    const Instant end = pipeline::test::kStart + since_start;
    for (int steps = 0; shard.deadline() <= end; ++steps) {
      ASSERT_LT(steps, 10'000) << "somebody spins";
      shard.advance(std::max(now(), shard.deadline()));
      collect_from(shard.outbox());
    }
    shard.set_now(end);
  }
  static Octets rtp_packet(std::uint8_t payload_type, std::uint32_t ssrc, std::uint16_t sequence,
                           Octets payload = {1, 2, 3, 4}) {
    Octets packet(12 + payload.size());
    packet[0] = 0x80;
    packet[1] = payload_type;
    base::store_u16(packet.data() + 2, sequence);
    base::store_u32(packet.data() + 4, sequence * 160u);
    base::store_u32(packet.data() + 8, ssrc);
    std::copy(payload.begin(), payload.end(), packet.begin() + 12);
    return packet;
  }

  struct Sent {
    std::uint16_t from = 0;  // the number of our port
    base::SocketAddress to;
    Octets bytes;
    bool is_rtcp() const { return bytes.size() > 1 && bytes[1] >= 200 && bytes[1] <= 206; }
  };
  // What has gone out since the last call, without reports or only those.
  std::vector<Sent> take_sent(bool rtcp = false) {
    std::vector<Sent> taken;
    for (Sent& each : std::exchange(sent, {})) {
      if (each.is_rtcp() == rtcp) taken.push_back(std::move(each));
    }
    return taken;
  }

  std::map<std::uint16_t, base::SocketAddress> sockets;  // by index
  std::map<std::uint16_t, std::uint8_t> hops;            // by index
  std::uint16_t next_number = 50'000;
  std::uint16_t last_number = 60'000;
  std::vector<Sent> sent;

 private:
  base::Result<base::SocketAddress> open(std::uint16_t index, const base::SocketAddress& address) {
    const auto is_taken = [&](const base::SocketAddress& wanted) {
      return std::ranges::any_of(sockets, [&](const auto& socket) { return socket.second == wanted; });
    };
    base::SocketAddress bound = address;
    if (address.port() == 0) {
      do bound = address.with_port(next_number++);
      while (is_taken(bound));
    }
    if (bound.port() > last_number) return base::Error{"no number is left"};
    if (is_taken(bound)) return base::Error{"taken"};
    sockets[index] = bound;
    return bound;
  }
  std::uint16_t index_of(std::uint16_t number) const {
    for (const auto& [index, address] : sockets) {
      if (address.port() == number) return index;
    }
    ADD_FAILURE() << "no socket has the number " << number;
    return 0;
  }
  void collect_from(base::Outbox& outbox) {
    for (const base::Egress& egress : outbox.pending()) {
      const base::Bytes bytes = std::as_const(outbox).bytes(egress);
      const auto socket = sockets.find(egress.path.port_index);
      ASSERT_NE(socket, sockets.end()) << "sent from a socket that is closed";
      sent.push_back({socket->second.port(), egress.path.remote, {bytes.begin(), bytes.end()}});
    }
    outbox.clear();
  }
};

}  // namespace kaskado::elements::test
