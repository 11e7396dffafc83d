// Writes that go on where a call is interrupted or takes only a part.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace kaskado::base {

// Both give 0 when all is written, else the errno of the call that was refused. They allocate nothing and take no lock, so
// that a signal handler may call them.
int write_all(int descriptor, Bytes bytes);
// From `at` on, which stands behind what has been written then, also of a part.
int write_all_at(int descriptor, Bytes bytes, std::uint64_t& at);

}  // namespace kaskado::base
