// Demuxer by libavformat.
#pragma once

#include <memory>
#include <string>

#include "container/demuxer.hpp"

namespace kaskado::container {

base::Result<std::unique_ptr<Demuxer>> open_av_demuxer(std::shared_ptr<ByteSource> bytes,
                                                       const DemuxerSettings& settings);
base::Result<std::unique_ptr<Demuxer>> open_av_demuxer(const std::string& address,
                                                       const DemuxerSettings& settings);

}  // namespace kaskado::container
