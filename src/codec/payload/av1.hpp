// AV1 (RTP Payload Format For AV1, v1.0 of the Alliance for Open Media).
#pragma once

#include <memory>

#include "codec/depacketizer.hpp"
#include "codec/packetizer.hpp"

namespace kaskado::codec {

std::unique_ptr<Depacketizer> make_av1_depacketizer();
std::unique_ptr<Packetizer> make_av1_packetizer();

}  // namespace kaskado::codec
