#pragma once

#include "base/log.hpp"

namespace kaskado::media {

inline base::LogComponent log("media");

}  // namespace kaskado::media
