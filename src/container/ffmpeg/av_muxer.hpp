// Muxer by libavformat.
#pragma once

#include <memory>

#include "container/muxer.hpp"

namespace kaskado::container {

base::Result<std::unique_ptr<Muxer>> make_av_muxer(MuxerSettings settings, std::shared_ptr<ByteSink> sink);

}  // namespace kaskado::container
