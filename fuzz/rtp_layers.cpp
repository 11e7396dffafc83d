// A stream with layers on its way to a subscriber whose wishes change: numbers have no holes but the source's, and what is
// sent again is the same bytes, or says as a retransmission which packet it repeats. The first octet picks codec and form;
// then records: what happens, and for a packet the length and octets of its payload.
#include <algorithm>
#include <array>
#include <cstring>

#include "fuzz/support/require.hpp"
#include "rtp/receive_stream.hpp"
#include "rtp/send_stream.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::rtp;
using fuzz::require;

constexpr PayloadType kIn{96}, kOut{100}, kRtx{101};
constexpr std::size_t kHeader = kFixedHeaderBytes;

struct World {
  World(VideoCodec codec, bool rtx) : receive{{{kIn, codec}}} {
    if (rtx) sender.set_retransmission({.ssrc = Ssrc{2}, .payloads = kRtxPayloads, .first_sequence = {5}});
    sender.set_layer_limits({});
    sender.switch_source(receiver.source());
  }

  void packet(base::Bytes payload, bool next_frame, bool lost) {
    if (next_frame) timestamp += 3000;
    ++sequence;
    if (lost) return;
    base::PacketRef packet = pool.acquire();
    const RtpHeader header{.ssrc = Ssrc{9}, .timestamp = {timestamp}, .sequence = {sequence}, .payload_type = kIn};
    write_fixed_header(header, packet->bytes);
    if (!payload.empty()) std::memcpy(packet->bytes + kHeader, payload.data(), payload.size());
    packet->length = static_cast<std::uint16_t>(kHeader + payload.size());
    auto media = read_media_packet(packet, {});
    require(media.has_value());
    if (receiver.accept(*media, {}).drop != base::DropReason::none) return;
    const Octets before(*media);
    const Stamped stamped = sender.stamp(*media, slot);
    require(before == Octets(*media));
    if (stamped.drop != base::DropReason::none) return;
    require(stamped.payload(*media, slot).size() == media->header.payload_length);
    check_again(*media, stamped);
  }

 private:
  struct Octets {
    explicit Octets(const MediaPacket& media) { std::memcpy(bytes, media.packet->bytes, length = media.packet->length); }
    bool operator==(const Octets& other) const { return length == other.length && std::memcmp(bytes, other.bytes, length) == 0; }
    std::size_t length;
    std::uint8_t bytes[base::kMaxDatagramBytes];
  };

  void check_again(const MediaPacket& media, const Stamped& first) {
    now += std::chrono::seconds{1};
    const MediaPacket* lost = sender.find_lost(low_bits(first.packet_index), receiver.history(), now);
    if (!lost) return;
    const Stamped stamped = sender.restamp(*lost, again);
    if (stamped.drop != base::DropReason::none) return;
    const base::Bytes then = first.payload(media, slot);
    base::Bytes repeated = stamped.payload(*lost, again);
    if ((again[1] & 0x7f) == kRtx.value) {
      require(base::load_u16(repeated.data()) == static_cast<std::uint16_t>(first.packet_index));
      repeated = repeated.subspan(2);
    } else {
      require(stamped.packet_index == first.packet_index && std::memcmp(slot, again, first.header_bytes) == 0);
    }
    require(std::ranges::equal(then, repeated));
  }

  static constexpr std::array<RetransmissionStream::Payload, 1> kRtxPayloads{{{kOut, kRtx}}};
  static constexpr std::array<SendPayload, 1> kSend{{{kIn, kOut}}};
  base::PacketPool pool{256};
  const std::array<ReceivePayload, 1> receive;

 public:
  ReceiveStream receiver{{.ssrc = Ssrc{9}, .payloads = receive, .history_packets = 64}};
  SendStream sender{{.ssrc = Ssrc{1}, .payloads = kSend}};

 private:
  std::uint16_t sequence = 0;
  std::uint32_t timestamp = 0;
  base::Instant now{std::chrono::seconds{1}};
  std::uint8_t slot[base::kMaxDatagramBytes], again[base::kMaxDatagramBytes];
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 4096) return 0;
  World world(static_cast<VideoCodec>(data[0] % 6), data[0] & 0x80);
  base::Bytes rest{data + 1, size - 1};
  while (rest.size() >= 2) {
    const std::uint8_t what = rest[0], number = rest[1];
    rest = rest.subspan(2);
    if (what & 0x80) {
      world.sender.set_layer_limits({static_cast<std::uint8_t>(number >> 4), static_cast<std::uint8_t>(number & 0x0f)});
      continue;
    }
    const std::size_t length = std::min<std::size_t>(number, rest.size());
    world.packet(rest.first(length), what & 1, what & 2);
    rest = rest.subspan(length);
  }
  return 0;
}
