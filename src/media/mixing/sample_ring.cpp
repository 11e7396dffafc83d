#include "media/mixing/sample_ring.hpp"

#include <algorithm>

namespace kaskado::media {

void SampleRing::reset(int channels) {
  channels_ = channels;
  samples_.assign(static_cast<std::size_t>(kCapacity) * static_cast<std::size_t>(channels), 0);
}

void SampleRing::append(std::span<const std::int16_t> interleaved) {
  const std::size_t until_wrap = std::min(interleaved.size(), samples_.size() - place(end_));
  std::ranges::copy(interleaved.first(until_wrap),
                    samples_.begin() + static_cast<std::ptrdiff_t>(place(end_)));
  std::ranges::copy(interleaved.subspan(until_wrap), samples_.begin());
  end_ += static_cast<std::int64_t>(interleaved.size()) / channels_;
}

void SampleRing::copy(std::int64_t first, int count, std::int16_t* out) const {
  const std::size_t wanted = static_cast<std::size_t>(count) * static_cast<std::size_t>(channels_);
  const std::size_t until_wrap = std::min(wanted, samples_.size() - place(first));
  out = std::copy_n(samples_.begin() + static_cast<std::ptrdiff_t>(place(first)), until_wrap, out);
  std::copy_n(samples_.begin(), wanted - until_wrap, out);
}

void SampleRing::copy_channel(std::int64_t first, int count, int channel, std::int16_t* out) const {
  for (int i = 0; i < count; ++i) out[i] = samples_[place(first + i) + static_cast<std::size_t>(channel)];
}

}  // namespace kaskado::media
