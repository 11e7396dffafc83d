// Formats whose payload is the frame itself: Opus (RFC 7587 §4.2), PCMU and PCMA (RFC 3551 §4.5.14), Speex
// (RFC 5574 §3.1).
#pragma once

#include <memory>

#include "codec/codec_id.hpp"
#include "codec/depacketizer.hpp"
#include "codec/packetizer.hpp"

namespace kaskado::codec {

std::unique_ptr<Depacketizer> make_sound_depacketizer(CodecId codec);
std::unique_ptr<Packetizer> make_sound_packetizer();

}  // namespace kaskado::codec
