// Payloads of one RTP timestamp, as a depacketizer gets them from whoever sends them.
//
// The input is a row of payloads, each behind an octet that is its length; 255 stands for all that is left.
#pragma once

#include <algorithm>
#include <vector>

#include "codec/depacketizer.hpp"
#include "codec/frame_facts.hpp"
#include "codec/packetizer.hpp"
#include "fuzz/support/require.hpp"

namespace kaskado::fuzz {

// What a format may add for each octet that it is given, and for the whole frame.
struct Bound {
  std::size_t factor = 1;
  std::size_t more = 0;
};

// A forged unit may have start codes within, and then is others when it is read from a byte stream.
inline bool has_nal_units(codec::CodecId codec) {
  return codec == codec::CodecId::h264 || codec == codec::CodecId::h265;
}

inline std::vector<base::Bytes> split_payloads(base::Bytes input) {
  base::ByteReader reader(input);
  std::vector<base::Bytes> payloads;
  while (reader.remaining() > 0) {
    const std::size_t length = reader.u8();
    payloads.push_back(
        reader.take(length == 255 ? reader.remaining() : std::min(length, reader.remaining())));
  }
  return payloads;
}

// A frame that came of payloads is one that can be sent on, and is then the same.
inline void send_on(const codec::PayloadFormat& format, const codec::AssembledFrame& frame,
                    std::size_t max_payload_bytes) {
  const auto packetizer = codec::Packetizer::create(format);
  codec::EncodedFrame encoded;
  encoded.codec = format.codec;
  encoded.bytes = frame.bytes;
  encoded.key_frame = frame.key_frame;
  packetizer->begin(encoded, max_payload_bytes);
  std::vector<std::vector<std::uint8_t>> rooms;
  std::vector<base::Bytes> payloads;
  bool last = false;
  while (true) {
    rooms.emplace_back(max_payload_bytes);
    const auto fragment = packetizer->next(rooms.back());
    if (!fragment) break;
    require(!last && fragment->bytes > 0 && fragment->bytes <= max_payload_bytes);
    last = fragment->last;
    payloads.emplace_back(rooms.back().data(), fragment->bytes);
  }
  if (!last) return;  // some of it does not fit into payloads of this size, or none
  const auto again = codec::Depacketizer::create(format)->assemble(payloads);
  require(again.ok());
  require(has_nal_units(format.codec) || *again->bytes == *frame.bytes);
}

inline void depacketize(const codec::PayloadFormat& format, const Bound& bound, base::Bytes input) {
  const auto depacketizer = codec::Depacketizer::create(format);
  const auto payloads = split_payloads(input);
  std::size_t total = 0;
  for (const base::Bytes payload : payloads) {
    total += payload.size();
    depacketizer->starts_frame(payload);
  }
  const auto frame = depacketizer->assemble(payloads);
  if (!frame) return require(frame.error() == base::DropReason::bad_payload);
  require(frame->bytes && !frame->bytes->empty() &&
          frame->bytes->size() <= total * bound.factor + bound.more);
  require(frame->bytes->capacity() == frame->bytes->size());
  require(has_nal_units(format.codec) ||
          frame->key_frame == codec::is_key_frame(format.codec, *frame->bytes));
  codec::picture_size(format.codec, *frame->bytes);
  codec::sound_duration(format.codec, *frame->bytes);
  for (const std::size_t most : {1200u, 50u, 7u}) send_on(format, *frame, most);
}

}  // namespace kaskado::fuzz
