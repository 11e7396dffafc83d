// One channel into two and back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kaskado::media {

// Appends `in`, interleaved, with another number of channels: the same on both, or their mean. Only one and
// two are known; more are taken by their first two.
inline void mix_channels(std::span<const std::int16_t> in, int from, int to, std::vector<std::int16_t>& out) {
  if (from == to) {
    out.insert(out.end(), in.begin(), in.end());
    return;
  }
  const auto step = static_cast<std::size_t>(from);
  for (std::size_t i = 0; i + step <= in.size(); i += step) {
    const int left = in[i], right = from > 1 ? in[i + 1] : left;
    if (to == 1) {
      out.push_back(static_cast<std::int16_t>((left + right) / 2));
    } else {
      out.push_back(static_cast<std::int16_t>(left));
      out.push_back(static_cast<std::int16_t>(right));
    }
  }
}

}  // namespace kaskado::media
