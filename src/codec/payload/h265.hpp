// H265 (RFC 7798) without decoding order numbers: single NAL units, aggregation packets and fragmentation
// units.
#pragma once

#include <memory>

#include "codec/depacketizer.hpp"
#include "codec/packetizer.hpp"

namespace kaskado::codec {

std::unique_ptr<Depacketizer> make_h265_depacketizer();
std::unique_ptr<Packetizer> make_h265_packetizer();

}  // namespace kaskado::codec
