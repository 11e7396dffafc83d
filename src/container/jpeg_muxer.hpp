// A file of JPEG pictures, one behind the other. It has no times, and who reads it takes 25 pictures a second
// for granted: so that is what it gets.
#pragma once

#include <memory>

#include "container/muxer.hpp"

namespace kaskado::container {

// One track of JPEG pictures. A picture that stays for longer is repeated, and what comes too fast is left
// out.
base::Result<std::unique_ptr<Muxer>> make_jpeg_muxer(const MuxerSettings& settings,
                                                     std::shared_ptr<ByteSink> sink);

}  // namespace kaskado::container
