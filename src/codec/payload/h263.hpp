// H263-1998 and H263-2000 (RFC 4629).
#pragma once

#include <memory>

#include "codec/depacketizer.hpp"
#include "codec/packetizer.hpp"

namespace kaskado::codec {

std::unique_ptr<Depacketizer> make_h263_depacketizer();
std::unique_ptr<Packetizer> make_h263_packetizer();

}  // namespace kaskado::codec
