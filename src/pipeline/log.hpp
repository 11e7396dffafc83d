#pragma once

#include "base/log.hpp"

namespace kaskado::pipeline {

inline base::LogComponent log("pipeline");

}  // namespace kaskado::pipeline
