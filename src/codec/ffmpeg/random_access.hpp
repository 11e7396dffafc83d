// Whether decoding can begin with a frame, by a look at its headers. libavcodec does not say so before it has
// tried.
#pragma once

#include "base/bytes.hpp"
#include "codec/codec_id.hpp"

namespace kaskado::codec {

bool is_random_access(CodecId codec, base::Bytes frame);

}  // namespace kaskado::codec
