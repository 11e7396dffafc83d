// Chunks of the fuzzer's making come to the data channels of an association that is up, in packets with the
// right tag. Between them messages go both ways and time passes. Whatever comes, what is kept stays within
// its bounds, and time goes on.
#include <usrsctp.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "fuzz/support/require.hpp"
#include "sctp/data_channels.hpp"
#include "tests/dtls/virtual_gettimeofday.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::sctp;
using fuzz::require;
using Packet = std::vector<std::uint8_t>;

constexpr std::size_t kHeaderBytes = 12;

base::Instant now{std::chrono::hours{1}};

class Pair {
 public:
  Pair() : client_({.dtls_client = true}, now), server_({.dtls_client = false}, now) {
    for (int turns = 0; turns < 20 && !(client_.is_established() && server_.is_established()); ++turns)
      exchange();
    require(client_.is_established() && server_.is_established());
    client_.open({.label = "a"}, now).value();
    server_.open({.label = "b", .ordered = false}, now).value();
    for (int turns = 0; turns < 4; ++turns) exchange();
  }

  // As if the client had sent these chunks.
  void inject(base::Bytes chunks) {
    Packet packet(header_);
    const std::size_t room = base::kMaxDatagramBytes - packet.size();
    packet.insert(packet.end(), chunks.begin(),
                  chunks.begin() + static_cast<std::ptrdiff_t>(std::min(room, chunks.size())));
    server_.receive(packet, now);
    server_.flush(now);
  }
  void send(std::uint8_t length) {
    const auto bytes = std::make_shared<MessageBytes>(100 * length, length);
    for (const ChannelId id : server_.ids()) server_.send(id, length % 2 != 0, bytes, now);
    for (const ChannelId id : client_.ids()) client_.send(id, length % 2 != 0, bytes, now);
  }
  void close(std::uint8_t id) { server_.close(id, now); }
  void exchange() {
    now += std::chrono::milliseconds{20};
    dtls::set_virtual_gettimeofday(now);
    client_.advance(now);
    server_.advance(now);
    read(client_);
    read(server_);
    pass(client_, server_, true);
    pass(server_, client_, false);
  }
  void check() const {
    require(server_.buffered_bytes() <= DataChannels::kMaxBufferedBytes);
    require(server_.ids().size() <= Association::kStreams);
    require(server_.deadline() > now);
  }

 private:
  void pass(DataChannels& from, DataChannels& to, bool by_client) {
    std::vector<Packet> packets;
    for (base::Bytes packet; !(packet = from.next_packet()).empty();)
      packets.emplace_back(packet.begin(), packet.end());
    for (const Packet& packet : packets) {
      // Of INIT the tag is 0.
      if (by_client && base::load_u32(packet.data() + 4) != 0)
        header_.assign(packet.begin(), packet.begin() + kHeaderBytes);
      to.receive(packet, now);
      to.flush(now);
      read(to);
    }
  }
  static void read(DataChannels& channels) {
    while (const auto event = channels.next_event(now)) {
      const auto* const message = std::get_if<ChannelMessage>(&*event);
      require(!message || message->bytes.size() <= DataChannels::kMaxMessageBytes);
    }
  }

  DataChannels client_;
  DataChannels server_;
  Packet header_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool once = [] {
    dtls::set_virtual_gettimeofday(now);
    DataChannels first({}, now);
    usrsctp_enable_crc32c_offload();  // checksums are not looked at
    return true;
  }();
  require(once);
  base::ByteReader program({data, size});
  Pair pair;
  for (int steps = 0; steps < 40 && program.remaining() > 0; ++steps) {
    const std::uint8_t code = program.u8();
    switch (code % 4) {
      case 0:
      case 1:
        pair.inject(program.take(std::min<std::size_t>(program.u8() * 4u, program.remaining())));
        break;
      case 2:
        pair.send(program.u8());
        break;
      default:
        if (code >= 0x80) pair.close(program.u8());
        break;
    }
    pair.exchange();
    pair.check();
  }
  return 0;
}
