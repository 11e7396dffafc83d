// Payloads from and to frames, for the tests of this room.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "codec/bitstream/av1.hpp"
#include "codec/bitstream/nal_units.hpp"
#include "codec/depacketizer.hpp"
#include "codec/packetizer.hpp"
#include "support/hex.hpp"

namespace kaskado::codec::test {

using kaskado::test::hex;
using Octets = std::vector<std::uint8_t>;

inline std::string to_hex(base::Bytes bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t octet : bytes) {
    if (!text.empty()) text += ' ';
    text += kDigits[octet >> 4];
    text += kDigits[octet & 15];
  }
  return text;
}

inline Octets joined(std::initializer_list<Octets> parts) {
  Octets all;
  for (const Octets& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

inline EncodedFrame frame_of(CodecId codec, Octets bytes, bool key_frame = false) {
  EncodedFrame frame;
  frame.codec = codec;
  frame.bytes = std::make_shared<const Octets>(std::move(bytes));
  frame.key_frame = key_frame;
  return frame;
}

struct Packetized {
  std::vector<Octets> payloads;
  std::vector<bool> last;
};

// Writes into rooms of exactly that size, so that a sanitizer sees what goes past.
inline Packetized packetize(Packetizer& packetizer, const EncodedFrame& frame,
                            std::size_t max_payload_bytes) {
  Packetized result;
  packetizer.begin(frame, max_payload_bytes);
  Octets room(max_payload_bytes);
  while (const auto fragment = packetizer.next(room)) {
    result.payloads.emplace_back(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(fragment->bytes));
    result.last.push_back(fragment->last);
  }
  return result;
}

inline base::Result<AssembledFrame, base::DropReason> assemble(Depacketizer& depacketizer,
                                                               const std::vector<Octets>& payloads) {
  const std::vector<base::Bytes> spans(payloads.begin(), payloads.end());
  return depacketizer.assemble(spans);
}

// The frame in hex, or the drop reason.
inline std::string assembled(const PayloadFormat& format, const std::vector<std::string>& payloads) {
  std::vector<Octets> octets;
  for (const std::string& payload : payloads) octets.push_back(hex(payload));
  const auto frame = assemble(*Depacketizer::create(format), octets);
  return frame ? to_hex(*frame->bytes) : std::string(to_string(frame.error()));
}

inline std::vector<std::string> packetized(const PayloadFormat& format, const std::string& frame,
                                           std::size_t max_payload_bytes, bool key_frame = false) {
  std::vector<std::string> result;
  const auto packetizer = Packetizer::create(format);
  for (const Octets& payload :
       packetize(*packetizer, frame_of(format.codec, hex(frame), key_frame), max_payload_bytes).payloads)
    result.push_back(to_hex(payload));
  return result;
}

inline bool starts(const PayloadFormat& format, const std::string& payload) {
  return Depacketizer::create(format)->starts_frame(hex(payload));
}

inline const std::string kBad = "bad_payload";

}  // namespace kaskado::codec::test
