// Any octets as a frame that is to be sent: the first octet names the format, the second how long payloads
// may be. What is written whole is read whole.
#include "fuzz/support/depacketizer_target.hpp"

using namespace kaskado;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const codec::PayloadFormat format{static_cast<codec::CodecId>(data[0] % 11), data[0] >= 128};
  const std::vector<std::uint8_t> frame(data + 2, data + size);
  codec::EncodedFrame encoded;
  encoded.codec = format.codec;
  encoded.bytes = std::make_shared<const std::vector<std::uint8_t>>(frame);
  encoded.key_frame = codec::is_key_frame(format.codec, frame);
  const auto packetizer = codec::Packetizer::create(format);
  packetizer->begin(encoded, data[1]);
  std::vector<std::vector<std::uint8_t>> payloads;
  std::vector<std::uint8_t> room(data[1]);
  bool last = false;
  while (const auto fragment = packetizer->next(room)) {
    fuzz::require(!last && fragment->bytes > 0 && fragment->bytes <= room.size());
    last = fragment->last;
    payloads.emplace_back(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(fragment->bytes));
  }
  // Opus packets are looked into when they come, not when they go.
  if (!last || format.codec == codec::CodecId::opus) return 0;
  const std::vector<base::Bytes> spans(payloads.begin(), payloads.end());
  const auto assembled = codec::Depacketizer::create(format)->assemble(spans);
  fuzz::require(assembled.ok());
  // The others are written in a form of their own.
  const bool same = format.codec != codec::CodecId::av1 && format.codec != codec::CodecId::h264 &&
                    format.codec != codec::CodecId::h265 && format.codec != codec::CodecId::amr_nb;
  fuzz::require(!same || *assembled->bytes == frame);
  return 0;
}
