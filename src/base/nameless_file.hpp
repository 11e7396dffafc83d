// Files that nobody else sees, and that are gone with their descriptor.
#pragma once

#include <string>

#include "base/result.hpp"

namespace kaskado::base {

// The descriptor, to read and write. The error is a sentence with the folder.
Result<int> open_nameless_file(const std::string& folder);

}  // namespace kaskado::base
