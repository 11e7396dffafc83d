// What becomes of time in which nothing came (Kurento's GapsFixMethod).
#pragma once

#include <cstdint>

namespace kaskado::media {

enum class GapsFix : std::uint8_t {
  none,              // it stays in the file
  generate_times,    // where neither sound nor pictures came, it is taken out
  fill_with_silence  // sound that is missing is silence
};

}  // namespace kaskado::media
