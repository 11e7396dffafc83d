// Datagrams from several senders to the ports of one RTP transport, in the clear or sealed, with time passing
// between them. The first octet chooses the kind of peer; each datagram is: sender and port, time, length,
// octets.
#include <cstdlib>

#include "base/bytes.hpp"
#include "base/packet.hpp"
#include "transport/rtp_transport.hpp"

using namespace kaskado;
using namespace kaskado::transport;

namespace {

constexpr std::uint16_t kRtp = 4;
constexpr std::uint16_t kRtcp = 5;

base::SocketAddress sender(std::uint8_t number) {
  return base::SocketAddress::v4({192, 0, 2, static_cast<std::uint8_t>(number & 3)},
                                 static_cast<std::uint16_t>(4000 + (number >> 2 & 3)));
}

RtpRemote remote_of(std::uint8_t kind) {
  RtpRemote remote;
  remote.connects = kind & 1;
  remote.rtcp_mux = kind & 2;
  if (!remote.connects) remote.rtp = remote.rtcp = sender(0);
  if (kind & 4) remote.sources = {rtp::Ssrc{0x01010101}};
  if (kind & 8) {
    remote.key.emplace();
    remote.key->master.profile = srtp::Profile::aes128_cm_sha1_80;
    if (kind & 16) remote.key->mki = {{1}, 1};
  }
  return remote;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  base::ByteReader reader({data, size});
  const std::uint8_t kind = reader.u8();
  const RtpRemote remote = remote_of(kind);
  Demux demux;
  RtpTransportConfig config{.rtp_port = kRtp, .rtcp_port = kind & 32 ? kRtp : kRtcp};
  if (remote.key) config.key = remote.key->master;
  RtpTransport transport(1, config, demux);
  transport.set_remote(remote);
  require(transport.line().is_open() == !remote.connects);
  base::PacketPool pool(64);
  base::Instant now{std::chrono::seconds{1000}};
  while (reader.remaining() >= 4) {
    const std::uint8_t from = reader.u8();
    now += std::chrono::milliseconds{100} * reader.u8();
    const base::Bytes bytes = reader.take(std::min<std::size_t>(reader.u16() % 200, reader.remaining()));
    const base::Path path{from & 0x80 ? config.rtcp_port : kRtp, sender(from)};
    require(demux.find(path, bytes) == 1u);
    base::PacketRef packet = pool.acquire();
    std::copy(bytes.begin(), bytes.end(), packet->bytes);
    packet->length = static_cast<std::uint16_t>(bytes.size());
    const Received received = transport.receive(*packet, path, now);
    if (received.drop == base::DropReason::none) {
      require(packet->length >= 8 && packet->length <= bytes.size());
      require(transport.is_receiving() && transport.is_connected());
      require(received.kind == DatagramKind::rtp || received.kind == DatagramKind::rtcp);
    }
    if (transport.deadline() <= now) transport.advance(now);
    require(transport.deadline() > now);
    transport.take_changes();
  }
  return 0;
}
