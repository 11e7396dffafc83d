// What can be told of a coded frame without decoding it. Total on any input, and nothing but bounds is
// believed.
#pragma once

#include <optional>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "codec/bitstream/picture_size.hpp"
#include "codec/codec_id.hpp"
#include "codec/encoded_frame.hpp"

namespace kaskado::codec {

// Of the picture that is shown, where the frame says it: key frames do, and H264, H265 and AV1 with them only
// where the parameter sets or the sequence header stand before them. Of several spatial layers the largest.
// Not from sound.
std::optional<PictureSize> picture_size(const EncodedFrame& frame);
std::optional<PictureSize> picture_size(CodecId codec, base::Bytes frame);

// Whether decoding can begin with it. Always with sound. H264 and H265: a random access picture, whether or
// not the parameter sets stand before it.
bool is_key_frame(CodecId codec, base::Bytes frame);

// Of the sound in a frame. Nothing where it is no frame of the codec, or one of pictures.
std::optional<base::Duration> sound_duration(CodecId codec, base::Bytes frame);

}  // namespace kaskado::codec
