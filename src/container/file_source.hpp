// A file that has been opened, as a ByteSource.
#pragma once

#include <cstdint>
#include <memory>

#include "container/byte_source.hpp"

namespace kaskado::container {

// Closes the descriptor in the end. `size` in bytes.
std::shared_ptr<ByteSource> read_file(int descriptor, std::uint64_t size);

}  // namespace kaskado::container
