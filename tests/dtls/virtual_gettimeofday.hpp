// OpenSSL reads the wall clock for DTLS retransmission. An executable that links virtual_gettimeofday.cpp has
// its own gettimeofday(2), which stands still until it is set.
#pragma once

#include "base/time.hpp"

namespace kaskado::dtls {

// From now on gettimeofday() gives a fixed day plus the time since the instant 0.
void set_virtual_gettimeofday(base::Instant now);

}  // namespace kaskado::dtls
