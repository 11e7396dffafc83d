// By how much what leaves a mixer is behind what comes in. It is the time that frames have to arrive, the
// same for pictures and sound, so that they stay together.
#pragma once

#include "base/time.hpp"

namespace kaskado::media {

// What is to be seen and heard at t leaves with the tick at t + kMixingDelay, and is given that tick's time.
inline constexpr base::Duration kMixingDelay = std::chrono::milliseconds{40};

}  // namespace kaskado::media
