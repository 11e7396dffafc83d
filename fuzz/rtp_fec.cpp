// FEC packets of any kind between media of which some is lost: what is recovered is one RTP packet of the
// stream that had not come, and what waits has a bound. Records: what happens, and the length and octets of a
// payload.
#include <algorithm>
#include <cstring>
#include <optional>

#include "fuzz/support/require.hpp"
#include "rtp/fec_receiver.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::rtp;
using fuzz::require;

constexpr Ssrc kSsrc{9};
constexpr PayloadType kMedia{96};
constexpr std::array<ReceivePayload, 1> kPayloads{{{kMedia, VideoCodec::vp8}}};

class World {
 public:
  World() {
    extensions_.set(ExtensionKind::abs_send_time, 1);
    extensions_.set(ExtensionKind::transport_cc, 2);
    media({}, false, false);
  }

  void media(base::Bytes payload, bool lost, bool again) {
    now_ += std::chrono::milliseconds{1};
    ++sequence_;
    if (lost) return;
    base::PacketRef packet = packet_of(payload, kFixedHeaderBytes);
    write_fixed_header(
        {.ssrc = kSsrc, .timestamp = {sequence_ * 90u}, .sequence = {sequence_}, .payload_type = kMedia},
        packet->bytes);
    // The payload may begin with an extension, which then is looked into.
    if (!payload.empty() && payload[0] == 0xbe) packet->bytes[0] |= 0x10;
    auto media = read_media_packet(packet, extensions_);
    if (!media) return;
    if (again) media->delivery = Delivery::retransmitted;
    accept(std::move(*media));
    recover();
  }

  void fec(base::Bytes payload, bool flexible) {
    const base::PacketRef packet = packet_of(payload, 0);
    const base::Bytes copy{packet->bytes, packet->length};
    const auto fec = flexible ? parse_flexfec(copy) : parse_ulpfec(copy);
    if (!fec) return receiver_.count_bad();
    for (const FecLevel& level : fec->levels())
      require(level.parity_offset + std::size_t{level.length} <= copy.size());
    receiver_.receive(*fec, packet, copy, stream_);
    recover();
    require(receiver_.waiting() <= FecReceiver::kMostWaiting);
    require(counters_.received == counters_.discarded + counters_.recovered + receiver_.waiting());
  }

  void pass(base::Duration time) {
    now_ += time;
    receiver_.expire(now_);
  }

 private:
  base::PacketRef packet_of(base::Bytes octets, std::size_t offset) {
    base::PacketRef packet = pool_.acquire();
    require(static_cast<bool>(packet));
    if (!octets.empty()) std::memcpy(packet->bytes + offset, octets.data(), octets.size());
    packet->length = static_cast<std::uint16_t>(offset + octets.size());
    packet->arrived = now_;
    return packet;
  }
  void accept(MediaPacket&& media) {
    const SequenceNumber sequence = media.header.sequence;
    if (stream_.accept(media, now_).drop == base::DropReason::none)
      receiver_.media_came(stream_, stream_.extended(sequence));
  }
  void recover() {
    while (auto media = receiver_.recover(stream_, extensions_, pool_, now_)) {
      require(media->header.ssrc == kSsrc && media->packet->length <= base::kMaxDatagramBytes);
      require(media->header.payload_offset + media->header.payload_length <= media->packet->length);
      require(!stream_.has_come(stream_.extended(media->header.sequence)));
      accept(std::move(*media));
    }
  }

  base::PacketPool pool_{1024};
  ExtensionMap extensions_;
  ReceiveStream stream_{{.ssrc = kSsrc, .payloads = kPayloads, .history_packets = 128}};
  FecCounters counters_;
  FecReceiver receiver_{counters_};
  std::uint16_t sequence_ = 0xffef;
  base::Instant now_{std::chrono::seconds{1}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 4096) return 0;
  World world;
  base::Bytes rest{data, size};
  while (rest.size() >= 2) {
    const std::uint8_t what = rest[0];
    const std::size_t length = std::min<std::size_t>(rest[1], rest.size() - 2);
    const base::Bytes payload = rest.subspan(2, length);
    rest = rest.subspan(2 + length);
    if (what >= 0xf0) {
      world.pass(std::chrono::milliseconds{(what & 0x0f) * 100});
    } else if (what & 1) {
      world.fec(payload, what & 2);
    } else {
      world.media(payload, what & 2, what & 4);
    }
  }
  return 0;
}
