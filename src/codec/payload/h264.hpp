// H264 (RFC 6184): sends packetization mode 1 and takes modes 0 and 1, that is single NAL units, STAP-A and
// FU-A.
#pragma once

#include <memory>

#include "codec/depacketizer.hpp"
#include "codec/packetizer.hpp"

namespace kaskado::codec {

std::unique_ptr<Depacketizer> make_h264_depacketizer();
std::unique_ptr<Packetizer> make_h264_packetizer();

}  // namespace kaskado::codec
