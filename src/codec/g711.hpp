// ITU-T G.711: 8 kHz, one channel, a byte a sample (RFC 3551 §4.5.14).
#pragma once

#include <cstdint>
#include <memory>

#include "codec/audio_codec.hpp"

namespace kaskado::codec {

// Samples of 16 bits: G.711's own 14 bits of µ-law and 13 of A-law stand at the upper end.
std::int16_t decode_mu_law(std::uint8_t code);
std::int16_t decode_a_law(std::uint8_t code);
std::uint8_t encode_mu_law(std::int16_t sample);
std::uint8_t encode_a_law(std::int16_t sample);

// `codec` is pcmu or pcma.
std::unique_ptr<AudioDecoder> make_g711_decoder(CodecId codec);
std::unique_ptr<AudioEncoder> make_g711_encoder(CodecId codec);

}  // namespace kaskado::codec
