// How much sound is in a frame, without decoding it.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "codec/codec_id.hpp"

namespace kaskado::codec {

// RFC 6716 §3.1: the configuration gives the length of a frame, the code how many there are, up to 120 ms
// (§3.2.5).
constexpr base::Duration opus_duration(base::Bytes frame) {
  if (frame.empty()) return {};
  const unsigned configuration = frame[0] >> 3, code = frame[0] & 3;
  const unsigned step = configuration & 3;
  unsigned length_us = 2500u << step;  // CELT
  if (configuration < 12)
    length_us = step == 3 ? 60'000u : 10'000u << step;  // SILK
  else if (configuration < 16)
    length_us = 10'000u << (configuration & 1);  // hybrid
  unsigned frames = code == 0 ? 1 : 2;
  if (code == 3) frames = frame.size() > 1 ? frame[1] & 0x3f : 0;
  return std::chrono::microseconds{std::min(frames * length_us, 120'000u)};
}

// ToC bytes, each before its frame (RFC 4867 §5.3): 20 ms a frame. Comfort noise counts as one.
constexpr base::Duration amr_duration(base::Bytes frames) {
  constexpr std::size_t kBytes[16] = {12, 13, 15, 17, 19, 20, 26, 31, 5};
  base::Duration duration{};
  for (std::size_t i = 0; i < frames.size(); i += 1 + kBytes[frames[i] >> 3 & 0xf])
    duration += std::chrono::milliseconds{20};
  return duration;
}

// `frame` as EncodedFrame has it; nothing in it is believed.
constexpr base::Duration sound_duration(CodecId codec, base::Bytes frame) {
  switch (codec) {
    case CodecId::opus:
      return opus_duration(frame);
    case CodecId::pcmu:
    case CodecId::pcma:
      return std::chrono::microseconds{125} * static_cast<std::int64_t>(frame.size());
    case CodecId::amr_nb:
      return amr_duration(frame);
    case CodecId::speex:
      return std::chrono::milliseconds{20};  // RFC 5574 §3.1
    default:
      return {};
  }
}

}  // namespace kaskado::codec
