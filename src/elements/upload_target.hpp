// A recording in a store that takes PUT: by way of a spool, so that the store may be away for a while.
#pragma once

#include <memory>
#include <string>

#include "loop/spool.hpp"
#include "media/recording/recording_target.hpp"

namespace kaskado::elements {

// Begins the upload. The error is a sentence.
base::Result<std::shared_ptr<media::RecordingTarget>> open_upload_target(
    const std::string& address, std::shared_ptr<loop::Uploader> uploader, const std::string& spool_folder,
    std::uint64_t most_spooled_bytes);

}  // namespace kaskado::elements
