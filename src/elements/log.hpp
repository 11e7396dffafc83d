#pragma once

#include "base/log.hpp"

namespace kaskado::elements {

inline base::LogComponent log("elements");

}  // namespace kaskado::elements
