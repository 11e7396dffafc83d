// A received RTP packet on its whole way: parse, extensions, key frame, accept, stamp, and the parse of what
// was stamped. The first byte picks the codec, the second the forms of the extension ids.
#include <cstring>

#include "fuzz/support/require.hpp"
#include "rtp/receive_stream.hpp"
#include "rtp/send_stream.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::rtp;
using fuzz::require;

ExtensionMap extensions(std::uint8_t first_id) {
  ExtensionMap map;
  for (std::size_t i = 0; i < kExtensionKinds; ++i)
    map.set(static_cast<ExtensionKind>(i), static_cast<std::uint8_t>(first_id + i));
  return map;
}

void check_stamped(const MediaPacket& media, const Stamped& stamped, const std::uint8_t* slot) {
  if (stamped.drop != base::DropReason::none) return;
  const auto header = parse_rtp({slot, stamped.header_bytes});
  require(header && header->payload_offset == stamped.header_bytes && header->payload_length == 0);
  require(header->csrc_count == media.header.csrc_count && header->marker == media.header.marker);
  require(stamped.header_bytes + media.header.payload_length <= base::kMaxDatagramBytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size - 2 > base::kMaxDatagramBytes) return 0;
  const auto codec = static_cast<VideoCodec>(data[0] % 6);
  const std::uint8_t egress_id = data[1] & 1 ? 1 : 20;
  base::PacketPool pool(64);
  base::PacketRef packet = pool.acquire();
  packet->length = static_cast<std::uint16_t>(size - 2);
  std::memcpy(packet->bytes, data + 2, size - 2);
  auto media = read_media_packet(packet, extensions(1));
  if (!media) return 0;
  require(media->header.payload_offset + media->header.payload_length + media->header.padding_bytes ==
          size - 2u);

  const std::array<ReceivePayload, 1> receive{{{media->header.payload_type, codec}}};
  const std::array<SendPayload, 1> send{{{media->header.payload_type, PayloadType{96}}}};
  ReceiveStream receiver({.ssrc = media->header.ssrc, .payloads = receive});
  SendStream sender({.ssrc = Ssrc{1},
                     .kind = MediaKind::audio,
                     .payloads = send,
                     .extensions = extensions(egress_id),
                     .mid = "v"});
  sender.switch_source(receiver.source());
  std::uint8_t slot[base::kMaxDatagramBytes], again[base::kMaxDatagramBytes];
  require(receiver.accept(*media, {}).drop == base::DropReason::none);
  require(receiver.accept(*media, {}).drop == base::DropReason::duplicate_packet);
  const Stamped stamped = sender.stamp(*media, slot);
  check_stamped(*media, stamped, slot);
  const MediaPacket* lost = sender.find_lost(low_bits(stamped.packet_index), receiver.history(), {});
  if (stamped.drop != base::DropReason::none || !lost) return 0;
  const Stamped restamped = sender.restamp(*lost, again);
  require(restamped.packet_index == stamped.packet_index && restamped.header_bytes == stamped.header_bytes);
  require(std::memcmp(slot, again, stamped.header_bytes) == 0);
  return 0;
}
