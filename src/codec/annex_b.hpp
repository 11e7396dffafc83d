// NAL units of a byte stream (ITU-T H.264 and H.265, Annex B).
#pragma once

#include <cstddef>
#include <cstring>

#include "base/bytes.hpp"

namespace kaskado::codec {

// Walks over the NAL units, without their start codes.
class NalUnits {
 public:
  explicit NalUnits(base::Bytes stream) : rest_(stream) { skip_to_start_code(); }

  // Empty behind the last one. Units without a byte are left out.
  base::Bytes next() {
    while (!rest_.empty()) {
      const base::Bytes unit = rest_;
      base::Bytes found = unit.first(skip_to_start_code());
      while (!found.empty() && found.back() == 0) found = found.first(found.size() - 1);
      if (!found.empty()) return found;
    }
    return {};
  }

 private:
  // Leaves rest_ behind the next 00 00 01, and gives the bytes before that.
  std::size_t skip_to_start_code() {
    const std::uint8_t* const begin = rest_.data();
    const std::uint8_t* const end = begin + rest_.size();
    for (const std::uint8_t* at = begin; end - at > 2;) {
      const void* const one = std::memchr(at + 2, 1, static_cast<std::size_t>(end - at - 2));
      if (!one) break;
      const auto* const found = static_cast<const std::uint8_t*>(one);
      at = found - 1;
      if (found[-1] != 0 || found[-2] != 0) continue;
      rest_ = {found + 1, end};
      return static_cast<std::size_t>(found - 2 - begin);
    }
    const std::size_t all = rest_.size();
    rest_ = {};
    return all;
  }

  base::Bytes rest_;
};

}  // namespace kaskado::codec
