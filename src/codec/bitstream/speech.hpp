// Frames of AMR-NB and Speex: how long they are.
#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.hpp"

namespace kaskado::codec {

// The speech bits of an AMR-NB frame by its frame type: the modes 0 … 7, comfort noise (8) and no data (15).
// Nothing for the others, which RTP does not carry (RFC 4867 §4.3.2; 3GPP TS 26.101 tables 1a, 2).
std::optional<std::size_t> amr_nb_frame_bits(int frame_type);

// In AMR's storage format: each frame behind the octet |P|FT (4)|Q|P|P| (RFC 4867 §5.3). Nothing where the
// last is cut short, a type is none or there is no frame.
std::optional<int> count_amr_nb_frames(base::Bytes stored);

// Frames of Speex in a payload, each with the layers of wide bands behind it and signals between them (RFC
// 5574 §3.3; the Speex manual, §9.3 and §10.4). Nothing where one is cut short, or there is none.
std::optional<int> count_speex_frames(base::Bytes payload);

}  // namespace kaskado::codec
