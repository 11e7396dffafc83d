// A recording as a file of this machine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "media/recording/recording_target.hpp"

namespace kaskado::media {

// Makes the file, or empties it. Where `roots` are given it has to lie in one of these folders: neither ".."
// nor a symbolic link leads out of it. The error is a sentence that names the file.
base::Result<std::shared_ptr<RecordingTarget>> open_file_target(const std::string& path,
                                                                const std::vector<std::string>& roots = {});

}  // namespace kaskado::media
