// VP8 (RFC 7741).
#pragma once

#include <memory>

#include "codec/depacketizer.hpp"
#include "codec/packetizer.hpp"

namespace kaskado::codec {

std::unique_ptr<Depacketizer> make_vp8_depacketizer();
std::unique_ptr<Packetizer> make_vp8_packetizer();

}  // namespace kaskado::codec
