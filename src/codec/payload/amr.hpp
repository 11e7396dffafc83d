// AMR-NB (RFC 4867), octet-aligned or bandwidth-efficient, one channel, without interleaving, CRCs and robust
// sorting. Requests for another mode (CMR) are neither made nor heard.
#pragma once

#include <memory>

#include "codec/depacketizer.hpp"
#include "codec/packetizer.hpp"

namespace kaskado::codec {

std::unique_ptr<Depacketizer> make_amr_depacketizer(bool octet_aligned);
std::unique_ptr<Packetizer> make_amr_packetizer(bool octet_aligned);

}  // namespace kaskado::codec
