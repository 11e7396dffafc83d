// The modules of codecs, each loaded with its first use (base/late_module.hpp).
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "codec/codec_module.hpp"

namespace kaskado::codec {

enum class CodecLibrary : std::uint8_t { vpx, openh264, opus, avcodec };

// Any thread. The error names the file and what is the matter with it; the next call tries again.
base::Result<const CodecModule*> codec_library(CodecLibrary library);

// Whether its file is there. Loads nothing.
bool is_installed(CodecLibrary library);

}  // namespace kaskado::codec
