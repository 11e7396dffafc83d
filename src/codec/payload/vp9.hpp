// VP9 (RFC 9628).
#pragma once

#include <memory>

#include "codec/depacketizer.hpp"
#include "codec/packetizer.hpp"

namespace kaskado::codec {

std::unique_ptr<Depacketizer> make_vp9_depacketizer();
std::unique_ptr<Packetizer> make_vp9_packetizer();

}  // namespace kaskado::codec
